import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";
import { meanOf, medianOf } from "../../stats/order-statistics.ts";

/** As many bins as the engine's season table has at most. */
const BINS_MAX = 288;
const BINS_MIN = 4;
/** Width of the smoothing over the bins at 288 bins (5 minutes each). Source: classifier.py. */
const SMOOTH_BINS = 5;

/** A series' own day: the median of each time of day over a stretch of history, smoothed. */
export interface DailyProfile {
  /** One value per bin; the bins part the UTC day evenly. All 0 where there is no history. */
  readonly values: Float64Array;
  /** 0 = the profile explains nothing of the history, 1 = all of it; can be below 0. */
  readonly seasonality: number;
}

/**
 * Profile of the points [from, to); NaN and gaps are left out, bins go by time of day, and empty
 * bins get the median of the others.
 *
 * Cost: O(n log n). Source: reference/classifier.py, daily_profile.
 */
export function dailyProfile(
  timestampsMs: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  intervalMs: DurationMs,
): DailyProfile {
  const binCount = Math.max(BINS_MIN, Math.min(BINS_MAX, Math.round(DAY_MS / intervalMs)));
  const bins = Uint16Array.from({ length: to - from }, (_, i) =>
    binOf(timestampsMs[from + i]!, binCount),
  );
  const medians = binMedians(values.subarray(from, to), bins, binCount);
  const middle = medianOf(medians);
  if (Number.isNaN(middle)) return { values: new Float64Array(binCount), seasonality: 0 };
  const profile = smoothed(medians.map((value) => (Number.isNaN(value) ? middle : value)));

  const history = values.subarray(from, to);
  const rest = history.map((value, i) => value - profile[bins[i]!]!);
  const whole = spreadOf(history);
  return { values: profile, seasonality: whole > 0 ? 1 - spreadOf(rest) / whole : 1 };
}

/** The profile's value at each of the points [from, to). */
export function profileAt(
  { values }: DailyProfile,
  timestampsMs: Float64Array,
  from: number,
  to: number,
): Float64Array {
  return timestampsMs.slice(from, to).map((atMs) => values[binOf(atMs, values.length)]!);
}

/** Which bin of the UTC day an instant lies in. */
export function binOf(atMs: EpochMs, binCount: number): number {
  const sinceMidnight = ((atMs % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.min(binCount - 1, Math.floor((sinceMidnight * binCount) / DAY_MS));
}

/** Median of each bin's values, NaN where it has none: a counting sort by bin, then small sorts. */
function binMedians(values: Float64Array, bins: Uint16Array, binCount: number): Float64Array {
  const starts = new Uint32Array(binCount + 1);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]!)) starts[bins[i]! + 1]!++;
  }
  for (let bin = 0; bin < binCount; bin++) starts[bin + 1]! += starts[bin]!;
  const ordered = new Float64Array(starts[binCount]!);
  const next = starts.slice();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) ordered[next[bins[i]!]!++] = value;
  }
  return Float64Array.from({ length: binCount }, (_, bin) =>
    medianOf(ordered.subarray(starts[bin]!, starts[bin + 1]!)),
  );
}

/** Circular moving mean over about 25 minutes; bins of 15 minutes and more stay as they are. */
function smoothed(bins: Float64Array): Float64Array {
  const reach = Math.floor((SMOOTH_BINS * bins.length) / BINS_MAX / 2);
  return bins.map((_, at) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += bins[(at + k + bins.length) % bins.length]!;
    return sum / (2 * reach + 1);
  });
}

function spreadOf(values: Float64Array): number {
  const middle = medianOf(values);
  return meanOf(values.map((value) => Math.abs(value - middle)));
}
