import { ANOMALOUS_SCORE, DAY_MS, rankWindow, severityOf, type TimeRange } from "@foreshock/core";
import type { RankingQuery, RankingReply, RankingRow } from "../api/platform.ts";
import type { SeriesInfo } from "./directory.ts";
import { placesOf } from "./entity-scores.ts";
import { confidenceOf } from "./episode-rows.ts";
import type { SeriesHistory } from "./protocol.ts";
import { rankPlaces } from "./ranked-places.ts";
import type { LiveTenantView } from "./tenant-view.ts";

/** Series whose window is looked at point by point; the worst nodes of the range come first. */
const SERIES_MAX = 240;
/** Steps before the range that define what is usual. Source: window ranking. */
const HISTORY_STEPS = 1440;

/**
 * Metrics of the worst nodes by the evidence of the window ranking: how rare, how far displaced, and
 * whether other nodes show the same. One grid for all, so that their windows can be compared.
 */
export async function metricRanking(
  view: LiveTenantView,
  query: RankingQuery,
): Promise<RankingReply> {
  const { level, range, limit } = query;
  const candidates = candidatesOf(view, query);
  const stepMs = Math.max(1, view.runner.stepMs);
  const startMs = Math.floor(range.startMs / stepMs) * stepMs - HISTORY_STEPS * stepMs;
  const histories = await view.histories(candidates, { startMs, endMs: range.endMs });
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
  const ranked = rankWindow({ timestampsMs, columns, values, p, ...windowMs, limit });
  const shown = await Promise.all(
    ranked.metrics.slice(0, limit).map(({ column, score, value }, index) => {
      return rowOf(view, candidates[column]!, range, { rank: index + 1, score, value });
    }),
  );
  const days = (range.endMs - range.startMs) / DAY_MS;
  return {
    level,
    range,
    anomalous: shown.filter(({ score }) => score >= ANOMALOUS_SCORE).length,
    expectedByChance: candidates.length * (1 - Math.exp(-days)),
    data: shown,
  };
}

function candidatesOf(view: LiveTenantView, { range, filter }: RankingQuery): SeriesInfo[] {
  const places = rankPlaces(view, placesOf(view, "node", filter), range);
  const chosen: SeriesInfo[] = [];
  for (const { place } of places) {
    const series = view.directory.node(place.clusterId, place.nodeId)?.series ?? [];
    if (chosen.length > 0 && chosen.length + series.length > SERIES_MAX) break;
    for (const info of series) {
      if (filter.metricName === undefined || filter.metricName === info.key.metricName) {
        chosen.push(info);
      }
    }
  }
  return chosen;
}

async function rowOf(
  view: LiveTenantView,
  { id, key, pointCount, intervalMs }: SeriesInfo,
  range: TimeRange,
  { rank, score, value }: { rank: number; score: number; value: number },
): Promise<RankingRow> {
  const { clusterId, nodeId, metricName } = key;
  const where = { clusterId, nodeId, metricName };
  const found = await view.anomalies(
    { range, minScore: ANOMALOUS_SCORE, sort: "score", ...where },
    { limit: 1 },
  );
  const episode = found.data[0];
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
    onset: episode?.explanation.onset ?? null,
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
