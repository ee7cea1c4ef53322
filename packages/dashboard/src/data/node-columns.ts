import type { NodeColumns, NodeRow } from "@foreshock/client";
import { severityOf } from "../severity/severity.ts";

const made = new WeakMap<NodeColumns, readonly NodeRow[]>();

/** The rows of which the columns were made, as far as they tell; the same rows for the same reply. */
export function nodesOf(columns: NodeColumns): readonly NodeRow[] {
  const known = made.get(columns);
  if (known !== undefined) return known;
  const top = new Map(columns.top.map((one) => [one.row, one]));
  const rows = columns.node.map((node, i): NodeRow => {
    const { metrics = [], scores = [] } = top.get(i) ?? {};
    const score = columns.score[i] ?? null;
    const lagS = columns.lagS[i] ?? null;
    return {
      cluster: columns.clusters[columns.cluster[i]!]!,
      node,
      metrics: columns.metrics[i]!,
      score,
      severity: severityOf(score ?? 0),
      numAnomalies: columns.numAnomalies[i]!,
      topMetrics: metrics.map((name, k) => ({
        metric: columns.metricNames[name]!,
        score: scores[k] ?? null,
      })),
      since: instant(columns.since[i] ?? null),
      lastAt: lagS === null ? null : instant(columns.newestMs - 1000 * lagS),
      state: columns.states[columns.state[i]!] as NodeRow["state"],
      confidence: columns.confidence[i]!,
    };
  });
  made.set(columns, rows);
  return rows;
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
