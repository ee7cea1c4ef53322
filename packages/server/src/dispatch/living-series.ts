import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS } from "@foreshock/core/fold";

/** A series falls asleep after this long without a point, or this many of its own intervals if longer. */
const SLEEP_MIN_MS = 6 * HOUR_MS;
const SLEEP_INTERVALS = 4;
/** However long its interval. */
const SLEEP_MAX_MS = 31 * DAY_MS;

/** `awakeUntilHour` of a series that sleeps. */
export const ASLEEP = -1;

/** What the count needs of a series, and the one number that it keeps in it. */
export interface CountedSeries {
  /** Sampling interval; 0 while it is not known. */
  readonly intervalMs: DurationMs;
  /** First hour of event time in which it no longer counts, unless it sends again. */
  awakeUntilHour: number;
}

/**
 * Counts the living series of one tenant. A series lives while the tenant's event time has not moved on
 * by six hours (or four intervals of the series) since it last sent something; it counts again when it wakes.
 * The stamp is the tenant's time at that moment, not the point's own: otherwise series that only send
 * old points would never count.
 *
 * Cost: O(1) amortised per call; one number per series, and one per hour in which a series will fall
 * asleep (at most 31 days of them). A series may fall asleep up to an hour later than stated.
 */
export class LivingSeries {
  #newestMs: EpochMs = Number.NEGATIVE_INFINITY;
  #nowHour = Number.NEGATIVE_INFINITY;
  /** How many series fall asleep at the beginning of each hour. */
  readonly #sleepAt = new Map<number, number>();
  #count = 0;

  /** Newest time that the tenant has sent a point of; -Infinity before the first. */
  get newestMs(): EpochMs {
    return this.#newestMs;
  }

  get count(): number {
    return this.#count;
  }

  isAwake(series: CountedSeries): boolean {
    return series.awakeUntilHour > this.#nowHour;
  }

  /** The tenant has sent a point of this time. What has been silent for too long by then falls asleep. */
  moveTo(atMs: EpochMs): void {
    if (!(atMs > this.#newestMs)) return;
    this.#newestMs = atMs;
    const hour = Math.floor(atMs / HOUR_MS);
    const hours = hour - this.#nowHour;
    if (hours > this.#sleepAt.size) {
      for (const due of this.#sleepAt.keys()) if (due <= hour) this.#fallAsleep(due);
    } else {
      for (let due = this.#nowHour + 1; due <= hour; due++) this.#fallAsleep(due);
    }
    this.#nowHour = hour;
  }

  /** The series has sent something just now: it counts. */
  seen(series: CountedSeries): void {
    this.#stamp(series, this.#newestMs);
  }

  /** After a start: the newest stored point of a series. */
  restore(series: CountedSeries, lastMs: EpochMs): void {
    this.moveTo(lastMs);
    this.#stamp(series, lastMs);
  }

  /** The source has said that the series ended: it does not count any more. */
  ended(series: CountedSeries): void {
    this.#forget(series);
    series.awakeUntilHour = ASLEEP;
  }

  #stamp(series: CountedSeries, sinceMs: EpochMs): void {
    const until = Math.floor((sinceMs + sleepMs(series)) / HOUR_MS) + 1;
    if (until === series.awakeUntilHour && this.isAwake(series)) return;
    this.#forget(series);
    series.awakeUntilHour = until;
    if (!this.isAwake(series)) return;
    this.#sleepAt.set(until, (this.#sleepAt.get(until) ?? 0) + 1);
    this.#count++;
  }

  #forget(series: CountedSeries): void {
    if (!this.isAwake(series)) return;
    const left = this.#sleepAt.get(series.awakeUntilHour)! - 1;
    if (left > 0) this.#sleepAt.set(series.awakeUntilHour, left);
    else this.#sleepAt.delete(series.awakeUntilHour);
    this.#count--;
  }

  #fallAsleep(hour: number): void {
    this.#count -= this.#sleepAt.get(hour) ?? 0;
    this.#sleepAt.delete(hour);
  }
}

function sleepMs({ intervalMs }: CountedSeries): DurationMs {
  return Math.min(SLEEP_MAX_MS, Math.max(SLEEP_MIN_MS, SLEEP_INTERVALS * intervalMs));
}
