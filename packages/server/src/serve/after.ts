import type { DurationMs } from "@foreshock/core/fold";

/** Runs work after a while; what it returns takes that back. */
export type After = (delayMs: DurationMs, work: () => void) => () => void;

/** By the process's own timers; they keep no process alive. */
export const afterTimeout: After = (delayMs, work) => {
  const timer = setTimeout(work, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};
