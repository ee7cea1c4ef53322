import { ANOMALY_LABELS, type AnomalyKind, type AnomalyLabel } from "./anomaly-type.ts";
import type { Explanation } from "./explanation.ts";
import { Refusal } from "./refusal.ts";
import { type SeriesKey, seriesKey } from "./series-key.ts";
import { type DurationMs, type EpochMs, timeRange } from "./time.ts";

export interface AnomalyResultInit extends SeriesKey {
  readonly engine: string;
  /** Half-open window [windowStart, windowEnd) in epoch milliseconds. */
  readonly windowStart: EpochMs;
  readonly windowEnd: EpochMs;
  /** Sampling interval that the score was calibrated for; makes p recoverable from the score. */
  readonly intervalMs: DurationMs;
  readonly anomalyScore: number;
  readonly anomalyLabel: AnomalyLabel;
  readonly kind: AnomalyKind;
  /** Size of the effect in typical scales of the series; 0 where nothing happened. Not a rarity. */
  readonly magnitude: number;
  readonly explanation?: Explanation;
}

/** One window of one series after calibration. An invalid one cannot exist. */
export class AnomalyResult implements SeriesKey {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
  readonly engine: string;
  readonly windowStart: EpochMs;
  readonly windowEnd: EpochMs;
  readonly intervalMs: DurationMs;
  readonly anomalyScore: number;
  readonly anomalyLabel: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly magnitude: number;
  readonly explanation: Explanation | undefined;

  /** @throws Refusal "id/empty" | "range/empty" | "result/score-out-of-range" | "result/unknown-label" */
  constructor(init: AnomalyResultInit) {
    const key = seriesKey(init);
    timeRange(init.windowStart, init.windowEnd);
    if (!ANOMALY_LABELS.includes(init.anomalyLabel)) {
      throw new Refusal("result/unknown-label", `labels are ${ANOMALY_LABELS.join(", ")}`, {
        label: init.anomalyLabel,
      });
    }
    this.tenantId = key.tenantId;
    this.clusterId = key.clusterId;
    this.nodeId = key.nodeId;
    this.metricName = key.metricName;
    this.engine = init.engine;
    this.windowStart = init.windowStart;
    this.windowEnd = init.windowEnd;
    this.intervalMs = init.intervalMs;
    this.anomalyScore = checkedScore(init.anomalyScore);
    this.anomalyLabel = init.anomalyLabel;
    this.kind = init.kind;
    this.magnitude = init.magnitude;
    this.explanation = init.explanation;
  }
}

/** The score itself. @throws Refusal "result/score-out-of-range" outside [0, 1] and for NaN. */
export function checkedScore(score: number): number {
  if (!(score >= 0 && score <= 1)) {
    throw new Refusal("result/score-out-of-range", "scores are numbers in [0, 1]", { score });
  }
  return score;
}
