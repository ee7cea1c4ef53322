import {
  ANOMALOUS_SCORE,
  type ChangedMeaning,
  changedMeaningText,
  confidenceOf,
  DAY_MS,
  type RankedMetric,
  type RankWindowInput,
  rankWindow,
  severityOf,
  type TimeRange,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { SeriesHistory } from "../partition/answers.ts";
import type {
  AnomalyRow,
  DataQualityFinding,
  RankingQuery,
  RankingReply,
  RankingRow,
} from "../platform/platform.ts";
import { placesOf } from "./entity-scores.ts";
import { type RankedPlace, rankPlaces } from "./ranked-places.ts";
import { strongestOf } from "./strongest.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Series whose window is looked at point by point; the worst nodes of the range come first. */
const SERIES_MAX = 240;
/** Steps before the range that define what is usual. Source: window ranking. */
const HISTORY_STEPS = 1440;

/**
 * Metrics of the worst nodes by the evidence of the window ranking: how rare, how far displaced, and
 * whether other nodes show the same. One grid for all, so that their windows can be compared. A filter
 * says which rows are listed; other nodes are compared with them in any case.
 */
export async function metricRanking(
  context: TenantContext,
  query: RankingQuery,
): Promise<RankingReply> {
  const { level, range, limit } = query;
  const candidates = candidatesOf(context, query);
  const ranked =
    candidates.length === 0 ? NOTHING : rankWindow(await windowOf(context, candidates, range));
  const listed = ranked.metrics.filter(({ column }) => isAsked(candidates[column]!, query));
  const chosen = listed.slice(0, limit);
  const groups = chosen.map(({ column }) => [candidates[column]!]);
  const episodes = await strongestOf(context, groups, { range, minScore: ANOMALOUS_SCORE });
  const shown = chosen.map((metric, index) =>
    rowOf(candidates[metric.column]!, { ...metric, rank: index + 1 }, episodes[index]),
  );
  const days = (range.endMs - range.startMs) / DAY_MS;
  return {
    level,
    range,
    anomalous: shown.filter(({ score }) => score >= ANOMALOUS_SCORE).length,
    expectedByChance: listed.length * (1 - Math.exp(-days)),
    dataQuality: ranked.changedMeanings
      .filter(({ columns }) => columns.some((column) => isAsked(candidates[column]!, query)))
      .map((changed) => dataQualityOf(changed, candidates)),
    data: shown,
  };
}

const NOTHING = { metrics: [], changedMeanings: [] } as const;

/** The candidates' samples and p on one grid, with the history before the range. */
async function windowOf(
  context: TenantContext,
  candidates: readonly SeriesInfo[],
  range: TimeRange,
): Promise<RankWindowInput> {
  const { stepMs } = context.runner;
  const startMs = Math.floor(range.startMs / stepMs) * stepMs - HISTORY_STEPS * stepMs;
  const histories = await context.histories(candidates, { startMs, endMs: range.endMs });
  const rows = Math.ceil((range.endMs - startMs) / stepMs);
  const timestampsMs = Float64Array.from({ length: rows }, (_, i) => startMs + i * stepMs);
  const grids = histories.map((history) => onGrid(history, startMs, stepMs, rows));
  const columns = candidates.map(({ key }) => ({
    nodeId: `${key.clusterId}\0${key.nodeId}`,
    metricName: key.metricName,
  }));
  const values = grids.map((grid) => grid.values);
  const p = grids.map((grid) => grid.p);
  const windowMs = { startMs: Math.floor(range.startMs / stepMs) * stepMs, endMs: range.endMs };
  return { timestampsMs, columns, values, p, ...windowMs };
}

/**
 * All series of the asked nodes, worst first, then those of their cluster's other nodes. None before
 * the tenant's grid is chosen: nothing has been judged then, and there is no step to rank by.
 */
function candidatesOf(context: TenantContext, { range, filter }: RankingQuery): SeriesInfo[] {
  if (context.runner.stepMs === 0) return [];
  const { nodeId, ...cluster } = filter;
  const places = rankPlaces(context, placesOf(context, "node", cluster), range);
  const isBeside = ({ place }: RankedPlace) => nodeId !== undefined && place.nodeId !== nodeId;
  const asked = places.filter((place) => !isBeside(place));
  const beside = places.filter(isBeside);
  const chosen: SeriesInfo[] = [];
  for (const { place } of [...asked, ...beside]) {
    const series = context.directory.node(place.clusterId, place.nodeId)?.series ?? [];
    if (chosen.length > 0 && chosen.length + series.length > SERIES_MAX) break;
    for (const info of series) chosen.push(info);
  }
  return chosen;
}

function isAsked({ key }: SeriesInfo, { filter }: RankingQuery): boolean {
  return (
    (filter.clusterId === undefined || filter.clusterId === key.clusterId) &&
    (filter.nodeId === undefined || filter.nodeId === key.nodeId) &&
    (filter.metricName === undefined || filter.metricName === key.metricName)
  );
}

function dataQualityOf(
  changed: ChangedMeaning,
  candidates: readonly SeriesInfo[],
): DataQualityFinding {
  const { metricName: metric, from, to, columns } = changed;
  const nodes = columns.map((column) => {
    const { clusterId, nodeId } = candidates[column]!.key;
    return { cluster: clusterId, node: nodeId };
  });
  return { metric, from, to, nodes, reason: changedMeaningText(changed) };
}

function rowOf(
  { id, key, pointCount, intervalMs }: SeriesInfo,
  { rank, score, value, share, onsetMs }: RankedMetric & { readonly rank: number },
  episode: AnomalyRow | undefined,
): RankingRow {
  const { clusterId, nodeId, metricName } = key;
  return {
    rank,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    seriesId: id,
    score,
    severity: severityOf(score),
    value,
    numMetricsAnalyzed: 1,
    numAnomaliesDetected: episode === undefined ? 0 : 1,
    // The same rule for all metrics, so that their order means something.
    onset: Number.isNaN(onsetMs) ? (episode?.explanation.onset ?? null) : onsetMs,
    share,
    confidence: confidenceOf(pointCount, intervalMs),
    why: episode?.explanation.text ?? "",
  };
}

/** The newest value and the smallest p of each step; NaN where the series has no point. */
function onGrid(
  { at, value, p }: SeriesHistory,
  startMs: number,
  stepMs: number,
  rows: number,
): { values: Float64Array; p: Float64Array } {
  const values = new Float64Array(rows).fill(Number.NaN);
  const smallest = new Float64Array(rows).fill(1);
  for (let i = 0; i < at.length; i++) {
    const row = Math.floor((at[i]! - startMs) / stepMs);
    if (row < 0 || row >= rows || Number.isNaN(value[i]!)) continue;
    values[row] = value[i]!;
    if (p[i]! < smallest[row]!) smallest[row] = p[i]!;
  }
  return { values, p: smallest };
}
