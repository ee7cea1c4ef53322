import { checkedScore } from "./anomaly-result.ts";
import { Refusal } from "./refusal.ts";
import { nonEmpty } from "./series-key.ts";
import { type EpochMs, timeRange } from "./time.ts";

/** `auto` is the default of the calibrated roll-up; the others are the contract's. */
export const AGGREGATION_STRATEGIES = ["max", "mean", "weighted", "p95", "auto"] as const;
export type AggregationStrategy = (typeof AGGREGATION_STRATEGIES)[number];

export const LEVELS = ["metric", "node", "cluster", "tenant"] as const;
export type Level = (typeof LEVELS)[number];

export interface AggregatedAnomalyScoreInit {
  readonly level: Exclude<Level, "metric">;
  readonly tenantId: string;
  /** Set for clusters and nodes. */
  readonly clusterId?: string;
  /** Set for nodes. */
  readonly nodeId?: string;
  readonly windowStart: EpochMs;
  readonly windowEnd: EpochMs;
  readonly aggregateScore: number;
  readonly aggregationStrategy: AggregationStrategy;
  /** Whether the score went through the calibrated roll-up, or is the raw aggregate as asked. */
  readonly calibrated: boolean;
  readonly numMetricsAnalyzed: number;
  readonly numAnomaliesDetected: number;
}

/** The roll-up of a node, cluster or tenant over one window. An invalid one cannot exist. */
export class AggregatedAnomalyScore {
  readonly level: Exclude<Level, "metric">;
  readonly tenantId: string;
  readonly clusterId: string | undefined;
  readonly nodeId: string | undefined;
  readonly windowStart: EpochMs;
  readonly windowEnd: EpochMs;
  readonly aggregateScore: number;
  readonly aggregationStrategy: AggregationStrategy;
  readonly calibrated: boolean;
  readonly numMetricsAnalyzed: number;
  readonly numAnomaliesDetected: number;

  /** @throws Refusal "id/empty" | "range/empty" | "result/score-out-of-range" | "rollup/unknown-strategy" */
  constructor(init: AggregatedAnomalyScoreInit) {
    timeRange(init.windowStart, init.windowEnd);
    if (!AGGREGATION_STRATEGIES.includes(init.aggregationStrategy)) {
      throw new Refusal(
        "rollup/unknown-strategy",
        `strategies are ${AGGREGATION_STRATEGIES.join(", ")}`,
        { strategy: init.aggregationStrategy },
      );
    }
    this.level = init.level;
    this.tenantId = nonEmpty("tenantId", init.tenantId);
    this.clusterId =
      init.level === "tenant" ? undefined : nonEmpty("clusterId", init.clusterId ?? "");
    this.nodeId = init.level === "node" ? nonEmpty("nodeId", init.nodeId ?? "") : undefined;
    this.windowStart = init.windowStart;
    this.windowEnd = init.windowEnd;
    this.aggregateScore = checkedScore(init.aggregateScore);
    this.aggregationStrategy = init.aggregationStrategy;
    this.calibrated = init.calibrated;
    this.numMetricsAnalyzed = init.numMetricsAnalyzed;
    this.numAnomaliesDetected = init.numAnomaliesDetected;
  }
}
