import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { After } from "../src/serve/after.ts";

interface Timer {
  readonly dueMs: EpochMs;
  readonly work: () => void;
}

/** A clock that stands still until the test moves it; timers that came due run then, oldest first. */
export class HandClock {
  nowMs: EpochMs;
  monotonicMs = 0;
  #timers: Timer[] = [];

  constructor(nowMs: EpochMs) {
    this.nowMs = nowMs;
  }

  readonly now = (): EpochMs => this.nowMs;

  readonly after: After = (delayMs, work) => {
    const timer = { dueMs: this.nowMs + delayMs, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  pass(durationMs: DurationMs): void {
    const endMs = this.nowMs + durationMs;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#moveTo(Math.max(next.dueMs, this.nowMs));
      next.work();
    }
    this.#moveTo(endMs);
  }

  #next(endMs: EpochMs): Timer | undefined {
    const due = this.#timers.filter(({ dueMs }) => dueMs <= endMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #moveTo(nowMs: EpochMs): void {
    this.monotonicMs += nowMs - this.nowMs;
    this.nowMs = nowMs;
  }
}
