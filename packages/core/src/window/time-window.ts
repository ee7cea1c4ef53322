import type { DurationMs, EpochMs } from "../model/time.ts";
import { lowerMedianOfSorted } from "../stats/sorted-median.ts";

/** A deterministic cut of a series: points `[startIndex, endIndex)` of it, and the time they cover. */
export interface TimeWindow {
  readonly startIndex: number;
  readonly endIndex: number;
  /** Half-open span. Cut by count: from the first point to one step after the last one. */
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly pointCount: number;
  /** Cut short by the series' first or last point. */
  readonly partial: boolean;
  /** Points that fit into the span at the series' median step; `pointCount` when cut by count. */
  readonly expectedPoints: number;
  /** Points seen of those expected, in [0, 1]: below 1 where the series has gaps. */
  readonly coverage: number;
  /** Views into the series' columns, not copies: leave them as they are. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** What both extractors do: the same series always gives the same windows, in order of time. */
export interface WindowExtractor {
  /** Empty for an empty series. The series is not changed. */
  extract(series: SeriesColumns): TimeWindow[];
}

/** The part of a `MetricSeries` that windows are made of: ascending stamps, a value for each. */
export interface SeriesColumns {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** What happens to windows that the series' ends cut short. */
export type PartialWindows = "keep" | "drop";

/** Median step of a series that has no positive step. */
const STEP_WHERE_NONE_MS = 1;

/** Lower median of the positive steps between stamps; 1 ms where there is none. Cost: O(n log n). */
export function medianPositiveStepMs(timestamps: Float64Array): DurationMs {
  const steps = new Float64Array(Math.max(0, timestamps.length - 1));
  let count = 0;
  for (let i = 1; i < timestamps.length; i++) {
    const step = timestamps[i]! - timestamps[i - 1]!;
    if (step > 0) steps[count++] = step;
  }
  if (count === 0) return STEP_WHERE_NONE_MS;
  return lowerMedianOfSorted(steps.subarray(0, count).sort());
}
