import type { DurationMs } from "@foreshock/core/fold";
import type { PostToMain } from "./host-desk.ts";

/** At the latest after this long, the main thread hears how many points were scored. */
const SAY_AFTER_MS = 100;

/** Counts scored points for the main thread: the number goes with the next answer, or by itself after a while. */
export class ScoredTally {
  readonly #post: PostToMain;
  readonly #after: (delayMs: DurationMs, work: () => void) => void;
  #points = 0;
  #isWaiting = false;

  constructor(post: PostToMain, after: (delayMs: DurationMs, work: () => void) => void) {
    this.#post = post;
    this.#after = after;
  }

  add(points: number): void {
    this.#points += points;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#after(SAY_AFTER_MS, () => {
      this.#isWaiting = false;
      const scored = this.#take();
      if (scored > 0) this.#post({ type: "scored", points: scored });
    });
  }

  /** Posts a message; an answer takes the number along. */
  readonly post: PostToMain = (message, buffers) => {
    if (message.type !== "answer" || this.#points === 0) this.#post(message, buffers);
    else this.#post({ ...message, scoredPoints: this.#take() }, buffers);
  };

  #take(): number {
    const points = this.#points;
    this.#points = 0;
    return points;
  }
}
