import { type DurationMs, type EpochMs, HOUR_MS, type SeriesKey } from "@foreshock/core/fold";
import type { IngestPlace } from "../platform/ingest-batch.ts";
import { nameBytesOf } from "../platform/place-name.ts";
import type { PlaceFilter } from "../platform/platform.ts";
import { ArrivalRhythm } from "./arrival-rhythm.ts";
import { firstAt } from "./first-at.ts";
import { type CountedSeries, LivingSeries } from "./living-series.ts";
import { type NaturedSeries, Natures } from "./natures.ts";

/** What the main thread knows of a series: enough for every list, without asking its worker. */
export interface SeriesInfo extends CountedSeries, NaturedSeries {
  /** Position in the directory of all tenants: the number by which threads speak of it. */
  readonly handle: number;
  readonly id: string;
  readonly key: SeriesKey;
  readonly partition: number;
  /** Position in the tenant's directory, in order of first sight. The fold has a number of its own. */
  readonly index: number;
  /** Newest time handed to the worker; lateness is judged per series, never per tenant. */
  newestMs: EpochMs;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  readonly lastValue: number;
  readonly score: number;
  readonly pointCount: number;
  readonly intervalMs: number;
  /** Onset of the episode that is open now; 0 when none is. */
  readonly sinceMs: EpochMs;
  readonly episodeScore: number;
  readonly ended: boolean;
}

/** A node, in the form that places of the roll-up have. The same object as long as the process lives. */
export class NodeInfo {
  readonly level = "node";
  readonly clusterId: string;
  readonly nodeId: string;
  /** Oldest point of any of its series; Infinity before the first. */
  firstMs: EpochMs = Number.POSITIVE_INFINITY;
  /** Up to then it lives, as far as its points tell. */
  livesUntilMs: EpochMs = Number.NEGATIVE_INFINITY;
  #series: SeriesInfo[] = [];
  #isSorted = true;

  constructor(clusterId: string, nodeId: string) {
    this.clusterId = clusterId;
    this.nodeId = nodeId;
  }

  /**
   * By metric name. Sorted when it is read, not for each series that joins; the list that a reader goes
   * through only grows at its end, so that reads can be set down.
   */
  get series(): readonly SeriesInfo[] {
    if (!this.#isSorted) {
      this.#series = this.#series.toSorted((a, b) => compare(a.key.metricName, b.key.metricName));
      this.#isSorted = true;
    }
    return this.#series;
  }

  /** The series that joined last. */
  newest: SeriesInfo | undefined;

  add(info: SeriesInfo): void {
    this.#series.push(info);
    this.#isSorted = false;
    this.newest = info;
  }

  /** One of its series was scored up to its newest point. O(1). */
  heard({ firstMs, lastMs, intervalMs }: SeriesInfo): void {
    if (firstMs > 0 && firstMs < this.firstMs) this.firstMs = firstMs;
    const untilMs = lastMs + Math.max(NODE_LIVES_MS, NODE_LIVES_INTERVALS * intervalMs);
    if (untilMs > this.livesUntilMs) this.livesUntilMs = untilMs;
  }

  /** Whether it had come by then, and had sent something in the hour before (or four of its intervals). */
  livedAt(atMs: EpochMs): boolean {
    return this.firstMs <= atMs && atMs <= this.livesUntilMs;
  }
}

const NODE_LIVES_MS: DurationMs = HOUR_MS;
const NODE_LIVES_INTERVALS = 4;

/** Series of all tenants, by the numbers of their host. */
export interface AllSeries {
  at(handle: number): SeriesInfo | undefined;
}

/** All series of one tenant. Names never leave it: ids are looked up here and nowhere else. */
export class TenantDirectory {
  readonly tenantId: string;
  readonly series: SeriesInfo[] = [];
  readonly clusters = new Map<string, Map<string, NodeInfo>>();
  readonly living = new LivingSeries();
  readonly arrivals = new ArrivalRhythm();
  readonly natures = new Natures<SeriesInfo>();
  /** UTF-8 bytes of all names and metadata that are kept. */
  nameBytes = 0;
  /** Points of all series, and the oldest time of any; Infinity before the first. */
  pointCount = 0;
  oldestMs: EpochMs = Number.POSITIVE_INFINITY;
  /** Newest scored time of any; -Infinity before the first. */
  scoredMs: EpochMs = Number.NEGATIVE_INFINITY;
  /** One copy of each. */
  readonly #metricNames = new Map<string, string>();
  readonly #byPlace = new Map<string, SeriesInfo>();
  readonly #byId = new Map<string, SeriesInfo>();
  /** By index. */
  readonly #nodeOfSeries: NodeInfo[] = [];
  readonly #all: AllSeries;
  #clusterIds: readonly string[] | undefined;
  readonly #sortedNodes = new Map<string, readonly NodeInfo[]>();

  constructor(tenantId: string, all: AllSeries) {
    this.tenantId = tenantId;
    this.#all = all;
  }

  find({ clusterId, nodeId, metricName, memo }: IngestPlace): SeriesInfo | undefined {
    const known = memo === undefined ? undefined : this.#all.at(memo.handle);
    if (known?.key.tenantId === this.tenantId) return known;
    const found = this.#byPlace.get(place(clusterId, nodeId, metricName));
    if (found !== undefined && memo !== undefined) memo.handle = found.handle;
    return found;
  }

  /** A name of a series that is about to be added, of the texts and labels that others of the tenant have already. */
  shared(
    { clusterId, nodeId, metricName }: SeriesKey,
    metadata: SeriesInfo["metadata"],
  ): Pick<SeriesInfo, "key" | "metadata"> {
    const { tenantId } = this;
    const node = this.node(clusterId, nodeId) ?? { clusterId, nodeId };
    const metric = this.#metricNames.get(metricName) ?? metricName;
    this.#metricNames.set(metric, metric);
    const beside = node instanceof NodeInfo ? node.newest?.metadata : undefined;
    return {
      key: { tenantId, clusterId: node.clusterId, nodeId: node.nodeId, metricName: metric },
      metadata: beside !== undefined && sameLabels(beside, metadata) ? beside : metadata,
    };
  }

  /** The series behind a handle of this tenant. */
  byHandle(handle: number): SeriesInfo {
    const info = this.#all.at(handle);
    if (info?.key.tenantId !== this.tenantId) {
      throw new Error(`assertion failed: ${handle} is no series of this tenant`);
    }
    return info;
  }

  byId(seriesId: string): SeriesInfo | undefined {
    return this.#byId.get(seriesId);
  }

  node(clusterId: string, nodeId: string): NodeInfo | undefined {
    return this.clusters.get(clusterId)?.get(nodeId);
  }

  /** By cluster, then node: the same order after every restart. */
  *nodes(filter: PlaceFilter): Iterable<NodeInfo> {
    yield* this.#nodesFrom(filter, undefined);
  }

  /** All that were ever known. */
  get nodeCount(): number {
    let count = 0;
    for (const nodes of this.clusters.values()) count += nodes.size;
    return count;
  }

  /** Nodes of a cluster, or of all, that lived at that time. O(nodes). */
  nodesAt(atMs: EpochMs, clusterId?: string): number {
    let count = 0;
    for (const [id, nodes] of this.clusters) {
      if (clusterId !== undefined && id !== clusterId) continue;
      for (const node of nodes.values()) if (node.livedAt(atMs)) count++;
    }
    return count;
  }

  /** The node of one of this tenant's series. */
  nodeOf({ index }: SeriesInfo): NodeInfo {
    return this.#nodeOfSeries[index]!;
  }

  /** Ids of all clusters, sorted. */
  clusterIds(): readonly string[] {
    this.#clusterIds ??= [...this.clusters.keys()].sort(compare);
    return this.#clusterIds;
  }

  /**
   * By cluster, node, metric; only what comes after `after` where it is given. Beginning in the middle
   * costs a search, not a walk.
   */
  *matching(filter: PlaceFilter, after?: SeriesInfo): Iterable<SeriesInfo> {
    const { metricName } = filter;
    for (const node of this.#nodesFrom(filter, after?.key)) {
      const { series } = node;
      const isFirst = node.clusterId === after?.key.clusterId && node.nodeId === after.key.nodeId;
      if (metricName !== undefined) {
        const info = series[firstAt(series, metricName, metricOf)];
        const isLater = !isFirst || metricName > after.key.metricName;
        if (info?.key.metricName === metricName && isLater) yield info;
        continue;
      }
      let k = isFirst ? firstAt(series, after.key.metricName, metricOf) + 1 : 0;
      for (; k < series.length; k++) yield series[k]!;
    }
  }

  /** Nodes from the one of `from` on. */
  *#nodesFrom({ clusterId, nodeId }: PlaceFilter, from: SeriesKey | undefined): Iterable<NodeInfo> {
    const clusterIds = clusterId === undefined ? this.clusterIds() : [clusterId];
    let c = from === undefined ? 0 : firstAt(clusterIds, from.clusterId, (id) => id);
    for (; c < clusterIds.length; c++) {
      const cluster = clusterIds[c]!;
      if (nodeId !== undefined) {
        const node = this.node(cluster, nodeId);
        const isEarlier = cluster === from?.clusterId && nodeId < from.nodeId;
        if (node !== undefined && !isEarlier) yield node;
        continue;
      }
      const nodes = this.#nodesOf(cluster);
      let n = cluster === from?.clusterId ? firstAt(nodes, from.nodeId, nodeOf) : 0;
      for (; n < nodes.length; n++) yield nodes[n]!;
    }
  }

  /** A cluster's nodes by name; sorted again when one has joined. */
  #nodesOf(clusterId: string): readonly NodeInfo[] {
    const nodes = this.clusters.get(clusterId);
    if (nodes === undefined) return [];
    const known = this.#sortedNodes.get(clusterId);
    if (known !== undefined) return known;
    const sorted = [...nodes.values()].sort((a, b) => compare(a.nodeId, b.nodeId));
    this.#sortedNodes.set(clusterId, sorted);
    return sorted;
  }

  add(info: SeriesInfo): void {
    const { clusterId, nodeId, metricName } = info.key;
    this.series.push(info);
    this.nameBytes += nameBytesOf(info.key, info.metadata);
    this.#byPlace.set(place(clusterId, nodeId, metricName), info);
    this.#byId.set(info.id, info);
    const nodes = this.clusters.get(clusterId) ?? new Map<string, NodeInfo>();
    if (!this.clusters.has(clusterId)) this.#clusterIds = undefined;
    this.clusters.set(clusterId, nodes);
    const node = nodes.get(nodeId) ?? new NodeInfo(clusterId, nodeId);
    if (!nodes.has(nodeId)) this.#sortedNodes.delete(clusterId);
    nodes.set(nodeId, node);
    node.add(info);
    this.#nodeOfSeries.push(node);
  }
}

function sameLabels(a: SeriesInfo["metadata"], b: SeriesInfo["metadata"]): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function metricOf({ key }: SeriesInfo): string {
  return key.metricName;
}

function nodeOf({ nodeId }: NodeInfo): string {
  return nodeId;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function place(clusterId: string, nodeId: string, metricName: string): string {
  return `${clusterId}\0${nodeId}\0${metricName}`;
}
