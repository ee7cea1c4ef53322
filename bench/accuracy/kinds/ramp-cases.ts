import { MetricSeries, MINUTE_MS, rampUnderWay, type StreamingEngine } from "@foreshock/core";
import {
  Dice,
  type GeneratedSeries,
  generateSeries,
  injectFault,
  METRIC_KINDS,
} from "@foreshock/core/generator";
import { median } from "../datasets/record.ts";

const HOUR_POINTS = 60;
const DAY_POINTS = 1440;
/** History that a look uses. */
const HISTORY_POINTS = 9.5 * DAY_POINTS;
const ALARM_SCORE = 0.75;
const DAYS = 18;

export interface RampQuality {
  readonly cases: number;
  /** Share of ramps noticed before they ended, and after how many minutes in the middle. */
  readonly byScore: { readonly found: number; readonly minutes: number };
  readonly byLook: { readonly found: number; readonly minutes: number };
  /** Days of clean series with a ramp seen on them, per 30 series-days. */
  readonly cleanDays: number;
}

/** Slow ramps of 6-20 h: noticed by the score, and by a look at the last two days once an hour. */
export function rampCases(engine: StreamingEngine, seeds: readonly number[]): RampQuality {
  const byScore: number[] = [];
  const byLook: number[] = [];
  let cleanDays = 0;
  let seriesDays = 0;
  for (const kind of METRIC_KINDS) {
    if (kind === "const") continue;
    for (const seed of seeds) {
      const plan = { kind, seed: `ramps ${seed}`, days: DAYS, intervalMs: MINUTE_MS };
      const clean = generateSeries(plan);
      for (let day = 10; day < DAYS; day++) {
        seriesDays++;
        if (firstLook(clean, clean.values, day * DAY_POINTS, (day + 1) * DAY_POINTS) >= 0)
          cleanDays++;
      }
      for (const size of [6, 12]) {
        const fault = injectFault(clean, "trend", new Dice(`ramps ${seed} ${kind} ${size}`), size);
        const { values, firstIndex, lastIndex } = fault;
        byScore.push(firstAlarm(engine, clean, values, firstIndex, lastIndex) - firstIndex);
        byLook.push(firstLook(clean, values, firstIndex, lastIndex) - firstIndex);
      }
    }
  }
  const quality = (delays: readonly number[]) => {
    const found = delays.filter((delay) => delay >= 0);
    return { found: found.length / delays.length, minutes: median(Float64Array.from(found)) };
  };
  return {
    cases: byLook.length,
    byScore: quality(byScore),
    byLook: quality(byLook),
    cleanDays: (30 * cleanDays) / seriesDays,
  };
}

/** Index of the first hourly look in (from, to] that sees a ramp; -1 without. */
function firstLook(
  series: GeneratedSeries,
  values: Float64Array,
  from: number,
  to: number,
): number {
  const { timestampsMs, intervalMs } = series;
  for (let at = from + HOUR_POINTS; at <= to && at < values.length; at += HOUR_POINTS) {
    const start = Math.max(0, at - HISTORY_POINTS);
    const seen = rampUnderWay({
      timestampsMs: timestampsMs.subarray(start, at + 1),
      values: values.subarray(start, at + 1),
      intervalMs,
    });
    if (seen !== undefined) return at;
  }
  return -1;
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
