import type { EpochMs } from "@foreshock/core/fold";

/**
 * The main thread's clock as a host knows it: what it was told last, and the time that has passed since.
 * One clock for the whole process, so that a step of it is seen in one place.
 */
export class HostClock {
  readonly #monotonicMs: () => number;
  #toldMs: EpochMs;
  #toldAtMs: number;

  constructor(toldMs: EpochMs, monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#toldMs = toldMs;
    this.#toldAtMs = monotonicMs();
  }

  tell(nowMs: EpochMs): void {
    this.#toldMs = nowMs;
    this.#toldAtMs = this.#monotonicMs();
  }

  readonly now = (): EpochMs => {
    return Math.floor(this.#toldMs + this.#monotonicMs() - this.#toldAtMs);
  };
}
