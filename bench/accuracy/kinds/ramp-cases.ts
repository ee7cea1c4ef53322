import { MetricSeries, MINUTE_MS, type StreamingEngine } from "@foreshock/core/fold";
import {
  Dice,
  type GeneratedSeries,
  generateSeries,
  injectFault,
  METRIC_KINDS,
} from "@foreshock/core/generator";
import { median } from "../datasets/record.ts";

const ALARM_SCORE = 0.75;
const DAYS = 18;

export interface RampQuality {
  readonly cases: number;
  /** Share of ramps noticed before they ended, and their median delay. */
  readonly found: number;
  readonly minutes: number;
}

/** Slow ramps of 6-20 h: whether the score notices them while they go on. */
export function rampCases(engine: StreamingEngine, seeds: readonly number[]): RampQuality {
  const delays: number[] = [];
  for (const kind of METRIC_KINDS) {
    if (kind === "const") continue;
    for (const seed of seeds) {
      const plan = { kind, seed: `ramps ${seed}`, days: DAYS, intervalMs: MINUTE_MS };
      const clean = generateSeries(plan);
      for (const size of [6, 12]) {
        const fault = injectFault(clean, "trend", new Dice(`ramps ${seed} ${kind} ${size}`), size);
        const { values, firstIndex, lastIndex } = fault;
        delays.push(firstAlarm(engine, clean, values, firstIndex, lastIndex) - firstIndex);
      }
    }
  }
  const found = delays.filter((delay) => delay >= 0);
  return {
    cases: delays.length,
    found: found.length / delays.length,
    minutes: median(Float64Array.from(found)),
  };
}

/** Index of the first score of 0.75 or more in [from, to]; -1 without. */
function firstAlarm(
  engine: StreamingEngine,
  { kind, timestampsMs: timestamps }: GeneratedSeries,
  values: Float64Array,
  from: number,
  to: number,
): number {
  const place = { tenantId: "bench", clusterId: "bench", nodeId: "bench", metricName: kind };
  const { score } = engine.score(new MetricSeries({ ...place, timestamps, values }));
  for (let i = from; i <= to; i++) if (score[i]! >= ALARM_SCORE) return i;
  return -1;
}
