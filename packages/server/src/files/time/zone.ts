import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { IANAZone } from "luxon";

const QUARTER_MS = 15 * MINUTE_MS;

/**
 * A place's clock: turns what it showed into epoch milliseconds. An hour that the clock showed twice
 * (in autumn) is read as the one that goes on from the time before; one that it never showed is NaN.
 */
export class ZoneClock {
  readonly #zone: IANAZone;
  /** Offsets change at whole quarters of an hour; the newest one looked up. */
  #quarter = Number.NaN;
  #offsetMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(zone: IANAZone) {
    this.#zone = zone;
  }

  /** Epoch milliseconds of what the clock showed; NaN for a time that it skipped. */
  read(localMs: number): number {
    const earlier = this.#fitting(localMs, localMs - this.#offsetAt(localMs - DAY_MS));
    const later = this.#fitting(localMs, localMs - this.#offsetAt(localMs + DAY_MS));
    const first = Math.min(earlier ?? later ?? Number.NaN, later ?? earlier ?? Number.NaN);
    const second = Math.max(earlier ?? later ?? Number.NaN, later ?? earlier ?? Number.NaN);
    const at = first < this.#lastMs && second > this.#lastMs ? second : first;
    if (!Number.isNaN(at)) this.#lastMs = at;
    return at;
  }

  #fitting(localMs: number, atMs: number): number | undefined {
    return atMs + this.#offsetAt(atMs) === localMs ? atMs : undefined;
  }

  #offsetAt(atMs: number): number {
    const quarter = Math.floor(atMs / QUARTER_MS);
    if (quarter !== this.#quarter) {
      this.#quarter = quarter;
      this.#offsetMs = this.#zone.offset(atMs) * MINUTE_MS;
    }
    return this.#offsetMs;
  }
}

/** A zone by its name in the tz database, such as Europe/Berlin; undefined where there is none. */
export function zoneOf(name: string): IANAZone | undefined {
  const zone = IANAZone.create(name);
  return zone.isValid ? zone : undefined;
}
