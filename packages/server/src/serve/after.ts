import type { DurationMs } from "@foreshock/core/fold";

/** Runs work after a while; what it returns takes that back. */
export type After = (delayMs: DurationMs, work: () => void) => () => void;

/** By the process's own timers; they keep no process alive. */
export const afterTimeout: After = (delayMs, work) => {
  const timer = setTimeout(work, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Runs work again and again, until what it returns is called; it keeps no process alive. */
export function every(periodMs: DurationMs, work: () => void): () => void {
  const timer = setInterval(work, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}
