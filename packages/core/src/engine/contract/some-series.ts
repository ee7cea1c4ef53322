import fc from "fast-check";
import { MetricSeries } from "../../model/metric-series.ts";
import { seriesKey } from "../../model/series-key.ts";

/** Runs of each property: a second or two for an engine that takes a microsecond per point. */
export const RUNS = { numRuns: 40 };

export const KEY = { tenantId: "acme", clusterId: "prod", nodeId: "node-1", metricName: "cpu" };
export const ORIGIN_MS = 1_699_920_000_000;

/** Series as sources send them: gaps, repeated stamps, missing values, spikes, flat stretches. */
export function someSeries(pointsMin = 0, pointsMax = 160): fc.Arbitrary<MetricSeries> {
  const value = fc.oneof(
    { arbitrary: fc.double({ min: -3, max: 3, noNaN: true }), weight: 20 },
    { arbitrary: fc.constant(0), weight: 4 },
    { arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }), weight: 1 },
    { arbitrary: fc.constant(Number.NaN), weight: 2 },
  );
  const step = fc.oneof(
    { arbitrary: fc.constant(1), weight: 20 },
    { arbitrary: fc.integer({ min: 0, max: 30 }), weight: 1 },
  );
  const points = fc.array(fc.tuple(value, step), { minLength: pointsMin, maxLength: pointsMax });
  const intervalMs = fc.constantFrom(1000, 60_000, 300_000, 3_600_000);
  return fc.tuple(points, intervalMs, fc.constantFrom(0, 50, 1e9)).map(([rows, stepMs, level]) => {
    let atMs = ORIGIN_MS;
    const timestamps = Float64Array.from(rows, ([, steps]) => (atMs += steps * stepMs));
    const values = Float64Array.from(rows, ([deviation]) => level + deviation);
    return new MetricSeries({ ...KEY, timestamps, values });
  });
}

/** A series at one-minute steps. */
export function seriesOf(values: readonly number[] | Float64Array, stepMs = 60_000): MetricSeries {
  const timestamps = Float64Array.from(values, (_, i) => ORIGIN_MS + i * stepMs);
  return new MetricSeries({ ...KEY, timestamps, values: Float64Array.from(values) });
}

/** The first `length` points of a series. */
export function prefixOf(series: MetricSeries, length: number): MetricSeries {
  return withPoints(series, series.timestamps.slice(0, length), series.values.slice(0, length));
}

/** The same series with other points. */
export function withPoints(
  series: MetricSeries,
  timestamps: Float64Array,
  values: Float64Array,
): MetricSeries {
  const { metadata } = series;
  return new MetricSeries({ ...seriesKey(series), timestamps, values, metadata });
}
