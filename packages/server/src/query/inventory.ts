import {
  ANOMALOUS_SCORE,
  confidenceOf,
  FULL_CONFIDENCE_MS,
  MINUTE_MS,
  severityOf,
} from "@foreshock/core/fold";
import type { NodeInfo, SeriesInfo, TenantDirectory } from "../dispatch/directory.ts";
import { type HeldScores, heldScores } from "../fleet/held-scores.ts";
import { unitOf } from "../platform/metric-unit.ts";
import type { Pace } from "../platform/pace.ts";
import type {
  ClusterRow,
  EntityState,
  MetricRow,
  NodeRow,
  Page,
  Paged,
  PlaceFilter,
  SeriesRow,
} from "../platform/platform.ts";
import { BadCursor } from "../platform/platform-errors.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

const TOP_METRICS = 3;
/** A series is silent when it lags by this many of its intervals. Source: absence guard. */
const SILENT_INTERVALS = 6;
const SILENT_MIN_MS = MINUTE_MS;

/** Cost of each list: the tenant's series. Memory: a row for each cluster, node or metric. */
export async function clusterRows(context: TenantContext, pace: Pace): Promise<ClusterRow[]> {
  const held = heldScores(context.runner);
  const rows: ClusterRow[] = [];
  for (const cluster of context.directory.clusterIds()) {
    const nodes = context.directory.clusters.get(cluster)!;
    const { score: plain, anomalous } = context.runner.clusterNow(cluster);
    const score = Math.max(plain, held.cluster(cluster));
    let series = 0;
    let lastAt = 0;
    let living = 0;
    for (const node of nodes.values()) {
      if (node.livedAt(context.directory.scoredMs)) living++;
      const turn = pace.spend((1 + node.series.length) * CELLS.series);
      if (turn !== undefined) await turn;
      series += node.series.length;
      lastAt = Math.max(lastAt, newestOf(node.series));
    }
    rows.push({
      cluster,
      nodes: living,
      nodesAsleep: nodes.size - living,
      series,
      score,
      severity: severityOf(score),
      anomalousNodes: anomalous,
      lastAt,
    });
  }
  return rows;
}

export async function nodeRows(
  context: TenantContext,
  filter: PlaceFilter,
  pace: Pace,
): Promise<NodeRow[]> {
  const held = heldScores(context.runner);
  const rows: NodeRow[] = [];
  for (const node of context.directory.nodes(filter)) {
    const turn = pace.spend((3 + node.series.length) * CELLS.series);
    if (turn !== undefined) await turn;
    rows.push(nodeRow(context, node, held));
  }
  return rows;
}

export function nodeRow(
  context: TenantContext,
  { clusterId, nodeId, series }: NodeInfo,
  held: HeldScores,
): NodeRow {
  const plain = context.runner.nodeNow(clusterId, nodeId).score;
  const score = Math.max(plain, held.node(clusterId, nodeId));
  const isMissed = (info: SeriesInfo) => held.isPart(info) && isSilent(context, info);
  const open = series.filter((info) => info.episodeScore >= ANOMALOUS_SCORE || isMissed(info));
  return {
    cluster: clusterId,
    node: nodeId,
    metrics: series.length,
    score,
    severity: severityOf(score),
    numAnomalies: open.length,
    topMetrics: heaviest(series).map((info) => ({
      metric: info.key.metricName,
      score: weight(info),
    })),
    since: open.length > 0 ? oldestOnset(open) : 0,
    lastAt: newestOf(series),
    state: nodeState(context, series),
    confidence: meanOf(series.map(settled)),
  };
}

export async function metricRows(
  context: TenantContext,
  filter: PlaceFilter,
  pace: Pace,
): Promise<MetricRow[]> {
  const byName = new Map<string, { series: number; score: number }>();
  for (const { key, score } of context.directory.matching(filter)) {
    const turn = pace.spend(CELLS.series);
    if (turn !== undefined) await turn;
    const known = byName.get(key.metricName);
    if (known === undefined) byName.set(key.metricName, { series: 1, score });
    else {
      known.series++;
      known.score = Math.max(known.score, score);
    }
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([metric, { series, score }]) => ({ metric, series, score, severity: severityOf(score) }));
}

/** By cluster, node, metric; a cursor is the last series shown. Cost: O(series of the page). */
export function seriesPage(
  context: TenantContext,
  filter: PlaceFilter,
  page: Page,
): Paged<SeriesRow> {
  const { directory } = context;
  const after = page.cursor === undefined ? undefined : readCursor(directory, filter, page.cursor);
  const data: SeriesRow[] = [];
  for (const info of directory.matching(filter, after)) {
    if (data.length === page.limit) return { data, nextCursor: data.at(-1)!.id };
    data.push(seriesRow(context, info));
  }
  return { data, nextCursor: undefined };
}

export function seriesRow(context: TenantContext, info: SeriesInfo): SeriesRow {
  const { clusterId, nodeId, metricName } = info.key;
  return {
    id: info.id,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    unit: unitOf(metricName, info.metadata),
    metadata: info.metadata,
    intervalMs: info.intervalMs,
    points: info.pointCount,
    firstAt: info.firstMs,
    lastAt: info.lastMs,
    lastValue: info.lastValue,
    score: info.score,
    severity: severityOf(info.score),
    state: seriesState(context, info),
    confidence: settled(info),
  };
}

export function seriesState(context: TenantContext, info: SeriesInfo): EntityState {
  if (isSilent(context, info)) return "silent";
  return info.lastMs - info.firstMs < FULL_CONFIDENCE_MS ? "learning" : "live";
}

/**
 * By the clock and the series' own rhythm: a sender whose clock is ahead makes nobody else silent. While the
 * pipeline has stopped, it is that which is silent, and the series are as they were.
 */
function isSilent(context: TenantContext, info: SeriesInfo): boolean {
  const { directory } = context;
  const atMs = Math.min(directory.living.newestMs, context.nowMs());
  const lastMs = Math.max(info.newestMs, info.lastMs);
  return atMs - lastMs > Math.max(SILENT_MIN_MS, SILENT_INTERVALS * info.intervalMs);
}

function nodeState(context: TenantContext, series: readonly SeriesInfo[]): EntityState {
  const states = series.map((info) => seriesState(context, info));
  if (states.every((state) => state === "silent")) return "silent";
  return states.some((state) => state === "live") ? "live" : "learning";
}

/** What is going on counts more than the last point alone. */
function weight(info: SeriesInfo): number {
  return Math.max(info.score, info.episodeScore);
}

function settled({ pointCount, intervalMs }: SeriesInfo): number {
  return confidenceOf(pointCount, intervalMs);
}

/** The heaviest series, heaviest first; equal ones by name. Cost: O(series). */
function heaviest(series: readonly SeriesInfo[]): readonly SeriesInfo[] {
  const top: SeriesInfo[] = [];
  for (const info of series) {
    let at = top.length;
    while (at > 0 && weight(top[at - 1]!) < weight(info)) at--;
    if (at < TOP_METRICS) top.splice(at, 0, info);
    if (top.length > TOP_METRICS) top.pop();
  }
  return top;
}

function newestOf(series: readonly SeriesInfo[]): number {
  return series.reduce((newest, info) => Math.max(newest, info.lastMs), 0);
}

function oldestOnset(open: readonly SeriesInfo[]): number {
  const since = ({ sinceMs, lastMs }: SeriesInfo) => (sinceMs > 0 ? sinceMs : lastMs);
  return open.reduce((oldest, info) => Math.min(oldest, since(info)), Number.POSITIVE_INFINITY);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @throws BadCursor for a series that the list does not hold. */
function readCursor(
  directory: TenantDirectory,
  { clusterId, nodeId, metricName }: PlaceFilter,
  cursor: string,
): SeriesInfo {
  const info = directory.byId(cursor);
  const isListed =
    info !== undefined &&
    (clusterId === undefined || clusterId === info.key.clusterId) &&
    (nodeId === undefined || nodeId === info.key.nodeId) &&
    (metricName === undefined || metricName === info.key.metricName);
  if (!isListed) throw new BadCursor("begin again without the cursor");
  return info;
}
