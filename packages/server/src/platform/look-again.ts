import type { DurationMs } from "@foreshock/core/fold";

const SOON_MS: DurationMs = 1;

/** Looks again a little later at work that gives way to others, once however often that is asked for. */
export class LookAgain {
  readonly #after: (delayMs: DurationMs, look: () => void) => void;
  readonly #look: () => void;
  #isWaiting = false;

  constructor(after: (delayMs: DurationMs, look: () => void) => void, look: () => void) {
    this.#after = after;
    this.#look = look;
  }

  soon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#after(SOON_MS, () => {
      this.#isWaiting = false;
      this.#look();
    });
  }
}
