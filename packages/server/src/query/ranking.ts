import {
  ANOMALOUS_SCORE,
  DAY_MS,
  EN,
  largestOf,
  severityOf,
  type TimeRange,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import { type HeldScores, heldScores } from "../fleet/held-scores.ts";
import type { EntityPlace } from "../fleet/rollup-history.ts";
import type { Pace } from "../platform/pace.ts";
import type { AnomalyRow, RankingQuery, RankingReply, RankingRow } from "../platform/platform.ts";
import { placesOf } from "./entity-scores.ts";
import { nodeRow, seriesState } from "./inventory.ts";
import { metricRanking, metricRankingCells } from "./metric-ranking.ts";
import { type RankedPlace, rankPlaces } from "./ranked-places.ts";
import { admittedCells, CELLS } from "./read-cost.ts";
import { type SeriesGroup, strongestOf } from "./strongest.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Rows that carry a sentence; further down the list the metric names do. */
const TOLD_MAX = 20;

/** What a ranking looks at, at most, in cells. @throws TooCostly */
export function rankingCells(context: TenantContext, query: RankingQuery): number {
  const { level, range, filter } = query;
  if (level === "metric") return metricRankingCells(context, query);
  const { directory, runner } = context;
  const entities = placesOf(context, level, filter).length;
  return admittedCells(entities, range, runner.stepMs) + directory.series.length * CELLS.series;
}

/**
 * Who misbehaves most in a range. Nodes, clusters and tenants by their calibrated scores, which are
 * kept in memory; metrics by the evidence of the window ranking, inside the worst nodes.
 *
 * Cost: the steps of all entities in the range, and the series of those that are shown. Memory: the
 * entities, and the series that the shown ones have. Metrics: see `metricRanking`.
 *
 * @throws TooCostly
 */
export async function ranking(
  context: TenantContext,
  query: RankingQuery,
  pace: Pace,
): Promise<RankingReply> {
  const { level, range, limit, filter } = query;
  if (level === "metric") return metricRanking(context, query, pace);
  const ranked = await rankPlaces(context, placesOf(context, level, filter), range, pace);
  const days = (range.endMs - range.startMs) / DAY_MS;
  const shown = ranked.slice(0, limit);
  const told = await strongest(context, shown.slice(0, TOLD_MAX), range, pace);
  const held = heldScores(context.runner);
  const data: RankingRow[] = [];
  for (const [index, entry] of shown.entries()) {
    const series = await seriesOf(context, entry.place, pace);
    await pace.spend(series.length * CELLS.series);
    data.push(rowOf(context, entry, { rank: index + 1, held, series, told: told[index] }));
  }
  return {
    level,
    range,
    anomalous: ranked.filter(({ score }) => score >= ANOMALOUS_SCORE).length,
    expectedByChance: ranked.length * (1 - Math.exp(-days)),
    dataQuality: [],
    data,
  };
}

/** What is known of a row besides its scores. */
interface RowFacts {
  readonly rank: number;
  readonly held: HeldScores;
  readonly series: readonly SeriesInfo[];
  readonly told: AnomalyRow | undefined;
}

function rowOf(
  context: TenantContext,
  { place, score, rarity, onsetMs }: RankedPlace,
  { rank, held, series, told }: RowFacts,
): RankingRow {
  const { level, clusterId, nodeId } = place;
  const node = level === "node" ? context.directory.node(clusterId, nodeId) : undefined;
  const row = node === undefined ? undefined : nodeRow(context, node, held);
  const clusterNow =
    level === "cluster" ? context.runner.clusterNow(clusterId) : context.runner.tenantNow;
  return {
    rank,
    cluster: level === "tenant" ? null : clusterId,
    node: level === "node" ? nodeId : null,
    metric: null,
    seriesId: null,
    score,
    severity: severityOf(score),
    value: rarity,
    numMetricsAnalyzed: series.length,
    numAnomaliesDetected: row?.numAnomalies ?? clusterNow.anomalous,
    onset: onsetMs === 0 ? null : onsetMs,
    share: null,
    confidence: row?.confidence ?? 1,
    why:
      told?.explanation.text ??
      missedText(context, nodeId, series, held) ??
      row?.topMetrics.map(({ metric }) => metric).join(", ") ??
      "",
  };
}

/** Who stopped reporting, where that is a part of an open finding. */
function missedText(
  context: TenantContext,
  nodeId: string,
  series: readonly SeriesInfo[],
  held: HeldScores,
): string | undefined {
  const missed = series.filter(
    (info) => held.isPart(info) && seriesState(context, info) === "silent",
  );
  const [first] = missed;
  if (first === undefined) return undefined;
  const since = EN.time(largestOf(missed.map(({ lastMs }) => lastMs)), "UTC");
  const { metricName, nodeId: owner } = first.key;
  const isWhole = missed.length === series.length && nodeId !== "";
  const who = isWhole ? nodeId : EN.metricOn(metricName, owner);
  const others = missed.length > 1 && !isWhole ? ` and ${missed.length - 1} more` : "";
  return EN.silent(`${who}${others}`, since);
}

/** The strongest episode of each anomalous entity in the range, in their order. */
async function strongest(
  context: TenantContext,
  ranked: readonly RankedPlace[],
  range: TimeRange,
  pace: Pace,
): Promise<(AnomalyRow | undefined)[]> {
  const groups: SeriesGroup[] = [];
  for (const { place, score } of ranked) {
    if (score < ANOMALOUS_SCORE) groups.push([]);
    else groups.push(place.level === "tenant" ? "all" : await seriesOf(context, place, pace));
  }
  return strongestOf(context, groups, { range, minScore: ANOMALOUS_SCORE });
}

async function seriesOf(
  context: TenantContext,
  { level, clusterId, nodeId }: EntityPlace,
  pace: Pace,
): Promise<readonly SeriesInfo[]> {
  const { directory } = context;
  if (level === "node") return directory.node(clusterId, nodeId)?.series ?? [];
  if (level === "tenant") return directory.series;
  const found: SeriesInfo[] = [];
  for (const { series } of directory.nodes({ clusterId })) {
    const turn = pace.spend(series.length * CELLS.series);
    if (turn !== undefined) await turn;
    for (const info of series) found.push(info);
  }
  return found;
}
