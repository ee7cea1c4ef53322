import { MetricSeries } from "../../model/metric-series.ts";
import { seriesKey } from "../../model/series-key.ts";
import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";

/** A silence is accepted after three days: no step is filled in beyond that. */
const FILLED_MAX_MS = 3 * DAY_MS;
/** Cap on the steps filled in for one series. */
const FILLED_STEPS_MAX = 1_000_000;
/** Steps later than this are missing ones, not jitter. */
const LATE_INTERVALS = 1.5;

/**
 * The series with a missing point (NaN) for every step in which it should have reported and did not:
 * between its points and, where it was watched for longer than it lived, after the last one. Of each
 * silence at most the first three days, and no more than a million steps in all.
 *
 * @param untilMs the series was watched up to and including this instant
 */
export function watchedSteps(
  series: MetricSeries,
  intervalMs: DurationMs,
  untilMs: EpochMs,
): MetricSeries {
  const { timestamps, values, metadata } = series;
  const timesMs: number[] = [];
  const filled: number[] = [];
  timestamps.forEach((atMs, i) => {
    timesMs.push(atMs);
    filled.push(values[i]!);
    const last = i === timestamps.length - 1;
    const nextMs = last ? untilMs + intervalMs : timestamps[i + 1]!;
    if (nextMs - atMs < LATE_INTERVALS * intervalMs) return;
    const endMs = Math.min(nextMs - intervalMs / 2, atMs + FILLED_MAX_MS);
    const stepsMax = timestamps.length + FILLED_STEPS_MAX;
    for (let stepMs = atMs + intervalMs; stepMs < endMs; stepMs += intervalMs) {
      if (timesMs.length >= stepsMax) return;
      timesMs.push(stepMs);
      filled.push(Number.NaN);
    }
  });
  if (timesMs.length === timestamps.length) return series;
  const columns = { timestamps: Float64Array.from(timesMs), values: Float64Array.from(filled) };
  return new MetricSeries({ ...seriesKey(series), ...columns, metadata });
}
