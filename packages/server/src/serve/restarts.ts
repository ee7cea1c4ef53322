import type { DurationMs } from "@foreshock/core/fold";
import type { After } from "./after.ts";

/** Wait before a thread that ended is started again; doubled each time it ends soon after. */
const FIRST_WAIT_MS = 1000;
const WAIT_MAX_MS = 60_000;

/** When threads that ended are started again: one wait for each. */
export class Restarts {
  readonly #after: After;
  readonly #waits = new Map<number, DurationMs>();
  readonly #cancels = new Map<number, () => void>();
  #stopped = false;

  constructor(after: After) {
    this.#after = after;
  }

  /** Calls `start` after a while, which is returned; undefined once everything stops. */
  again(index: number, start: () => void): DurationMs | undefined {
    if (this.#stopped) return undefined;
    const waitMs = this.#waits.get(index) ?? FIRST_WAIT_MS;
    this.#waits.set(index, Math.min(2 * waitMs, WAIT_MAX_MS));
    this.#cancels.get(index)?.();
    this.#cancels.set(index, this.#after(waitMs, start));
    return waitMs;
  }

  /** The thread does its work: the next wait is a short one. */
  runs(index: number): void {
    this.#waits.delete(index);
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }
}
