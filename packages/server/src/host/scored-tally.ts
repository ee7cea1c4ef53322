import type { DurationMs } from "@foreshock/core/fold";
import type { PostToMain } from "./host-desk.ts";
import type { Scored } from "./protocol.ts";

/** At the latest after this long, the main thread hears how many points were scored. */
const SAY_AFTER_MS = 100;

const NOTHING: Scored = { points: 0, steps: 0 };

/**
 * Counts scored points, and steps of tenants that were folded, for the main thread: the numbers go with the next
 * answer, or by themselves after a while.
 */
export class ScoredTally {
  readonly #post: PostToMain;
  readonly #after: (delayMs: DurationMs, work: () => void) => void;
  #scored: Scored = NOTHING;
  #isWaiting = false;

  constructor(post: PostToMain, after: (delayMs: DurationMs, work: () => void) => void) {
    this.#post = post;
    this.#after = after;
  }

  add(points: number, steps = 0): void {
    this.#scored = { points: this.#scored.points + points, steps: this.#scored.steps + steps };
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#after(SAY_AFTER_MS, () => {
      this.#isWaiting = false;
      const scored = this.#take();
      if (scored !== NOTHING) this.#post({ type: "scored", ...scored });
    });
  }

  /** Posts a message; an answer takes the number along. */
  readonly post: PostToMain = (message, buffers) => {
    if (message.type !== "answer" || this.#scored === NOTHING) this.#post(message, buffers);
    else this.#post({ ...message, scored: this.#take() }, buffers);
  };

  #take(): Scored {
    const scored = this.#scored;
    this.#scored = NOTHING;
    return scored;
  }
}
