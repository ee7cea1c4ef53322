import {
  DAY_MS,
  type DurationMs,
  type EpochMs,
  HOUR_MS,
  INTERVAL_POINTS,
  lowerMedianOfSorted,
  MINUTE_MS,
  SECOND_MS,
} from "@foreshock/core/fold";

/** Grids a tenant may stand on: what people sample at. Whole divisors of a day. */
const STEPS_MS: readonly DurationMs[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 6, 12, 24].map((hours) => hours * HOUR_MS),
];
/** A sampling interval may be this much longer than its grid: clocks drift. */
const SLACK = 1.1;

/**
 * The grid for series sampled at these intervals: the shortest standard step that holds the median
 * one. Undefined without any known interval (0 = not known yet).
 */
export function stepFor(intervalsMs: Iterable<DurationMs>): DurationMs | undefined {
  const known = Float64Array.from(intervalsMs)
    .filter((interval) => interval > 0)
    .sort();
  if (known.length === 0) return undefined;
  const median = lowerMedianOfSorted(known);
  return STEPS_MS.find((step) => median <= SLACK * step) ?? STEPS_MS.at(-1)!;
}

/** Runs kept back until the grid is chosen; beyond it the choice is made on what is known. */
const KEPT_RUNS_MAX = 100_000;
/** Of so many series, the grid is looked for with each advance; of more, after as many runs as a part of them. */
const FEW_SERIES = 1024;
const SERIES_PER_RUN = 16;

/** The grid of a tenant with these series: the given one (0 = none) once there are points, or one that fits. */
export function gridFor(
  series: readonly { readonly pointCount: number; readonly intervalMs: DurationMs }[],
  givenMs: DurationMs,
  keptRuns: number,
): DurationMs | undefined {
  if (givenMs > 0 && keptRuns > 0) return givenMs;
  const settled = series.filter(({ pointCount }) => pointCount >= INTERVAL_POINTS);
  const enough = 2 * settled.length >= series.length || keptRuns > KEPT_RUNS_MAX;
  return enough ? stepFor(series.map(({ intervalMs }) => intervalMs)) : undefined;
}

/** Runs until the grid is worth looking for again: looking costs all series. */
export function runsToWait(seriesCount: number): number {
  return seriesCount <= FEW_SERIES ? 0 : Math.ceil(seriesCount / SERIES_PER_RUN);
}

/** A grid is looked at again after so much of the tenant's time, and changed where it did not fit that often in a row. */
const LOOK_EVERY_MS: DurationMs = HOUR_MS;
const LOOKS = 3;
/** Series that have shown what they are sampled at, and still come. */
const SHOWN_POINTS = 3 * INTERVAL_POINTS;
const COMES_MS: DurationMs = DAY_MS;
const COMES_INTERVALS = 3;
/** Of the series that come, this share has to be on the other side of the grid. */
const BULK = 2 / 3;

/** What a grid is chosen from. */
export interface SampledSeries {
  readonly pointCount: number;
  readonly intervalMs: DurationMs;
  readonly lastMs: EpochMs;
}

/**
 * The grid that fits the bulk of a tenant's series now; undefined where its own does, or where they are divided.
 * A tenant that began with a few hourly series, and sends thousands of 15 s now, is not to be judged once an hour
 * for good. Cost: O(n log n) series.
 */
export function otherGrid(
  series: readonly SampledSeries[],
  stepMs: DurationMs,
  newestMs: EpochMs,
): DurationMs | undefined {
  const intervals = series
    .filter(({ pointCount, intervalMs, lastMs }) => {
      const comesMs = Math.max(COMES_MS, COMES_INTERVALS * intervalMs);
      return pointCount >= SHOWN_POINTS && newestMs - lastMs <= comesMs;
    })
    .map(({ intervalMs }) => stepFor([intervalMs]) ?? stepMs);
  const wanted = stepFor(intervals);
  if (wanted === undefined || wanted === stepMs) return undefined;
  const isFiner = wanted < stepMs;
  const beyond = intervals.filter((own) => (isFiner ? own < stepMs : own > stepMs));
  return beyond.length >= BULK * intervals.length ? wanted : undefined;
}

/** Whether the grid of a tenant has to be another one for good. */
export class GridWatch {
  #lookedMs: EpochMs = Number.NEGATIVE_INFINITY;
  #wantedMs: DurationMs | undefined;
  #times = 0;

  /** To be asked whenever something was folded; most times it costs nothing. */
  outgrown(
    series: readonly SampledSeries[],
    stepMs: DurationMs,
    newestMs: EpochMs,
  ): DurationMs | undefined {
    if (newestMs - this.#lookedMs < LOOK_EVERY_MS) return undefined;
    this.#lookedMs = newestMs;
    const wanted = otherGrid(series, stepMs, newestMs);
    this.#times = wanted !== undefined && wanted === this.#wantedMs ? this.#times + 1 : 1;
    this.#wantedMs = wanted;
    return this.#times >= LOOKS ? wanted : undefined;
  }
}
