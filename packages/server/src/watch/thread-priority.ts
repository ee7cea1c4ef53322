import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Below the main thread, which answers everybody; far above what the system runs when it is idle. */
const WORKER_NICENESS = 5;

/**
 * Lets the main thread go before this one where there are fewer processors than threads that work: a door
 * that waits for a turn of the scheduler holds up every tenant. Nothing where the system has no priorities
 * of threads (they are Linux's own), or does not allow it.
 */
export function giveWayToMain(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, WORKER_NICENESS);
  } catch {
    // Only the order of work depends on it.
  }
}
