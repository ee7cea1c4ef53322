import { MetricSeries, MINUTE_MS, type StreamingEngine } from "@foreshock/core/fold";
import { generateSeries, METRIC_KINDS } from "@foreshock/core/generator";

/** The first days are learnt from. */
const LEARNT_POINTS = 3 * 1440;
const DAYS = 10;

/** Share of clean values inside the typical range reported for them, by metric kind. */
export function typicalCoverage(
  engine: StreamingEngine,
  seeds: readonly number[],
): ReadonlyMap<string, number> {
  return new Map(
    METRIC_KINDS.map((kind) => {
      let inside = 0;
      let count = 0;
      for (const seed of seeds) {
        const plan = { kind, seed: `coverage ${seed}`, days: DAYS, intervalMs: MINUTE_MS };
        const { timestampsMs: timestamps, values } = generateSeries(plan);
        const place = { tenantId: "bench", clusterId: "bench", nodeId: "bench", metricName: kind };
        const { lower, upper } = engine.score(new MetricSeries({ ...place, timestamps, values }));
        for (let i = LEARNT_POINTS; i < values.length; i++) {
          if (values[i]! >= lower[i]! && values[i]! <= upper[i]!) inside++;
          count++;
        }
      }
      return [kind, inside / count];
    }),
  );
}
