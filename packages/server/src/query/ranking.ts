import { ANOMALOUS_SCORE, DAY_MS, severityOf, type TimeRange } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { EntityPlace } from "../fleet/rollup-history.ts";
import type { AnomalyRow, RankingQuery, RankingReply, RankingRow } from "../platform/platform.ts";
import { placesOf } from "./entity-scores.ts";
import { nodeRow } from "./inventory.ts";
import { metricRanking } from "./metric-ranking.ts";
import { type RankedPlace, rankPlaces } from "./ranked-places.ts";
import { strongestOf } from "./strongest.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Rows that carry a sentence; further down the list the metric names do. */
const TOLD_MAX = 20;

/**
 * Who misbehaves most in a range. Nodes, clusters and tenants by their calibrated scores, which are
 * kept in memory; metrics by the evidence of the window ranking, inside the worst nodes.
 */
export async function ranking(context: TenantContext, query: RankingQuery): Promise<RankingReply> {
  const { level, range, limit, filter } = query;
  if (level === "metric") return metricRanking(context, query);
  const ranked = rankPlaces(context, placesOf(context, level, filter), range);
  const days = (range.endMs - range.startMs) / DAY_MS;
  const shown = ranked.slice(0, limit);
  const told = await strongest(context, shown.slice(0, TOLD_MAX), range);
  return {
    level,
    range,
    anomalous: ranked.filter(({ score }) => score >= ANOMALOUS_SCORE).length,
    expectedByChance: ranked.length * (1 - Math.exp(-days)),
    dataQuality: [],
    data: shown.map((entry, index) => rowOf(context, entry, index + 1, told[index])),
  };
}

function rowOf(
  context: TenantContext,
  { place, score, rarity, onsetMs }: RankedPlace,
  rank: number,
  told: AnomalyRow | undefined,
): RankingRow {
  const { level, clusterId, nodeId } = place;
  const node = level === "node" ? context.directory.node(clusterId, nodeId) : undefined;
  const row = node === undefined ? undefined : nodeRow(context, node);
  const clusterNow =
    level === "cluster" ? context.runner.clusterNow(clusterId) : context.runner.tenantNow;
  const series = seriesOf(context, place);
  const unusual = series.filter((info) => info.episodeScore >= ANOMALOUS_SCORE).length;
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
    numAnomaliesDetected: level === "node" ? unusual : clusterNow.anomalous,
    onset: onsetMs === 0 ? null : onsetMs,
    share: null,
    confidence: row?.confidence ?? 1,
    why: told?.explanation.text ?? row?.topMetrics.map(({ metric }) => metric).join(", ") ?? "",
  };
}

/** The strongest episode of each anomalous entity in the range, in their order. */
async function strongest(
  context: TenantContext,
  ranked: readonly RankedPlace[],
  range: TimeRange,
): Promise<(AnomalyRow | undefined)[]> {
  const groups = ranked.map(({ place, score }) => {
    if (score < ANOMALOUS_SCORE) return [];
    return place.level === "tenant" ? "all" : seriesOf(context, place);
  });
  return strongestOf(context, groups, { range, minScore: ANOMALOUS_SCORE });
}

function seriesOf(
  context: TenantContext,
  { level, clusterId, nodeId }: EntityPlace,
): readonly SeriesInfo[] {
  if (level === "node") return context.directory.node(clusterId, nodeId)?.series ?? [];
  return [...context.directory.matching(level === "cluster" ? { clusterId } : {})];
}
