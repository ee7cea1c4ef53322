import { firstAtOrAfter } from "../stats/bisect.ts";
import { P_MIN } from "./rarity.ts";
import { PRIOR_POINTS, shareBelow, TAIL } from "./tail-prior.ts";

/** A run above the threshold continues over at most this many quiet points, as an alarm does. */
const QUIET_POINTS_MAX = 10;
/** Runs per point above the threshold in healthy series, for the prior's share of the runs. */
const PRIOR_RUN_SHARE = 0.15;
/** The prior's shape counts as this many runs. */
const PRIOR_RUNS = 10;
/** A logarithm of an exceedance counts as at most this much. */
const LOG_EXCESS_MAX = 1.5;
/** Halvings of the interval that holds the threshold: far below what can matter. */
const BISECTIONS = 60;

/**
 * How rare each point of a whole series is under the series itself: the calibration of engines that
 * look ahead. Their nonconformity stays high around an event, so above the 98 % point *runs* are
 * counted, by their peaks, not points: p = runs that reach at least as high, per point. A run is
 * compared with all others, never with itself; beyond what was seen a Pareto tail of the peaks goes on.
 * Below the 98 % point it goes on as the share of points at or above, up to 1.
 *
 * @param nonconformity of the order of 1 on healthy data, NaN = missing
 * @returns p in [1e-12, 1]; 1 where missing
 *
 * Cost: two sorts; 30 bytes per point while it works.
 * Source: peaks over threshold with runs declustering (Coles, "An Introduction to Statistical Modeling
 * of Extreme Values", Springer 2001, section 5.3); prior of spec/detection.md section 5.
 */
export function wholeTail(nonconformity: Float64Array): Float64Array {
  const sorted = nonconformity.filter((number) => !Number.isNaN(number)).sort();
  const total = sorted.length + PRIOR_POINTS;
  const massFrom = (value: number) =>
    countFrom(sorted, value) + PRIOR_POINTS * (1 - shareBelow(value));
  const threshold = thresholdOf(massFrom, TAIL.SHARE * total, sorted.at(-1) ?? 0);
  const { runOf, peaks } = runsAbove(nonconformity, threshold);
  const sortedPeaks = Float64Array.from(peaks).sort();
  const runsFrom = (value: number) =>
    countFrom(sortedPeaks, value) + PRIOR_RUN_SHARE * PRIOR_POINTS * (1 - shareBelow(value));
  const shape = shapeOf(sortedPeaks, threshold);
  const reached = runsFrom(threshold);
  const ordinary = massFrom(threshold);

  return nonconformity.map((value, i) => {
    if (Number.isNaN(value)) return 1;
    if (value <= threshold) {
      const above = (massFrom(value) - ordinary) / (total - ordinary);
      return Math.min(1, reached / total + (1 - reached / total) * above);
    }
    const own = peaks[runOf[i]!]! >= value ? 1 : 0;
    const law = reached * (value / threshold) ** (-1 / shape);
    return Math.max(P_MIN, law / total, (runsFrom(value) - own) / total);
  });
}

/** Where the mass at or above falls to `wanted`. */
function thresholdOf(massFrom: (value: number) => number, wanted: number, highest: number): number {
  let low = 0;
  // Above the highest point there is the prior alone; its 98 % point is 2.4, so 1000 is far enough.
  let high = Math.max(highest, 1000);
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (low + high) / 2;
    if (massFrom(middle) > wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** The run that each point above the threshold belongs to, and the peak of each run. */
function runsAbove(column: Float64Array, threshold: number) {
  const runOf = new Int32Array(column.length).fill(-1);
  const peaks: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (!(value > threshold)) continue;
    if (i - last > QUIET_POINTS_MAX + 1) peaks.push(value);
    const run = peaks.length - 1;
    peaks[run] = Math.max(peaks[run]!, value);
    runOf[i] = run;
    last = i;
  }
  return { runOf, peaks };
}

/** Mean logarithmic excess of the peaks over the threshold (Hill), the prior's share included. */
function shapeOf(sortedPeaks: Float64Array, threshold: number): number {
  let sum = TAIL.PRIOR_SHAPE * PRIOR_RUNS;
  for (const peak of sortedPeaks) sum += Math.min(Math.log(peak / threshold), LOG_EXCESS_MAX);
  return sum / (PRIOR_RUNS + sortedPeaks.length);
}

/** How many numbers of an ascending column are at or above a value. */
function countFrom(sorted: Float64Array, value: number): number {
  return sorted.length - firstAtOrAfter(sorted, value);
}
