import { daysOfScore, severityOf } from "@foreshock/core";
import type * as port from "../src/platform/platform.ts";
import { BadCursor } from "../src/platform/platform-errors.ts";
import { type HeldSeries, idOf, scored } from "./testing-scores.ts";

/** One finding per node that has anomalies: simple, but made of what is there. */
export function findingsOf(anomalies: readonly port.AnomalyRow[]): port.FindingRow[] {
  const groups = Map.groupBy(anomalies, (row) => `${row.cluster}\0${row.node}`);
  return [...groups.values()].map((rows) => {
    const first = rows.reduce((a, b) => (b.windowStart < a.windowStart ? b : a));
    const peak = rows.reduce((a, b) => (b.score > a.score ? b : a));
    return {
      id: idOf("fnd", first.cluster, first.node, String(first.windowStart)),
      level: "node" as const,
      cluster: first.cluster,
      node: first.node,
      openedAt: first.windowStart,
      closedAt: rows.some((row) => row.open) ? null : Math.max(...rows.map((r) => r.windowEnd)),
      outcome: "open" as const,
      onset: first.windowStart,
      score: peak.score,
      severity: peak.severity,
      entityReturnPeriodDays: Number.NaN,
      fleetReturnPeriodDays: Number.NaN,
      label: peak.label,
      kind: peak.kind,
      text: peak.explanation.text,
      contributions: rows.map((row) => ({
        node: row.node,
        metric: row.metric,
        seriesId: row.seriesId,
        score: row.score,
        share: 1 / rows.length,
        onset: row.windowStart,
        kind: row.kind,
        text: row.explanation.text,
      })),
      nodes: [{ node: first.node, score: peak.score }],
      confidence: 1,
    };
  });
}

export function alarmOf(row: port.AnomalyRow): port.AlarmRow {
  const { id, seriesId, cluster, node, metric, score, severity, label, kind } = row;
  return {
    ...{ id, seriesId, cluster, node, metric, score, severity, label, kind },
    openedAt: row.windowStart,
    lastAt: row.windowEnd,
    closedAt: row.open ? null : row.windowEnd,
    evidenceDays: daysOfScore(Math.min(row.score, 0.999)),
    outcome: "open",
    heldFrom: null,
    heldTo: null,
    text: row.explanation.text,
  };
}

export function rowOf(held: HeldSeries): port.SeriesRow {
  const { times, values, scores } = scored(held);
  const score = scores.at(-1) ?? Number.NaN;
  return {
    id: held.id,
    cluster: held.clusterId,
    node: held.nodeId,
    metric: held.metricName,
    metadata: held.metadata,
    intervalMs: times.length < 2 ? Number.NaN : times.at(-1)! - times.at(-2)!,
    points: times.length,
    firstAt: times[0] ?? 0,
    lastAt: times.at(-1) ?? 0,
    lastValue: values.at(-1) ?? Number.NaN,
    score,
    severity: severityOf(score),
    state: "live",
    confidence: 1,
  };
}

/** A cursor is the place of the next row; anything else is refused. */
export function paged<Row>(rows: readonly Row[], { limit, cursor }: port.Page): port.Paged<Row> {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw new BadCursor("no such page");
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return { data: rows.slice(start, end), nextCursor: end < rows.length ? String(end) : undefined };
}

/** The highest; 0 of nothing. */
export function worst(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
