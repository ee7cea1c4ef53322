import {
  ANOMALOUS_SCORE,
  confidenceOf,
  FULL_CONFIDENCE_MS,
  largestOf,
  MINUTE_MS,
  severityOf,
  smallestOf,
} from "@foreshock/core";
import type { NodeInfo, SeriesInfo } from "../dispatch/directory.ts";
import { type HeldScores, heldScores } from "../fleet/held-scores.ts";
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
import type { LiveTenantView } from "./tenant-view.ts";

const TOP_METRICS = 3;
/** A series that is so many of its intervals behind its tenant is silent. Source: absence guard. */
const SILENT_INTERVALS = 6;
const SILENT_MIN_MS = MINUTE_MS;

export function clusterRows(view: LiveTenantView): ClusterRow[] {
  const held = heldScores(view.runner);
  return view.directory.clusterIds().map((cluster) => {
    const nodes = view.directory.clusters.get(cluster)!;
    const { score: plain, anomalous } = view.runner.clusterNow(cluster);
    const score = Math.max(plain, held.cluster(cluster));
    const series = [...nodes.values()].flatMap((node) => node.series);
    return {
      cluster,
      nodes: nodes.size,
      series: series.length,
      score,
      severity: severityOf(score),
      anomalousNodes: anomalous,
      lastAt: newestOf(series),
    };
  });
}

export function nodeRows(view: LiveTenantView, filter: PlaceFilter): NodeRow[] {
  const held = heldScores(view.runner);
  return [...view.directory.nodes(filter)].map((node) => nodeRow(view, node, held));
}

export function nodeRow(
  view: LiveTenantView,
  { clusterId, nodeId, series }: NodeInfo,
  held: HeldScores = heldScores(view.runner),
): NodeRow {
  const plain = view.runner.nodeNow(clusterId, nodeId).score;
  const score = Math.max(plain, held.node(clusterId, nodeId));
  const open = series.filter((info) => info.episodeScore >= ANOMALOUS_SCORE);
  const top = [...series].sort((a, b) => weight(b) - weight(a)).slice(0, TOP_METRICS);
  return {
    cluster: clusterId,
    node: nodeId,
    metrics: series.length,
    score,
    severity: severityOf(score),
    numAnomalies: open.length,
    topMetrics: top.map((info) => ({ metric: info.key.metricName, score: weight(info) })),
    since: open.length > 0 ? oldestOnset(open) : 0,
    lastAt: newestOf(series),
    state: nodeState(view, series),
    confidence: meanOf(series.map(settled)),
  };
}

export function metricRows(view: LiveTenantView, filter: PlaceFilter): MetricRow[] {
  const byName = new Map<string, SeriesInfo[]>();
  for (const info of view.directory.matching(filter)) {
    const { metricName } = info.key;
    const group = byName.get(metricName);
    if (group === undefined) byName.set(metricName, [info]);
    else group.push(info);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([metric, group]) => {
      const score = largestOf(group.map((info) => info.score));
      return { metric, series: group.length, score, severity: severityOf(score) };
    });
}

/** By cluster, node, metric; a cursor is the last series shown. */
export function seriesPage(
  view: LiveTenantView,
  filter: PlaceFilter,
  page: Page,
): Paged<SeriesRow> {
  const all = [...view.directory.matching(filter)];
  const from = page.cursor === undefined ? 0 : positionOf(all, page.cursor);
  const shown = all.slice(from, from + page.limit);
  const more = from + page.limit < all.length;
  return {
    data: shown.map((info) => seriesRow(view, info)),
    nextCursor: more ? shown.at(-1)!.id : undefined,
  };
}

export function seriesRow(view: LiveTenantView, info: SeriesInfo): SeriesRow {
  const { clusterId, nodeId, metricName } = info.key;
  return {
    id: info.id,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    metadata: info.metadata,
    intervalMs: info.intervalMs,
    points: info.pointCount,
    firstAt: info.firstMs,
    lastAt: info.lastMs,
    lastValue: info.lastValue,
    score: info.score,
    severity: severityOf(info.score),
    state: seriesState(view, info),
    confidence: settled(info),
  };
}

export function seriesState(view: LiveTenantView, info: SeriesInfo): EntityState {
  const behindMs = view.watermark - info.lastMs;
  if (behindMs > Math.max(SILENT_MIN_MS, SILENT_INTERVALS * info.intervalMs)) return "silent";
  return info.lastMs - info.firstMs < FULL_CONFIDENCE_MS ? "learning" : "live";
}

function nodeState(view: LiveTenantView, series: readonly SeriesInfo[]): EntityState {
  const states = series.map((info) => seriesState(view, info));
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

function newestOf(series: readonly SeriesInfo[]): number {
  return series.reduce((newest, info) => Math.max(newest, info.lastMs), 0);
}

function oldestOnset(open: readonly SeriesInfo[]): number {
  return smallestOf(open.map((info) => info.sinceMs));
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function positionOf(all: readonly SeriesInfo[], cursor: string): number {
  const at = all.findIndex((info) => info.id === cursor);
  if (at < 0) throw new BadCursor("begin again without the cursor");
  return at + 1;
}
