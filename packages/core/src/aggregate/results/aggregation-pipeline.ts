import { AggregatedAnomalyScore } from "../../model/aggregated-anomaly-score.ts";
import type { AnomalyResult } from "../../model/anomaly-result.ts";
import type { DurationMs } from "../../model/time.ts";
import {
  type AggregationOptions,
  type AggregationRule,
  aggregationRule,
} from "./aggregation-options.ts";
import { combineScores } from "./combine-scores.ts";
import { compareText, type NodeWindow, nodeWindows, usualWindowMs } from "./node-windows.ts";

/** A cluster or a tenant in one window, with what it is made of. */
type Parent = Omit<NodeWindow, "clusterId" | "nodeId"> & { readonly clusterId?: string };

/**
 * Results of windows, rolled up by entity and aligned window: metric -> node -> cluster -> tenant.
 *
 * `auto` (default) is calibrated: scores become probabilities, the closed form of the spec (section 14,
 * stage A) combines them, and the answer is a score of the same meaning. It needs no history; the tail
 * of an entity's own past comes on top where results stream (`TenantFleet`, `EntityRollup`).
 * `max`, `mean`, `weighted` and `p95` give the raw aggregate of scores; raw maxima over many metrics
 * alarm far more often than they promise.
 *
 * Calls are independent; `topNodes` answers from the last `aggregateNodes`.
 */
export class AggregationPipeline {
  readonly #rule: AggregationRule;
  #lastNodes: readonly AggregatedAnomalyScore[] = [];

  /** @throws Refusal "rollup/unknown-strategy" | "window/invalid" */
  constructor(options: AggregationOptions = {}) {
    this.#rule = aggregationRule(options);
  }

  /** One score for each node and window with results, by time, then by names. */
  aggregateNodes(results: readonly AnomalyResult[]): AggregatedAnomalyScore[] {
    const nodes = this.#nodes(results).map((node) => this.#scoreOf("node", node));
    this.#lastNodes = nodes;
    return nodes;
  }

  /** One score for each cluster and window; its children are its nodes. */
  aggregateClusters(results: readonly AnomalyResult[]): AggregatedAnomalyScore[] {
    return this.#clusters(results).map((cluster) => this.#scoreOf("cluster", cluster));
  }

  /** One score for each tenant and window; its children are its clusters. */
  aggregateTenants(results: readonly AnomalyResult[]): AggregatedAnomalyScore[] {
    const windowMs = this.#windowMs(results);
    const tenants = parentsOf(
      this.#clusters(results),
      ({ tenantId }) => tenantId,
      this.#rule,
      windowMs,
    );
    return tenants.map(({ clusterId: _, ...tenant }) => this.#scoreOf("tenant", tenant));
  }

  /**
   * The `count` worst nodes of a cluster in the last `aggregateNodes`, each with its worst window, worst
   * first; equal scores by name. Empty before the first call and for a cluster it did not see.
   */
  topNodes(clusterId: string, count: number): AggregatedAnomalyScore[] {
    const worst = new Map<string, AggregatedAnomalyScore>();
    for (const node of this.#lastNodes) {
      if (node.clusterId !== clusterId) continue;
      const key = `${node.tenantId}\0${node.nodeId}`;
      const known = worst.get(key);
      if (known === undefined || node.aggregateScore > known.aggregateScore) worst.set(key, node);
    }
    return [...worst.values()]
      .sort((a, b) => b.aggregateScore - a.aggregateScore || compareText(a.nodeId!, b.nodeId!))
      .slice(0, Math.max(0, count));
  }

  #windowMs(results: readonly AnomalyResult[]): DurationMs {
    return this.#rule.windowMs ?? usualWindowMs(results);
  }

  #nodes(results: readonly AnomalyResult[]): NodeWindow[] {
    return nodeWindows(results, this.#rule, this.#windowMs(results));
  }

  #clusters(results: readonly AnomalyResult[]): Parent[] {
    const keyOf = ({ tenantId, clusterId }: Parent) => `${tenantId}\0${clusterId}`;
    return parentsOf(this.#nodes(results), keyOf, this.#rule, this.#windowMs(results));
  }

  #scoreOf(
    level: "node" | "cluster" | "tenant",
    entity: Parent & { readonly nodeId?: string },
  ): AggregatedAnomalyScore {
    const { score, numMetrics, numAnomalies, ...place } = entity;
    return new AggregatedAnomalyScore({
      ...place,
      level,
      aggregateScore: score,
      aggregationStrategy: this.#rule.strategy,
      calibrated: this.#rule.calibrated,
      numMetricsAnalyzed: numMetrics,
      numAnomaliesDetected: numAnomalies,
    });
  }
}

/** Children by parent and window, in the order in which the parents first appear (time, then names). */
function parentsOf(
  children: readonly Parent[],
  keyOf: (child: Parent) => string,
  rule: AggregationRule,
  windowMs: DurationMs,
): Parent[] {
  const groups = new Map<string, Parent[]>();
  for (const child of children) {
    const key = `${child.windowStart}\0${keyOf(child)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [child]);
    else group.push(child);
  }
  return [...groups.values()].map((group) => {
    const { tenantId, clusterId, windowStart, windowEnd } = group[0]!;
    return {
      tenantId,
      ...(clusterId !== undefined && { clusterId }),
      windowStart,
      windowEnd,
      score: combineScores(
        group.map(({ score }) => ({ score, weight: 1 })),
        rule,
        windowMs,
      ),
      numMetrics: sumOf(group, ({ numMetrics }) => numMetrics),
      numAnomalies: sumOf(group, ({ numAnomalies }) => numAnomalies),
    };
  });
}

function sumOf(group: readonly Parent[], numberOf: (one: Parent) => number): number {
  return group.reduce((sum, one) => sum + numberOf(one), 0);
}
