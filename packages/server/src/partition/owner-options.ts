import type { DurationMs } from "@foreshock/core/fold";
import type { Disk } from "../store/sqlite/disk.ts";
import type { Progress } from "./progress.ts";
import type { FromWorker } from "./protocol.ts";
import type { Quarantine } from "./quarantine.ts";

export interface PartitionOwnerOptions {
  readonly dataDir: string;
  readonly partitions: readonly number[];
  /** Main thread and hosts; their numbers are told apart by it. Default 1. */
  readonly clientCount?: number | undefined;
  /** In this time every sealed chunk is checked once; 0 turns the scrub off. */
  readonly scrubEveryMs: DurationMs;
  /** Points that were judged again for rankings and are kept, of all its partitions, in bytes. Default 1 MiB each. */
  readonly historyBytesMax?: number | undefined;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
  /** Whether work of a tenant may go on, or gives way to others for now. */
  readonly mayGo?: ((tenantId: string) => boolean) | undefined;
  /** Called before each unit of work, so that a thread that stands still can be named. */
  readonly progress?: Progress | undefined;
}

/** Of one partition. */
export interface RuntimeOptions {
  /** Called before each unit of work. */
  readonly progress?: Progress;
  readonly quarantine?: Quarantine;
  /** Of points that were judged again for rankings. */
  readonly historyBytesMax?: number;
}

/** Sends to a client; what is for one that is not there is lost. */
export type PostTo = (client: number, message: FromWorker, columns?: ArrayBuffer[]) => void;
