import type { DurationMs, EpochMs } from "@foreshock/core/fold";

/** Arrivals that are remembered. */
const KEPT = 8;
/** With fewer than this the largest counts; with more, one outage among them is not a habit. */
const FEW = 3;

/**
 * The lag that a tenant is used to: how old its newest point had become each time a newer one came, by the clock. A sender that brings
 * ten minutes at once every ten minutes is used to ten minutes. Nothing of it is stored: it is no result.
 * Cost: O(1), eight numbers per tenant.
 */
export class ArrivalRhythm {
  readonly #lagsMs: DurationMs[] = [];

  /** A point of `atMs` came; `newestMs` was the newest before (-Infinity: none). */
  came(atMs: EpochMs, newestMs: EpochMs, nowMs: EpochMs): void {
    if (!(atMs > newestMs)) return;
    const lastMs = Number.isFinite(newestMs) ? newestMs : atMs;
    this.#lagsMs.push(Math.max(0, nowMs - lastMs));
    if (this.#lagsMs.length > KEPT) this.#lagsMs.shift();
  }

  /** The second largest of the last eight; 0 before anything came. */
  get usualLagMs(): DurationMs {
    const descending = this.#lagsMs.toSorted((a, b) => b - a);
    return descending[descending.length < FEW ? 0 : 1] ?? 0;
  }
}
