import {
  ANOMALOUS_SCORE,
  type ChangedMeaning,
  changedMeaningText,
  confidenceOf,
  DAY_MS,
  type RankedMetric,
  type RankLayout,
  rankColumns,
  rankLayout,
  severityOf,
  type TimeRange,
  type WindowRanking,
} from "@foreshock/core/fold";
import type { NodeInfo, SeriesInfo } from "../dispatch/directory.ts";
import type { WindowGrid } from "../partition/read/window-summaries.ts";
import type { Pace } from "../platform/pace.ts";
import type {
  AnomalyRow,
  DataQualityFinding,
  RankingQuery,
  RankingReply,
  RankingRow,
} from "../platform/platform.ts";
import { placesOf } from "./entity-scores.ts";
import { joinedSummaries } from "./joined-summaries.ts";
import { type RankedPlace, rankPlaces } from "./ranked-places.ts";
import { admittedCells, CELLS } from "./read-cost.ts";
import { strongestOf } from "./strongest.ts";
import type { TenantContext } from "./tenant-context.ts";
import { affordable, POINTS_MAX, windowGrid } from "./window-grid.ts";

/** Series whose window is looked at point by point; the worst nodes of the range come first. */
const SERIES_MAX = 240;
/** Groups of a wider node's series, of each of which the strongest one is sure to be looked at. */
const WIDE_GROUPS = 120;

/** What the ranking looks at, at most, in cells. @throws TooCostly */
export function metricRankingCells(context: TenantContext, { range, filter }: RankingQuery) {
  const { stepMs } = context.runner;
  if (stepMs === 0) return 0;
  const places = placesOf(context, "node", clusterOf(filter));
  const columns = Math.min(SERIES_MAX, context.directory.series.length);
  const { rows, steps } = windowGrid(range, stepMs, columns);
  const points = Math.min(POINTS_MAX, columns * rows * steps);
  const looked = columns * rows * CELLS.rankedRow + points * CELLS.judged;
  return admittedCells(places.length, range, stepMs) + looked;
}

/**
 * Metrics of the worst nodes by the evidence of the window ranking: how rare, how far displaced, and
 * whether other nodes show the same. One grid for all, so that their windows can be compared. A filter
 * says which rows are listed; other nodes are compared with them in any case.
 *
 * Long ranges are laid on rows of several steps each, so that the window has 3 million cells at most: a
 * row has the newest value of its steps, and their smallest p for as many tries. Sustained moves and
 * rare points rank as before; onsets are as exact as a row is long.
 *
 * Cost: scores of all nodes in the range, then the points of at most 240 series, 5 million in all, which
 * their owners look at. Memory: some 100 bytes a series and earlier window.
 *
 * @throws TooCostly
 */
export async function metricRanking(
  context: TenantContext,
  query: RankingQuery,
  pace: Pace,
): Promise<RankingReply> {
  const { level, range, limit } = query;
  const { candidates, ranked } = await rankedWindow(context, query, pace);
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

interface RankedWindow {
  readonly candidates: readonly SeriesInfo[];
  readonly ranked: Pick<WindowRanking, "metrics" | "changedMeanings">;
}

/** Empty before the tenant's grid is chosen: nothing has been judged then, and there is no step to rank by. */
async function rankedWindow(
  context: TenantContext,
  query: RankingQuery,
  pace: Pace,
): Promise<RankedWindow> {
  const { stepMs } = context.runner;
  const found = stepMs === 0 ? [] : await candidatesOf(context, query, pace);
  if (found.length === 0) return { candidates: [], ranked: { metrics: [], changedMeanings: [] } };
  const grid = windowGrid(query.range, stepMs, found.length);
  const candidates = affordable(found, grid);
  const summaries = await joinedSummaries(context, candidates, grid, pace);
  return { candidates, ranked: rankColumns(layoutOf(candidates), summaries, windowRows(grid)) };
}

export function layoutOf(candidates: readonly SeriesInfo[]): RankLayout {
  return rankLayout(
    candidates.map(({ key }) => ({
      nodeId: `${key.clusterId}\0${key.nodeId}`,
      metricName: key.metricName,
    })),
  );
}

export function windowRows({ startMs, windowMs, rowMs, rows }: WindowGrid): number {
  return rows - Math.round((windowMs - startMs) / rowMs);
}

/** All series of the asked nodes, worst first, then those of their cluster's other nodes. */
async function candidatesOf(
  context: TenantContext,
  { range, filter }: RankingQuery,
  pace: Pace,
): Promise<readonly SeriesInfo[]> {
  const { nodeId, metricName } = filter;
  const nodes = placesOf(context, "node", clusterOf(filter));
  const places = await rankPlaces(context, nodes, range, pace);
  const isBeside = ({ place }: RankedPlace) => nodeId !== undefined && place.nodeId !== nodeId;
  const asked = places.filter((place) => !isBeside(place));
  const beside = places.filter(isBeside);
  const chosen: SeriesInfo[] = [];
  for (const { place } of [...asked, ...beside]) {
    const node = context.directory.node(place.clusterId, place.nodeId);
    if (node === undefined) continue;
    if (chosen.length === 0 && node.series.length > SERIES_MAX) {
      return strongestOfNode(context, node, range, metricName);
    }
    if (chosen.length + node.series.length > SERIES_MAX) break;
    for (const info of node.series) chosen.push(info);
  }
  return chosen;
}

/**
 * As many series of one node as are looked at: the metric that is asked for, the strongest of each of
 * 120 groups in the range, those that are anomalous now, and others by name.
 */
async function strongestOfNode(
  context: TenantContext,
  { series }: NodeInfo,
  range: TimeRange,
  metricName: string | undefined,
): Promise<readonly SeriesInfo[]> {
  const all = [...series];
  const groups: SeriesInfo[][] = Array.from({ length: WIDE_GROUPS }, () => []);
  all.forEach((info, m) => {
    groups[m % WIDE_GROUPS]!.push(info);
  });
  const strongest = await strongestOf(context, groups, { range, minScore: ANOMALOUS_SCORE });
  const found = strongest.flatMap((row) => context.directory.byId(row?.seriesId ?? "") ?? []);
  const inOrder = [
    all.filter(({ key }) => key.metricName === metricName),
    found,
    all.filter(({ episodeScore }) => episodeScore >= ANOMALOUS_SCORE),
    all.slice(0, SERIES_MAX),
  ];
  const chosen = new Set<SeriesInfo>();
  for (const info of inOrder.flat()) if (chosen.size < SERIES_MAX) chosen.add(info);
  return [...chosen];
}

function clusterOf({ nodeId: _, ...cluster }: RankingQuery["filter"]) {
  return cluster;
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
