import type { MessagePort } from "node:worker_threads";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** What the main thread hears from a partition owner. */
export interface OwnerEvents {
  message(message: FromWorker): void;
  /** The owner has ended without being asked to; its partitions are not served any more. */
  ended(error: Error): void;
}

/** The main thread's end of one partition owner, wherever that runs. */
export interface OwnerLink {
  /** Where the owner shows that it lives; none where it shares the thread. */
  readonly heartbeat?: SharedArrayBuffer;
  /** Bytes of its heap and columns; none where it shares the thread. */
  readonly memoryBytes?: () => Promise<number>;
  /** Messages arrive in order. `columns` are handed over: the sender must not touch them again. */
  post(message: ToWorker, columns?: readonly ArrayBuffer[]): void;
  /** A line between the owner and a host: the host's end. One that the host had before is cut. */
  connect(client: number): HostEnd;
  /** Ends the owner at once, as a kill would; `ended` is not called. Resolves when its files are free. */
  end(): Promise<void>;
}

/** Starts an owner of some partitions. */
export type LinkOwner = (partitions: readonly number[], events: OwnerEvents) => OwnerLink;

/** A host's end of a line to an owner, on its way there: a port between threads, else the line itself. */
export type HostEnd = MessagePort | OwnerLine;

/** A host's end of a line to a partition owner. Messages arrive in order. */
export interface OwnerLine {
  post(message: ToWorker, columns?: readonly ArrayBuffer[]): void;
  /** Called once, before anything is posted. */
  listen(hear: (message: FromWorker) => void): void;
  close(): void;
}

/** Main to owner: a host's end of a line. */
export interface ClientMessage {
  readonly type: "client";
  readonly client: number;
  readonly port: MessagePort;
}
