import type { MetricPage, NodePage, Overview } from "../platform/page-rows.ts";
import type { EntityState, NodeRow } from "../platform/platform.ts";
import { Rows } from "./row-pieces.ts";
import {
  alarmWire,
  anomalyWire,
  clusterWire,
  findingWire,
  healthWire,
  nodeWire,
  pointsWire,
  scoresWire,
  seriesWire,
  summaryWire,
} from "./rows.ts";

/** Charts that are written in one piece: some 30 kB each. */
const CHARTS_AT_ONCE = 8;

export function overviewWire(page: Overview) {
  return {
    summary: summaryWire(page.summary),
    health: healthWire(page.health),
    clusters: new Rows(page.clusters, clusterWire),
    findings: new Rows(page.findings, findingWire, 100),
    charts: new Rows(page.charts, (one) => one, CHARTS_AT_ONCE),
    tenantLane: page.tenantLane === null ? null : scoresWire(page.tenantLane),
    clusterLanes: page.clusterLanes === null ? null : scoresWire(page.clusterLanes),
  };
}

export function nodePageWire(page: NodePage) {
  return {
    node: page.node === null ? null : nodeWire(page.node),
    lane: scoresWire(page.lane),
    series: new Rows(page.series, seriesWire),
    charts: new Rows(page.charts, (one) => one, CHARTS_AT_ONCE),
    anomalies: new Rows(page.anomalies, anomalyWire),
  };
}

export function metricPageWire({ points, anomalies, alarms }: MetricPage) {
  return {
    points: points === null ? null : pointsWire(points),
    anomalies: new Rows(anomalies, anomalyWire),
    alarms: new Rows(alarms, alarmWire),
  };
}

const STATES: readonly EntityState[] = ["live", "learning", "silent"];
/** Metrics below it are as always. Source: "low" of the severity words. */
const TOLD_SCORE = 0.25;
/** Items of a column that are made and written in one piece: a millisecond or so. */
const COLUMN_ITEMS = 10_000;

/** Nodes in columns, which are a tenth of the same as rows: no name twice, no digit that nobody sees. */
export function nodeColumnsWire(rows: readonly NodeRow[]) {
  const clusters = numbered(rows, ({ cluster }) => [cluster]);
  const told = rows.flatMap(({ topMetrics }, at) => {
    const top = topMetrics.filter(({ score }) => score >= TOLD_SCORE);
    return top.length === 0 ? [] : [{ at, top }];
  });
  const metricNames = numbered(told, ({ top }) => top.map(({ metric }) => metric));
  const newestMs = rows.reduce((newest, { lastAt }) => Math.max(newest, lastAt), 0);
  const column = <Item>(of: (row: NodeRow) => Item) => new Rows(rows, of, COLUMN_ITEMS);
  return {
    clusters: [...clusters.keys()],
    metricNames: [...metricNames.keys()],
    states: STATES,
    newestMs,
    cluster: column((row) => clusters.get(row.cluster)!),
    node: column((row) => row.node),
    metrics: column((row) => row.metrics),
    score: column((row) => cut(row.score)),
    numAnomalies: column((row) => row.numAnomalies),
    since: column((row) => (row.since > 0 && Number.isFinite(row.since) ? row.since : null)),
    lagS: column((row) => (row.lastAt > 0 ? Math.floor((newestMs - row.lastAt) / 1000) : null)),
    state: column((row) => STATES.indexOf(row.state)),
    confidence: column((row) => Math.round(row.confidence * 100) / 100),
    top: new Rows(told, ({ at, top }) => ({
      row: at,
      metrics: top.map(({ metric }) => metricNames.get(metric)!),
      scores: top.map(({ score }) => cut(score)),
    })),
  };
}

function cut(score: number): number | null {
  return Number.isFinite(score) ? Math.floor(score * 1000) / 1000 : null;
}

function numbered<Row>(
  rows: readonly Row[],
  namesOf: (row: Row) => readonly string[],
): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const row of rows) {
    for (const name of namesOf(row)) {
      if (!numbers.has(name)) numbers.set(name, numbers.size);
    }
  }
  return numbers;
}
