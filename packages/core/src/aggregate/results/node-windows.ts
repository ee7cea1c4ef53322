import type { AnomalyResult } from "../../model/anomaly-result.ts";
import { ANOMALOUS_SCORE } from "../../model/severity.ts";
import type { DurationMs, EpochMs } from "../../model/time.ts";
import { upperMedianOfSorted } from "../../stats/sorted-median.ts";
import type { AggregationRule } from "./aggregation-options.ts";
import { type Child, combineScores, windowScoreOf } from "./combine-scores.ts";

/** One node in one aligned window. */
export interface NodeWindow {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly windowStart: EpochMs;
  readonly windowEnd: EpochMs;
  readonly score: number;
  readonly numMetrics: number;
  readonly numAnomalies: number;
}

/** Upper median of the lengths of the results' windows; 0 without results. */
export function usualWindowMs(results: readonly AnomalyResult[]): DurationMs {
  const lengths = Float64Array.from(results, (r) => r.windowEnd - r.windowStart).sort();
  return lengths.length === 0 ? 0 : upperMedianOfSorted(lengths);
}

/**
 * Results by node and aligned window, in order of time and names. A result belongs to the window its
 * start falls into; of several results of a metric in one window the highest score counts.
 */
export function nodeWindows(
  results: readonly AnomalyResult[],
  rule: AggregationRule,
  windowMs: DurationMs,
): NodeWindow[] {
  const groups = new Map<string, AnomalyResult[]>();
  for (const result of results) {
    const index = Math.floor(result.windowStart / windowMs);
    const key = [result.tenantId, result.clusterId, result.nodeId, index].join("\0");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [result]);
    else group.push(result);
  }
  return [...groups.values()].map((group) => nodeWindow(group, rule, windowMs)).sort(byTimeAndName);
}

function nodeWindow(
  group: readonly AnomalyResult[],
  rule: AggregationRule,
  windowMs: DurationMs,
): NodeWindow {
  const worst = worstByMetric(group);
  const children = worst.map(
    (result): Child => ({
      score: rule.calibrated
        ? windowScoreOf(result.anomalyScore, result.intervalMs, windowMs)
        : result.anomalyScore,
      weight: rule.weightOf(result.metricName),
    }),
  );
  const { tenantId, clusterId, nodeId, windowStart } = group[0]!;
  const start = Math.floor(windowStart / windowMs) * windowMs;
  return {
    tenantId,
    clusterId,
    nodeId,
    windowStart: start,
    windowEnd: start + windowMs,
    score: combineScores(children, rule, windowMs),
    numMetrics: worst.length,
    numAnomalies: worst.filter(({ anomalyScore }) => anomalyScore >= ANOMALOUS_SCORE).length,
  };
}

/** The highest result of every metric, by metric name. */
export function worstByMetric(results: readonly AnomalyResult[]): AnomalyResult[] {
  const worst = new Map<string, AnomalyResult>();
  for (const result of results) {
    const known = worst.get(result.metricName);
    if (known === undefined || result.anomalyScore > known.anomalyScore) {
      worst.set(result.metricName, result);
    }
  }
  return [...worst.values()].sort((a, b) => compareText(a.metricName, b.metricName));
}

function byTimeAndName(a: NodeWindow, b: NodeWindow): number {
  return (
    a.windowStart - b.windowStart ||
    compareText(a.tenantId, b.tenantId) ||
    compareText(a.clusterId, b.clusterId) ||
    compareText(a.nodeId, b.nodeId)
  );
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
