import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** How far before the others the main thread goes where the process may say so, and where it may not. */
const AHEAD = 5;
const AHEAD_UNASKED = 2;

/**
 * Lets the main thread go before all others where the process is allowed to (as root, or with `CAP_SYS_NICE`): a
 * door that waits for a turn of the scheduler holds up every tenant. To be called before other threads start.
 */
export function goFirst(): void {
  tried(() => setPriority(process.pid, getPriority(process.pid) - AHEAD));
}

/**
 * Lets the main thread go before this one. Threads begin with the priority of whoever starts them; where that
 * could not be raised, this one goes back a little. Nothing where threads have no priorities of their own: that
 * is so on Linux alone.
 */
export function giveWayToMain(): void {
  tried(() => {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    const main = getPriority(process.pid);
    setPriority(thread, main < 0 ? main + AHEAD : main + AHEAD_UNASKED);
  });
}

/** Only the order of work depends on it. */
function tried(work: () => void): void {
  try {
    work();
  } catch {
    // The system has no such priorities, or does not allow it.
  }
}
