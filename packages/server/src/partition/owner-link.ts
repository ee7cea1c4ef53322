import type { FromWorker, ToWorker } from "./protocol.ts";

/** What the main thread hears from a partition owner. */
export interface OwnerEvents {
  message(message: FromWorker): void;
  /** The owner has ended without being asked to; its partitions are not served any more. */
  ended(error: Error): void;
}

/** The main thread's end of one partition owner, wherever that runs. */
export interface OwnerLink {
  /** Messages arrive in order. `columns` are handed over: the sender must not touch them again. */
  post(message: ToWorker, columns?: readonly ArrayBuffer[]): void;
  /** Ends the owner at once, as a kill would; `ended` is not called. Resolves when its files are free. */
  end(): Promise<void>;
}

/** Starts an owner of some partitions. */
export type LinkOwner = (partitions: readonly number[], events: OwnerEvents) => OwnerLink;
