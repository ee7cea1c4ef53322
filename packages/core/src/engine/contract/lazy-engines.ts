import { AnomalyResult } from "../../model/anomaly-result.ts";
import type { MetricSeries } from "../../model/metric-series.ts";
import { seriesKey } from "../../model/series-key.ts";
import { openState, sealState } from "../../model/state-bytes.ts";
import type { AnomalyDetectionEngine, PointEngine, PointScores } from "../engine.ts";
import { type BatchScorer, SCORER_OUT, SCORER_OUT_LENGTH, type StreamScorer } from "../scorer.ts";

/**
 * Engines that keep every form of the contract and find nothing. Each scores a point by a rule that
 * ignores what the series usually does; the contract must refuse them all.
 */
type LazyRule = (pointIndex: number, value: number) => number;

/** Scores stay below 0.5, so that every label is `normal`. */
const SCORE_MAX = 0.49;
/** Half of the highest score is reached at this position or value. */
const HALF_AT = 1000;

/** Scores in [0, 0.49], by name. */
export const LAZY_RULES = {
  "scores everything alike": () => 0.3,
  "says that nothing is anomalous": () => 0,
  "scores by position, later is worse": (i) => (SCORE_MAX * i) / (i + HALF_AT),
  "scores by position, earlier is worse": (i) => (SCORE_MAX * HALF_AT) / (i + HALF_AT),
  "scores by the value itself": (_, value) => SCORE_MAX / (1 + Math.exp(-value / HALF_AT)),
  "scores by rote": (i) => SCORE_MAX * Math.abs(Math.sin(i * 12.9898)),
} as const satisfies Record<string, LazyRule>;

const INTERVAL_MS = 60_000;
const LAZY = { name: "lazy", version: 1 } as const;
const STATE_FORMAT = 0x7a;

/** Upper floor: gives no result at all. */
export function lazyNothing(): AnomalyDetectionEngine {
  return { ...LAZY, detect: async () => [], explain: refuse };
}

/** Upper floor: one result per point, scored by a rule. */
export function lazyEngine(rule: LazyRule): AnomalyDetectionEngine {
  const detect = async (series: MetricSeries) =>
    Array.from(series.values, (value, i) => {
      const startMs = series.timestamps[i]!;
      return new AnomalyResult({
        ...seriesKey(series),
        engine: LAZY.name,
        windowStart: startMs,
        windowEnd: startMs + INTERVAL_MS,
        intervalMs: INTERVAL_MS,
        anomalyScore: Number.isNaN(value) ? 0 : rule(i, value),
        anomalyLabel: "normal",
        kind: "normal",
        magnitude: 0,
      });
    });
  return { ...LAZY, detect, explain: refuse };
}

/** Upper floor with point scores: its results are another engine's, its points are by a rule. */
export function lazyPoints(honest: AnomalyDetectionEngine, rule: LazyRule): PointEngine {
  const score = ({ values }: MetricSeries): PointScores => {
    const scores = values.map((value, i) => (Number.isNaN(value) ? 0 : rule(i, value)));
    const unknown = values.map(() => Number.NaN);
    return {
      intervalMs: INTERVAL_MS,
      p: scores.map((one) => 1 - one),
      score: scores,
      nonconformity: scores,
      expected: unknown,
      level: unknown,
      lower: unknown,
      upper: unknown,
    };
  };
  const { name, version } = honest;
  const detect = (series: MetricSeries) => honest.detect(series);
  const explain: PointEngine["explain"] = (series, result) => honest.explain(series, result);
  return { name, version, looksAhead: false, score, detect, explain };
}

/** Lower floor, streaming. Its state is the number of points. */
export function lazyStreamScorer(rule: LazyRule): StreamScorer {
  return {
    ...LAZY,
    pointsMin: 1,
    open: () => {
      const seen = Float64Array.of(0);
      return {
        push: (_, value, out) => {
          out.fill(Number.NaN, 0, SCORER_OUT_LENGTH);
          const missing = !Number.isFinite(value);
          out[SCORER_OUT.nonconformity] = missing ? Number.NaN : rule(seen[0]!, value);
          seen[0]!++;
        },
        save: () => sealState(STATE_FORMAT, LAZY.version, new Uint8Array(seen.slice().buffer)),
        restore: (bytes) => {
          const payload = openState(STATE_FORMAT, LAZY.version, bytes);
          seen.set(new Float64Array(payload.slice().buffer));
        },
      };
    },
  };
}

/** Lower floor, batch. */
export function lazyBatchScorer(rule: LazyRule): BatchScorer {
  return {
    ...LAZY,
    pointsMin: 1,
    score: (_, values) => {
      const unknown = values.map(() => Number.NaN);
      const scored = (value: number, i: number) => (Number.isNaN(value) ? value : rule(i, value));
      return {
        nonconformity: values.map(scored),
        expected: unknown,
        level: unknown,
        scale: unknown,
      };
    },
  };
}

async function refuse(): Promise<never> {
  throw new Error("a lazy engine has no reasons");
}
