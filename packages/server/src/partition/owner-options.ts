import type { DurationMs } from "@foreshock/core/fold";
import type { Disk } from "../store/sqlite/disk.ts";
import type { Progress } from "./progress.ts";
import type { FromWorker } from "./protocol.ts";

export interface PartitionOwnerOptions {
  readonly dataDir: string;
  readonly partitions: readonly number[];
  /** Main thread and hosts; their numbers are told apart by it. Default 1. */
  readonly clientCount?: number | undefined;
  /** In this time every sealed chunk is checked once; 0 turns the scrub off. */
  readonly scrubEveryMs: DurationMs;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
  /** Called before each unit of work, so that a thread that stands still can be named. */
  readonly progress?: Progress | undefined;
}

/** Sends to a client; what is for one that is not there is lost. */
export type PostTo = (client: number, message: FromWorker, columns?: ArrayBuffer[]) => void;
