import { AggregatedAnomalyScore } from "../../model/aggregated-anomaly-score.ts";
import type { AnomalyResult } from "../../model/anomaly-result.ts";
import type { AnomalyKind } from "../../model/anomaly-type.ts";
import { Refusal } from "../../model/refusal.ts";
import type { EpochMs } from "../../model/time.ts";
import { pOfScore } from "../../stats/return-period.ts";
import { P_MIN } from "../closed/closed-form.ts";
import { FEW } from "../closed/few-table.ts";
import { INVOLVED_P } from "../place.ts";
import {
  type AggregationOptions,
  type AggregationRule,
  aggregationRule,
} from "./aggregation-options.ts";
import { windowScoreOf } from "./combine-scores.ts";
import { nodeWindows, usualWindowMs, worstByMetric } from "./node-windows.ts";

/** What one metric adds to what its node shows. */
export interface MetricContribution {
  readonly metricName: string;
  readonly anomalyScore: number;
  /** Share of the evidence (-ln p of the window); shares add up to 1. */
  readonly share: number;
  /** When it began: the explanation's onset, or the window's start where there is none. */
  readonly onset: EpochMs;
  readonly kind: AnomalyKind;
}

/** Roll-up of the metrics of a single node; the metric -> node floor of `AggregationPipeline`. */
export class NodeAnomalyAggregator {
  readonly #rule: AggregationRule;

  /** @throws Refusal "rollup/unknown-strategy" | "window/invalid" */
  constructor(options: AggregationOptions = {}) {
    this.#rule = aggregationRule(options);
  }

  /**
   * One score for each window with results; empty for no results.
   *
   * @throws Refusal "range/empty" when the results belong to more than one node.
   */
  aggregate(results: readonly AnomalyResult[]): AggregatedAnomalyScore[] {
    oneNode(results);
    const { strategy, calibrated } = this.#rule;
    const windowMs = this.#rule.windowMs ?? usualWindowMs(results);
    return nodeWindows(results, this.#rule, windowMs).map(
      ({ score, numMetrics, numAnomalies, ...place }) =>
        new AggregatedAnomalyScore({
          ...place,
          level: "node",
          aggregateScore: score,
          aggregationStrategy: strategy,
          calibrated,
          numMetricsAnalyzed: numMetrics,
          numAnomaliesDetected: numAnomalies,
        }),
    );
  }

  /**
   * The metrics that make the node anomalous, each with its highest result, in order of onset ("started
   * after", never "caused"); equal onsets by share. Named are the metrics that one healthy window in
   * fifty would show; where there are none, the three rarest.
   *
   * @throws Refusal "range/empty" when the results belong to more than one node.
   */
  contributions(results: readonly AnomalyResult[]): MetricContribution[] {
    oneNode(results);
    const windowMs = this.#rule.windowMs ?? usualWindowMs(results);
    const rare = worstByMetric(results)
      .map((result) => ({ result, p: windowP(result, windowMs) }))
      .sort((a, b) => a.p - b.p);
    const clear = rare.filter(({ p }) => p <= INVOLVED_P);
    const named = clear.length > 0 ? clear : rare.slice(0, FEW);
    const total = named.reduce((sum, { p }) => sum - Math.log(p), 0);
    return named
      .map(({ result, p }) => ({
        metricName: result.metricName,
        anomalyScore: result.anomalyScore,
        share: total > 0 ? -Math.log(p) / total : 1 / named.length,
        onset: result.explanation?.onset ?? result.windowStart,
        kind: result.kind,
      }))
      .sort((a, b) => a.onset - b.onset || b.share - a.share);
  }
}

function windowP({ anomalyScore, intervalMs }: AnomalyResult, windowMs: number): number {
  const score = windowScoreOf(anomalyScore, intervalMs, windowMs);
  return Math.max(P_MIN, pOfScore(score, windowMs));
}

function oneNode(results: readonly AnomalyResult[]): void {
  const [first] = results;
  const other = results.find(
    (one) =>
      one.nodeId !== first?.nodeId ||
      one.clusterId !== first.clusterId ||
      one.tenantId !== first.tenantId,
  );
  if (other !== undefined) {
    throw new Refusal(
      "range/empty",
      "give the results of one node; AggregationPipeline takes many",
      {
        nodes: [first?.nodeId, other.nodeId],
      },
    );
  }
}
