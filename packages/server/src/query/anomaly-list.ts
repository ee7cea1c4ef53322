import type { FoundAnomaly } from "../partition/answers.ts";
import type { Pace } from "../platform/pace.ts";
import type { AnomalyFilter, AnomalyRow, Page, Paged } from "../platform/platform.ts";
import type { EpisodeCursor } from "../store/table/episode-table.ts";
import { anomalyRow } from "./anomaly-rows.ts";
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
  const answers = await context.askPlace(query, (narrowed) => ({
    what: "anomalies",
    tenantId: context.tenantId,
    query: narrowed,
  }));
  const found = answers.map((one) => listedIn(context, one));
  found.sort(sort === "score" ? byScore : byTime);
  const shown = found.slice(0, page.limit);
  const next = { ...after, ...Object.fromEntries(shown.map((f) => [f.partition, f.at])) };
  return {
    data: shown.map(({ row }) => row),
    nextCursor: found.length > shown.length ? writeCursor(next) : undefined,
  };
}

export async function anomalyById(
  context: TenantContext,
  anomalyId: string,
  pace: Pace,
): Promise<AnomalyRow | undefined> {
  const [seriesId = "", start = ""] = anomalyId.split(".");
  const info = context.directory.byId(seriesId);
  const windowStart = Number.parseInt(start, 36);
  if (info === undefined || Number.isNaN(windowStart)) return undefined;
  const { handle, partition } = info;
  const episode = await context.ask(partition, { what: "anomaly", handle, windowStart });
  if (episode === undefined) return undefined;
  return besidePeers(context, info, anomalyRow(info, episode), pace);
}

interface Listed extends Pick<FoundAnomaly, "partition" | "at"> {
  readonly row: AnomalyRow;
}

function listedIn(context: TenantContext, { partition, at, episode }: FoundAnomaly): Listed {
  const info = context.directory.byHandle(episode.handle);
  return { partition, at, row: anomalyRow(info, episode) };
}

function byScore(a: Listed, b: Listed): number {
  return b.at.score - a.at.score || byTime(a, b);
}

/** Newest first; equals in the order of their partition, on which its cursor counts. */
function byTime(a: Listed, b: Listed): number {
  const later = b.at.windowStartMs - a.at.windowStartMs;
  if (later !== 0) return later;
  const before = a.partition - b.partition || a.at.seriesId - b.at.seriesId;
  return before || (a.at.engine < b.at.engine ? -1 : 1);
}

function isPlace(place: unknown): place is EpisodeCursor {
  const { score, windowStartMs, seriesId, engine } = place as Partial<EpisodeCursor>;
  const numbers = [score, windowStartMs, seriesId].every((value) => typeof value === "number");
  return numbers && typeof engine === "string";
}
