import { createStreamEngine } from "../detect/stream-engine.ts";
import {
  DETECTOR_OUT,
  DETECTOR_OUT_LENGTH,
  type PointEngine,
  type StreamingEngine,
} from "../engine/engine.ts";
import { generateSeries } from "../generator/generate-series.ts";
import { METRIC_KINDS, type MetricKind } from "../generator/metric-kinds.ts";
import { MetricSeries } from "../model/metric-series.ts";
import type { DurationMs } from "../model/time.ts";
import { returnPeriodDays } from "../stats/return-period.ts";
import { type PromiseRow, PromiseTally } from "./promise-tally.ts";

export interface KindsPlan {
  readonly seed: string;
  /** Of each kind. */
  readonly seriesCount: number;
  readonly days: number;
  readonly intervalMs: DurationMs;
  /** Left out: the default engine. */
  readonly engine?: PointEngine;
}

/** Promised against realised alarms of one kind of healthy metric, first days included. */
export interface KindReport {
  readonly kind: MetricKind;
  readonly rows: readonly PromiseRow[];
}

/**
 * Alarms on clean series of every kind the generator knows, cold start included: which kind of metric
 * does not keep the promise? Cost: that of the engine on every point.
 * Source: spec/detection.md section 4.
 */
export function calibrateKinds(plan: KindsPlan): KindReport[] {
  const engine = plan.engine ?? createStreamEngine();
  return METRIC_KINDS.map((kind) => {
    const tally = new PromiseTally();
    for (let k = 0; k < plan.seriesCount; k++) {
      const { seed, days, intervalMs } = plan;
      const series = generateSeries({ kind, seed: `${seed} ${k}`, days, intervalMs });
      tallySeries(tally, k, engine, series);
    }
    return { kind, rows: tally.rows() };
  });
}

/** Alarms per series and month at a promise, over several kinds. */
export function alarmsAMonth(
  kinds: readonly KindReport[],
  onceInDays: number,
): { readonly mean: number; readonly worst: number; readonly worstKind: MetricKind } {
  const rates = kinds.map(({ kind, rows }) => {
    const row = rows.find((one) => one.onceInDays === onceInDays)!;
    return { kind, rate: (row.ratio * MONTH_DAYS) / onceInDays };
  });
  const worst = rates.reduce((a, b) => (b.rate > a.rate ? b : a));
  const mean = rates.reduce((sum, { rate }) => sum + rate, 0) / rates.length;
  return { mean, worst: worst.rate, worstKind: worst.kind };
}

const MONTH_DAYS = 30;

export interface HealthySeries {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly intervalMs: DurationMs;
  /** 1 where the point is known not to be healthy and counts for nothing. */
  readonly labels?: Uint8Array;
}

/** Scores a series and counts its alarms. Days are those with points: gaps promise nothing. */
export function tallySeries(
  tally: PromiseTally,
  entity: number,
  engine: PointEngine,
  series: HealthySeries,
): void {
  const { values, intervalMs, labels } = series;
  const p =
    "open" in engine ? pointsOf(engine as StreamingEngine, series) : wholeOf(engine, series);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!) || labels?.[i] === 1) continue;
    tally.push(entity, i, returnPeriodDays(p[i]!, intervalMs), intervalMs);
  }
}

function pointsOf(
  engine: StreamingEngine,
  { timestampsMs, values, intervalMs }: HealthySeries,
): Float64Array {
  const detector = engine.open(intervalMs);
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  return values.map((value, i) => {
    detector.push(timestampsMs[i]!, value, out);
    return out[DETECTOR_OUT.p]!;
  });
}

const HEALTHY_KEY = { tenantId: "healthy", clusterId: "c", nodeId: "n", metricName: "m" };

function wholeOf(engine: PointEngine, { timestampsMs, values }: HealthySeries): Float64Array {
  return engine.score(new MetricSeries({ ...HEALTHY_KEY, timestamps: timestampsMs, values })).p;
}
