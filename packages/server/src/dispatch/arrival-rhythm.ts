import { type DurationMs, type EpochMs, MINUTE_MS } from "@foreshock/core/fold";

/** Arrivals that are remembered; what comes within this time of one is of the same: a round of bodies, a body's series. */
const KEPT = 8;
const TOGETHER_MS = MINUTE_MS;
/** With fewer than this the largest counts; with more, one outage among them is not a habit. */
const FEW = 3;

/**
 * The lag that a tenant is used to: how old its newest point had become each time a newer one came, by the clock. A
 * sender that brings ten minutes at once every ten minutes is used to ten minutes. Nothing of it is stored: it is no
 * result.
 * Cost: O(1), eight numbers per tenant.
 */
export class ArrivalRhythm {
  readonly #lagsMs: DurationMs[] = [];
  /** When the arrival under way began, by the clock. */
  #beganMs: EpochMs = Number.NEGATIVE_INFINITY;

  /** A point of `atMs` came; `newestMs` was the newest before (-Infinity: none). */
  came(atMs: EpochMs, newestMs: EpochMs, nowMs: EpochMs): void {
    if (!(atMs > newestMs)) return;
    const lastMs = Number.isFinite(newestMs) ? newestMs : atMs;
    const lagMs = Math.max(0, nowMs - lastMs);
    const at = this.#lagsMs.length - 1;
    if (nowMs - this.#beganMs < TOGETHER_MS) {
      this.#lagsMs[at] = Math.max(this.#lagsMs[at]!, lagMs);
      return;
    }
    this.#beganMs = nowMs;
    this.#lagsMs.push(lagMs);
    if (this.#lagsMs.length > KEPT) this.#lagsMs.shift();
  }

  /** The second largest of the last eight; 0 before anything came. */
  get usualLagMs(): DurationMs {
    const descending = this.#lagsMs.toSorted((a, b) => b - a);
    return descending[descending.length < FEW ? 0 : 1] ?? 0;
  }
}
