import { ANOMALOUS_SCORE, HOUR_MS, MINUTE_MS, type TimeRange } from "@foreshock/core/fold";
import { fewAtOnce } from "../platform/few-at-once.ts";
import type {
  MetricPage,
  MetricPageQuery,
  NodePage,
  NodePageQuery,
  Overview,
  OverviewQuery,
  SmallChart,
} from "../platform/page-rows.ts";
import type { FindingRow, ScoresReply, SeriesRow, TenantReads } from "../platform/platform.ts";
import { smallChart } from "./small-chart.ts";

/** The reads of which a page is made. */
type Parts = Omit<TenantReads, "overview" | "nodePage" | "metricPage">;

const ROWS_MAX = 500;
const FINDINGS_MAX = 200;
/** Open findings that are drawn; beyond it the list is the better view. */
const DRAWN_MAX = 12;
/** Lanes of clusters, those with the highest scores; the API's `/scores` gives all. */
const LANES_MAX = 24;
/** Points of all small charts of a node together: with more series each has fewer. */
const POINTS_MAX = 60_000;
const POINTS_MIN = 60;
/** Series whose points are asked for at once. */
const AT_ONCE = 8;

/** What came before an open finding, so that one sees what was usual; in steps, so that it stays the same for a while. */
const BEFORE_MS = 8 * HOUR_MS;
const GRID_MS = 5 * MINUTE_MS;

/** Cost: that of its parts, each at the pace it has by itself. Memory: bounded by the maxima above, and the tenant's clusters. */
export async function overviewOf(
  reads: Parts,
  { range, stepMs, findingsRange, pointsMax }: OverviewQuery,
  nowMs: number,
): Promise<Overview> {
  const page = { limit: FINDINGS_MAX };
  const lanes = (level: "tenant" | "cluster"): Promise<ScoresReply> | null =>
    stepMs === undefined ? null : reads.scores({ ...laneQuery(range, stepMs), level, filter: {} });
  const [summary, health, clusters, { data: findings }, tenantLane, scores] = await Promise.all([
    reads.summary(),
    reads.health(),
    reads.clusters(),
    reads.findings(findingsRange, page),
    lanes("tenant"),
    lanes("cluster"),
  ]);
  const clusterLanes = scores && highestLanes(scores);
  const charts = pointsMax === undefined ? [] : await chartsOf(reads, findings, pointsMax, nowMs);
  return { summary, health, clusters, findings, charts, tenantLane, clusterLanes };
}

export async function nodePageOf(reads: Parts, query: NodePageQuery): Promise<NodePage> {
  const { clusterId, nodeId, range, stepMs } = query;
  const filter = { clusterId, nodeId };
  const page = { limit: ROWS_MAX };
  const anomalyFilter = { ...filter, range, minScore: ANOMALOUS_SCORE, sort: "score" } as const;
  const [[node = null], { data: series }, lane, { data: anomalies }] = await Promise.all([
    reads.nodes(filter),
    reads.series(filter, page),
    reads.scores({ ...laneQuery(range, stepMs), level: "node", filter }),
    reads.anomalies(anomalyFilter, page),
  ]);
  const charts = await nodeCharts(reads, series, query);
  return { node, lane, series, charts, anomalies };
}

export async function metricPageOf(reads: Parts, query: MetricPageQuery): Promise<MetricPage> {
  const { clusterId, nodeId, metricName, range, pointsMax } = query;
  const filter = { clusterId, nodeId, metricName };
  const page = { limit: ROWS_MAX };
  const { data } = await reads.series(filter, { limit: 1 });
  const [series] = data;
  if (series === undefined) return { points: null, anomalies: [], alarms: [] };
  const [points, anomalies, alarms] = await Promise.all([
    reads.points(series.id, range, pointsMax),
    reads.anomalies({ ...filter, range, minScore: ANOMALOUS_SCORE, sort: "score" }, page),
    reads.alarms({ ...filter, range, minScore: 0 }, page),
  ]);
  return { points: points ?? null, anomalies: anomalies.data, alarms: alarms.data };
}

/** From the start of a step, or the part of it before the range would be missing. */
function laneQuery({ startMs, endMs }: TimeRange, stepMs: number) {
  return { range: { startMs: Math.floor(startMs / stepMs) * stepMs, endMs }, stepMs };
}

async function nodeCharts(
  reads: Parts,
  series: readonly SeriesRow[],
  { range, pointsMax }: NodePageQuery,
): Promise<SmallChart[]> {
  const share = Math.max(POINTS_MIN, Math.floor(POINTS_MAX / Math.max(1, series.length)));
  const most = Math.min(pointsMax, share);
  const charts = await fewAtOnce(series, AT_ONCE, async ({ id }) => {
    const points = await reads.points(id, range, most);
    return points && smallChart(points, range);
  });
  return charts.filter((chart) => chart !== undefined);
}

/** The open findings with the highest scores; a metric that nobody knows any more has no chart. */
async function chartsOf(
  reads: Parts,
  findings: readonly FindingRow[],
  pointsMax: number,
  nowMs: number,
): Promise<Overview["charts"][number][]> {
  const open = findings.filter(({ closedAt }) => closedAt === null);
  const drawn = open.sort((a, b) => b.score - a.score).slice(0, DRAWN_MAX);
  const charts = await fewAtOnce(drawn, AT_ONCE, async (finding) => {
    const seriesId = finding.contributions[0]?.seriesId;
    if (seriesId === undefined) return undefined;
    const range = rangeOf(finding, nowMs);
    const points = await reads.points(seriesId, range, pointsMax);
    return points && { findingId: finding.id, ...smallChart(points, range) };
  });
  return charts.filter((chart) => chart !== undefined);
}

/** From some hours before its onset to now. */
function rangeOf({ onset, openedAt }: FindingRow, nowMs: number): TimeRange {
  const onsetMs = Number.isFinite(onset) && onset > 0 ? onset : openedAt;
  return {
    startMs: Math.floor((onsetMs - BEFORE_MS) / GRID_MS) * GRID_MS,
    endMs: Math.ceil(Math.max(nowMs, onsetMs + GRID_MS) / GRID_MS) * GRID_MS,
  };
}

/** Cost: O(scores) and a sort of the entities. */
function highestLanes(reply: ScoresReply): ScoresReply {
  const { times, entities, score } = reply;
  const lanes = entities.cluster.map((_, e) => {
    let highest = 0;
    for (let i = e * times.length; i < (e + 1) * times.length; i++) {
      highest = Math.max(highest, score[i] || 0);
    }
    return { e, highest };
  });
  if (lanes.length <= LANES_MAX) return reply;
  const kept = lanes.sort((a, b) => b.highest - a.highest || a.e - b.e).slice(0, LANES_MAX);
  return {
    ...reply,
    entities: {
      cluster: kept.map(({ e }) => entities.cluster[e]!),
      node: kept.map(({ e }) => entities.node[e]!),
    },
    score: kept.flatMap(({ e }) => score.slice(e * times.length, (e + 1) * times.length)),
  };
}
