import type { Stall, StallLimits } from "./stall-clock.ts";

/** What the watching thread is given when it is started. */
export interface WatchThreadData {
  readonly limits: StallLimits;
  /** The main thread's own heartbeat. */
  readonly main: SharedArrayBuffer;
  /** A main thread that shows no beat for this long ends the process. */
  readonly mainStuckMs: number;
}

/** Main thread to watching thread. */
export type ToWatch =
  | { readonly type: "watch"; readonly id: number; readonly memory: SharedArrayBuffer }
  | { readonly type: "forget"; readonly id: number };

/** Watching thread to main thread. */
export interface StallMessage {
  readonly type: "stall";
  readonly id: number;
  readonly stall: Stall;
}
