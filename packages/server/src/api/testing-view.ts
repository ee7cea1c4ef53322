import {
  type CalibrationReport,
  calibrationReport,
  DAY_MS,
  daysOfScore,
  type EpochMs,
  emptyTallies,
  largestOf,
  severityOf,
  type TimeRange,
} from "@foreshock/core";
import { type IngestBatch, seriesOf } from "../platform/ingest-batch.ts";
import type { IngestReport, IngestSeries } from "../platform/ingest-series.ts";
import type * as port from "../platform/platform.ts";
import { BadCursor } from "../platform/platform-errors.ts";
import type { HeldTenant } from "./testing-platform.ts";
import { anomaliesOf, type HeldSeries, idOf, scored } from "./testing-scores.ts";

/** What the door sees of one tenant of a `TestingPlatform`. Every answer is computed when asked. */
export class TestingView implements port.TenantView {
  readonly #held: HeldTenant;
  readonly #now: () => EpochMs;
  readonly #take: (batch: readonly IngestSeries[]) => IngestReport;

  constructor(
    held: HeldTenant,
    now: () => EpochMs,
    take: (batch: readonly IngestSeries[]) => IngestReport,
  ) {
    this.#held = held;
    this.#now = now;
    this.#take = take;
  }

  async ingest(batch: IngestBatch): Promise<IngestReport> {
    return this.#take(seriesOf(batch));
  }

  async summary(): Promise<port.TenantSummary> {
    const rows = this.#rows({});
    const nodes = await this.nodes({});
    const score = worst(nodes.map((node) => node.score));
    const { slug: tenant, accepted: points } = this.#held;
    return {
      tenant,
      clusters: new Set(rows.map((row) => row.cluster)).size,
      nodes: nodes.length,
      series: rows.length,
      points,
      watermark: worst(rows.map((row) => row.lastAt)),
      score,
      severity: severityOf(score),
      openFindings: this.#findings().filter((finding) => finding.closedAt === null).length,
      budgetDays: 7,
      findings30d: this.#findings().length,
      promised30d: 30 / 7,
    };
  }

  async clusters(): Promise<port.ClusterRow[]> {
    const groups = Map.groupBy(await this.nodes({}), (node) => node.cluster);
    return [...groups].map(([cluster, nodes]) => {
      const score = worst(nodes.map((node) => node.score));
      return {
        cluster,
        nodes: nodes.length,
        series: nodes.reduce((sum, { metrics }) => sum + metrics, 0),
        score,
        severity: severityOf(score),
        anomalousNodes: nodes.filter((node) => node.score >= 0.5).length,
        lastAt: worst(nodes.map((node) => node.lastAt)),
      };
    });
  }

  async nodes(filter: port.PlaceFilter): Promise<port.NodeRow[]> {
    const groups = Map.groupBy(this.#rows(filter), (row) => `${row.cluster}\0${row.node}`);
    return [...groups.values()].map((rows) => {
      const { cluster, node } = rows[0]!;
      const score = worst(rows.map((row) => row.score));
      const found = this.#anomalies({ clusterId: cluster, nodeId: node });
      return {
        cluster,
        node,
        metrics: rows.length,
        score,
        severity: severityOf(score),
        numAnomalies: found.length,
        topMetrics: rows.slice(0, 3).map((row) => ({ metric: row.metric, score: row.score })),
        since: found.find((row) => row.open)?.windowStart ?? 0,
        lastAt: worst(rows.map((row) => row.lastAt)),
        state: "live" as const,
        confidence: 1,
      };
    });
  }

  async metrics(filter: port.PlaceFilter): Promise<port.MetricRow[]> {
    const groups = Map.groupBy(this.#rows(filter), (row) => row.metric);
    return [...groups].map(([metric, rows]) => {
      const score = worst(rows.map((row) => row.score));
      return { metric, series: rows.length, score, severity: severityOf(score) };
    });
  }

  async series(filter: port.PlaceFilter, page: port.Page): Promise<port.Paged<port.SeriesRow>> {
    return paged(this.#rows(filter), page);
  }

  async seriesById(seriesId: string): Promise<port.SeriesRow | undefined> {
    const held = this.#held.series.get(seriesId);
    return held === undefined ? undefined : rowOf(held);
  }

  async points(
    seriesId: string,
    range: TimeRange,
    pointsMax: number,
  ): Promise<port.PointsReply | undefined> {
    const held = this.#held.series.get(seriesId);
    if (held === undefined) return undefined;
    const { times, values, scores, median, spread } = scored(held);
    const inside = times.flatMap((at, i) => (at >= range.startMs && at < range.endMs ? [i] : []));
    const kept = inside.slice(-pointsMax);
    const column = (of: (i: number) => number) =>
      kept.map((i) => (Number.isNaN(of(i)) ? null : of(i)));
    const value = column((i) => values[i]!);
    return {
      series: rowOf(held),
      stepMs: rowOf(held).intervalMs,
      columns: {
        at: kept.map((i) => times[i]!),
        value,
        min: value,
        max: value,
        expected: column(() => median),
        lower: column(() => median - 3 * spread),
        upper: column(() => median + 3 * spread),
        score: column((i) => scores[i]!),
        alarmScore: column((i) => scores[i]!),
      },
    };
  }

  async anomalies(
    filter: port.AnomalyFilter,
    page: port.Page,
  ): Promise<port.Paged<port.AnomalyRow>> {
    const { range, minScore, label, sort } = filter;
    const rows = this.#anomalies(filter).filter(
      (row) =>
        row.windowEnd > range.startMs &&
        row.windowStart < range.endMs &&
        row.score >= minScore &&
        (label === undefined || row.label === label),
    );
    rows.sort((a, b) => (sort === "score" ? b.score - a.score : b.windowStart - a.windowStart));
    return paged(rows, page);
  }

  async anomaly(anomalyId: string): Promise<port.AnomalyRow | undefined> {
    return this.#anomalies({}).find((row) => row.id === anomalyId);
  }

  /** One alarm per anomaly. */
  async alarms(filter: port.AlarmFilter, page: port.Page): Promise<port.Paged<port.AlarmRow>> {
    const { range, minScore, state } = filter;
    const rows = this.#anomalies(filter)
      .map(alarmOf)
      .filter(
        (row) =>
          (row.closedAt ?? range.endMs) > range.startMs &&
          row.openedAt < range.endMs &&
          row.score >= minScore &&
          (state === undefined || (state === "open") === (row.closedAt === null)),
      );
    rows.sort((a, b) => b.openedAt - a.openedAt);
    return paged(rows, page);
  }

  async findings(range: TimeRange, page: port.Page): Promise<port.Paged<port.FindingRow>> {
    const rows = this.#findings().filter(
      (row) => row.openedAt >= range.startMs && row.openedAt < range.endMs,
    );
    return paged(rows, page);
  }

  async finding(findingId: string): Promise<port.FindingRow | undefined> {
    return this.#findings().find((row) => row.id === findingId);
  }

  async scores({ level, range, stepMs, filter }: port.ScoresQuery): Promise<port.ScoresReply> {
    const count = Math.ceil((range.endMs - range.startMs) / stepMs);
    const times = Array.from({ length: count }, (_, i) => range.startMs + i * stepMs);
    const groups = Map.groupBy(this.#series(filter), ({ clusterId, nodeId }) =>
      level === "node" ? `${clusterId}\0${nodeId}` : level === "cluster" ? clusterId : "",
    );
    const score = [...groups.values()].flatMap((members) => {
      const column: (number | null)[] = times.map(() => null);
      for (const member of members.map(scored)) {
        member.times.forEach((at, i) => {
          const step = Math.floor((at - range.startMs) / stepMs);
          if (step < 0 || step >= count) return;
          column[step] = Math.max(column[step] ?? 0, member.scores[i]!);
        });
      }
      return column;
    });
    const names = [...groups.keys()].map((key) => key.split("\0"));
    const entities = {
      cluster: names.map(([cluster]) => cluster ?? ""),
      node: names.map(([, node]) => node ?? ""),
    };
    return { level, strategy: "max", times, entities, score };
  }

  async rankings({ level, range, limit, filter }: port.RankingQuery): Promise<port.RankingReply> {
    const nodes = (await this.nodes(filter)).sort((a, b) => b.score - a.score).slice(0, limit);
    const data = nodes.map((row, i) => ({
      rank: i + 1,
      cluster: row.cluster,
      node: row.node,
      metric: null,
      seriesId: null,
      score: row.score,
      severity: row.severity,
      value: row.score,
      numMetricsAnalyzed: row.metrics,
      numAnomaliesDetected: row.numAnomalies,
      onset: row.since,
      share: null,
      confidence: 1,
      why: `${row.node} has ${row.numAnomalies} unusual stretches`,
    }));
    const anomalous = nodes.filter((row) => row.score >= 0.5).length;
    return { level, range, anomalous, expectedByChance: 0, dataQuality: [], data };
  }

  async calibration(): Promise<CalibrationReport> {
    const tallies = emptyTallies();
    this.#rows({}).forEach(({ score }, k) => {
      tallies.node.push(k, 0, daysOfScore(score), DAY_MS);
    });
    return calibrationReport(tallies, [{ budgetDays: 7, watchedDays: 0, opened: 0 }]);
  }

  async health(): Promise<port.DataHealth> {
    const rows = this.#rows({});
    const watermark = worst(rows.map((row) => row.lastAt));
    return {
      watermark,
      series: rows.length,
      learning: 0,
      late: 0,
      silent: 0,
      freshShare: rows.length === 0 ? 0 : 1,
      acceptedPoints: this.#held.accepted,
      rejectedPoints: { ...this.#held.rejected },
      detectionLagMs: rows.length === 0 ? Number.NaN : Math.max(0, this.#now() - watermark),
      backlogPoints: 0,
      backfill: 1,
      worst: rows
        .sort((a, b) => a.lastAt - b.lastAt)
        .slice(0, 10)
        .map(({ id, cluster, node, metric, lastAt, state }) => {
          return { seriesId: id, cluster, node, metric, lastAt, state };
        }),
    };
  }

  #series(filter: port.PlaceFilter): HeldSeries[] {
    return [...this.#held.series.values()].filter(
      ({ clusterId, nodeId, metricName }) =>
        (filter.clusterId ?? clusterId) === clusterId &&
        (filter.nodeId ?? nodeId) === nodeId &&
        (filter.metricName ?? metricName) === metricName,
    );
  }

  #rows(filter: port.PlaceFilter): port.SeriesRow[] {
    return this.#series(filter).map(rowOf);
  }

  #anomalies(filter: port.PlaceFilter): port.AnomalyRow[] {
    return this.#series(filter).flatMap((series) => anomaliesOf(series, scored(series)));
  }

  /** One finding per node that has anomalies: simple, but made of what is there. */
  #findings(): port.FindingRow[] {
    const groups = Map.groupBy(this.#anomalies({}), (row) => `${row.cluster}\0${row.node}`);
    return [...groups.values()].map((rows) => {
      const first = rows.reduce((a, b) => (b.windowStart < a.windowStart ? b : a));
      const peak = rows.reduce((a, b) => (b.score > a.score ? b : a));
      return {
        id: idOf("fnd", first.cluster, first.node, String(first.windowStart)),
        level: "node" as const,
        cluster: first.cluster,
        node: first.node,
        openedAt: first.windowStart,
        closedAt: rows.some((row) => row.open) ? null : largestOf(rows.map((r) => r.windowEnd)),
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
}

function alarmOf(row: port.AnomalyRow): port.AlarmRow {
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

function rowOf(held: HeldSeries): port.SeriesRow {
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
function paged<Row>(rows: readonly Row[], { limit, cursor }: port.Page): port.Paged<Row> {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw new BadCursor("no such page");
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return { data: rows.slice(start, end), nextCursor: end < rows.length ? String(end) : undefined };
}

/** The highest; 0 of nothing. */
function worst(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
