import {
  type CalibrationReport,
  DEFAULT_ENGINE_NAME,
  type EpochMs,
  type Explanation,
  type ListedEngine,
  type PromiseRow,
  type TimeRange,
} from "@foreshock/core/fold";
import type { z } from "zod";
import { NOTHING_PUT } from "../platform/ingest-series.ts";
import type * as platform from "../platform/platform.ts";
import type * as calibration from "./schema/calibration.ts";
import type * as ingest from "./schema/ingest.ts";
import type * as inventory from "./schema/inventory.ts";
import type * as results from "./schema/results.ts";

/**
 * Rows of the platform as the wire shows them: instants as text (0 and other non-times as null),
 * numbers that are not known as null. Columns keep epoch milliseconds.
 */
type Wire<Schema extends z.ZodType> = z.output<Schema>;

/** Null for 0, NaN and infinities: the platform's ways of saying "none". */
export function maybeInstant(atMs: EpochMs | null): string | null {
  return atMs === null || !Number.isFinite(atMs) || atMs === 0 ? null : instant(atMs);
}

export function instant(atMs: EpochMs): string {
  return new Date(atMs).toISOString();
}

export function maybeNumber(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function summaryWire(row: platform.TenantSummary): Wire<typeof inventory.Summary> {
  return {
    ...row,
    watermark: maybeInstant(row.watermark),
    pipeline: pipelineWire(row.pipeline),
    score: maybeNumber(row.score),
  };
}

function pipelineWire(row: platform.PipelineRow): Wire<typeof inventory.PipelineRow> {
  return { ...row, newestAt: maybeInstant(row.newestAt), ageMs: maybeNumber(row.ageMs) };
}

/** A tenant's row among others. */
export function standingWire(standing: platform.TenantStanding): Wire<typeof inventory.TenantRow> {
  const { worst } = standing;
  return {
    ...standing,
    state: "served",
    score: maybeNumber(standing.score),
    watermark: maybeInstant(standing.watermark),
    pipeline: pipelineWire(standing.pipeline),
    worst: worst === null ? null : { ...worst, since: maybeInstant(worst.since) },
  };
}

/** The row of a tenant that was not or cannot be asked. */
export function unaskedWire(
  tenant: string,
  state: "starting" | "unavailable" | "unasked",
): Wire<typeof inventory.TenantRow> {
  const unknown = { clusters: null, nodes: null, anomalousNodes: null, series: null };
  return {
    ...{ tenant, state, score: null, severity: "none", openFindings: null, ...unknown },
    ...{ watermark: null, isLoading: null, pipeline: null, quarantine: null, worst: null },
  };
}

export function engineWire(engine: ListedEngine): Wire<typeof inventory.EngineRow> {
  const { name, summary, available, unavailability } = engine;
  return {
    engine: name,
    summary,
    available,
    reason: unavailability?.reason ?? null,
    install: unavailability?.install ?? null,
    live: name === DEFAULT_ENGINE_NAME,
  };
}

export function clusterWire(row: platform.ClusterRow): Wire<typeof inventory.ClusterRow> {
  return { ...row, score: maybeNumber(row.score), lastAt: maybeInstant(row.lastAt) };
}

export function nodeWire(row: platform.NodeRow): Wire<typeof inventory.NodeRow> {
  return {
    ...row,
    score: maybeNumber(row.score),
    topMetrics: row.topMetrics.map(({ metric, score }) => ({ metric, score: maybeNumber(score) })),
    since: maybeInstant(row.since),
    lastAt: maybeInstant(row.lastAt),
  };
}

export function metricWire(row: platform.MetricRow): Wire<typeof inventory.MetricRow> {
  return { ...row, score: maybeNumber(row.score) };
}

export function seriesWire(row: platform.SeriesRow): Wire<typeof inventory.SeriesRow> {
  return {
    ...row,
    metadata: { ...row.metadata },
    intervalMs: maybeNumber(row.intervalMs),
    firstAt: maybeInstant(row.firstAt),
    lastAt: maybeInstant(row.lastAt),
    lastValue: maybeNumber(row.lastValue),
    score: maybeNumber(row.score),
  };
}

type Columns = Wire<typeof inventory.PointsReply>["columns"];

/** The columns go out as they are: `JSON.stringify` writes NaN as null. */
export function pointsWire(reply: platform.PointsReply): Wire<typeof inventory.PointsReply> {
  const columns = reply.columns as Columns;
  return { series: seriesWire(reply.series), stepMs: reply.stepMs, columns };
}

export function healthWire(row: platform.DataHealth): Wire<typeof inventory.DataHealth> {
  return {
    ...row,
    watermark: maybeInstant(row.watermark),
    pipeline: pipelineWire(row.pipeline),
    rejectedPoints: { ...row.rejectedPoints },
    detectionLagMs: maybeNumber(row.detectionLagMs),
    worst: row.worst.map((entry) => ({ ...entry, lastAt: maybeInstant(entry.lastAt) })),
  };
}

export function calibrationWire(
  range: TimeRange,
  { levels, findings }: CalibrationReport,
): Wire<typeof calibration.CalibrationReply> {
  return {
    from: instant(range.startMs),
    to: instant(range.endMs),
    // Scores of single metrics are not stored, so that level never comes.
    levels: levels.flatMap(({ level, rows, ...rest }) =>
      level === "metric" ? [] : [{ ...rest, level, rows: rows.map(promiseWire) }],
    ),
    findings: findings.map(promiseWire),
  };
}

function promiseWire(row: PromiseRow) {
  return {
    ...row,
    ratio: maybeNumber(row.ratio),
    ratioLow: maybeNumber(row.ratioLow),
    ratioHigh: maybeNumber(row.ratioHigh),
  };
}

export function explanationWire(given: Explanation): Wire<typeof results.Explanation> {
  const { typical, deviation, counterfactual, peers } = given;
  return {
    ...given,
    onset: maybeInstant(given.onset),
    peak: maybeInstant(given.peak),
    actual: maybeNumber(given.actual),
    typical: {
      low: maybeNumber(typical.low),
      high: maybeNumber(typical.high),
      level: maybeNumber(typical.level),
    },
    deviation: {
      absolute: maybeNumber(deviation.absolute),
      percent: maybeNumber(deviation.percent),
      sigma: maybeNumber(deviation.sigma),
    },
    returnPeriodDays: maybeNumber(given.returnPeriodDays),
    factors: given.factors.map((factor) => ({ ...factor })),
    peers: peers === undefined ? null : { ...peers, z: maybeNumber(peers.z) },
    counterfactual:
      counterfactual === undefined
        ? null
        : {
            at: instant(counterfactual.atMs),
            value: counterfactual.value,
            bound: counterfactual.bound,
            score: counterfactual.score,
          },
  };
}

export function anomalyWire(row: platform.AnomalyRow): Wire<typeof results.AnomalyRow> {
  return {
    ...row,
    windowStart: instant(row.windowStart),
    windowEnd: instant(row.windowEnd),
    magnitude: maybeNumber(row.magnitude),
    explanation: explanationWire(row.explanation),
  };
}

export function alarmWire(row: platform.AlarmRow): Wire<typeof results.AlarmRow> {
  return {
    ...row,
    openedAt: instant(row.openedAt),
    lastAt: instant(row.lastAt),
    closedAt: maybeInstant(row.closedAt),
    heldFrom: maybeInstant(row.heldFrom),
    heldTo: maybeInstant(row.heldTo),
  };
}

export function findingWire(row: platform.FindingRow): Wire<typeof results.FindingRow> {
  return {
    ...row,
    openedAt: instant(row.openedAt),
    closedAt: maybeInstant(row.closedAt),
    onset: maybeInstant(row.onset),
    entityReturnPeriodDays: maybeNumber(row.entityReturnPeriodDays),
    fleetReturnPeriodDays: maybeNumber(row.fleetReturnPeriodDays),
    contributions: row.contributions.map((part) => ({ ...part, onset: maybeInstant(part.onset) })),
    nodes: row.nodes.map((entry) => ({ ...entry })),
  };
}

export function scoresWire(reply: platform.ScoresReply): Wire<typeof results.ScoresReply> {
  return reply as Wire<typeof results.ScoresReply>;
}

export function rankingWire(reply: platform.RankingReply): Wire<typeof results.RankingReply> {
  return {
    ...reply,
    dataQuality: reply.dataQuality.map((finding) => ({ ...finding, nodes: [...finding.nodes] })),
    data: reply.data.map((row) => ({
      ...row,
      value: maybeNumber(row.value),
      onset: maybeInstant(row.onset),
    })),
  };
}

export function reportWire(report: platform.IngestReport): Wire<typeof ingest.IngestReport> {
  const { acceptedPoints, rejectedPoints } = report;
  const rejected = report.rejected.map((entry) => ({ ...entry, examples: [...entry.examples] }));
  const put = report.put ?? { ...NOTHING_PUT, storedPoints: acceptedPoints };
  return { acceptedPoints, ...put, rejectedPoints, rejected };
}
