import type { AnomalyQuery, FoundAnomaly } from "../partition/protocol.ts";
import type { AnomalyFilter, AnomalyRow, Page, Paged } from "../platform/platform.ts";
import type { EpisodeCursor } from "../store/table/episode-table.ts";
import { readCursor, writeCursor } from "./partition-cursor.ts";
import { besidePeers } from "./peer-standing.ts";
import type { TenantContext } from "./tenant-context.ts";

/** One page over all partitions: each gives its next ones, the best of them are shown. */
export async function anomalyPage(
  context: TenantContext,
  filter: AnomalyFilter,
  page: Page,
): Promise<Paged<AnomalyRow>> {
  const { range, minScore, label, sort, clusterId, nodeId, metricName } = filter;
  const after = page.cursor === undefined ? {} : readCursor(page.cursor, isPlace);
  const place = { clusterId, nodeId, metricName };
  const query = { range, minScore, label, sort, ...place, limit: page.limit + 1, after };
  const found = (await foundIn(context, query)).sort(sort === "score" ? byScore : byTime);
  const shown = found.slice(0, page.limit);
  const next = { ...after, ...Object.fromEntries(shown.map((f) => [f.partition, f.episode])) };
  return {
    data: shown.map(({ row }) => row),
    nextCursor: found.length > shown.length ? writeCursor(next) : undefined,
  };
}

/** All metrics of a node live in one partition: only its owner is asked, and told which series. */
async function foundIn(context: TenantContext, query: AnomalyQuery): Promise<FoundAnomaly[]> {
  const { tenantId } = context;
  const { clusterId, nodeId, metricName } = query;
  if (clusterId === undefined || nodeId === undefined) {
    return (await context.askAll({ what: "anomalies", tenantId, query })).flat();
  }
  const all = context.directory.node(clusterId, nodeId)?.series ?? [];
  const series = all.filter(({ key }) => metricName === undefined || key.metricName === metricName);
  if (series.length === 0) return [];
  const own = { ...query, handles: series.map(({ handle }) => handle) };
  return [
    ...(await context.ask(series[0]!.partition, { what: "anomalies", tenantId, query: own })),
  ];
}

/** The id is the series' and the start of the episode: a replay gives the same one. */
export async function anomalyById(
  context: TenantContext,
  anomalyId: string,
): Promise<AnomalyRow | undefined> {
  const [seriesId = "", start = ""] = anomalyId.split(".");
  const info = context.directory.byId(seriesId);
  const windowStart = Number.parseInt(start, 36);
  if (info === undefined || Number.isNaN(windowStart)) return undefined;
  const { handle, partition } = info;
  const row = await context.ask(partition, { what: "anomaly", handle, windowStart });
  return row === undefined ? undefined : besidePeers(context, info, row);
}

function byScore(a: FoundAnomaly, b: FoundAnomaly): number {
  return b.episode.score - a.episode.score || byTime(a, b);
}

/** Newest first; equals in the order of their partition, on which its cursor counts. */
function byTime(a: FoundAnomaly, b: FoundAnomaly): number {
  const [one, other] = [a.episode, b.episode];
  const later = other.windowStartMs - one.windowStartMs;
  if (later !== 0) return later;
  const before = a.partition - b.partition || one.seriesId - other.seriesId;
  return before || (one.engine < other.engine ? -1 : 1);
}

function isPlace(place: unknown): place is EpisodeCursor {
  const { score, windowStartMs, seriesId, engine } = place as Partial<EpisodeCursor>;
  const numbers = [score, windowStartMs, seriesId].every((value) => typeof value === "number");
  return numbers && typeof engine === "string";
}
