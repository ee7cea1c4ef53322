import type { SeriesNumber } from "../../model/series-number.ts";
/** Who belongs to whom, as columns. Orders follow names, so that the order of registration changes no result. */
export interface FleetLayout {
  /** Series of node n, by metric name: `children[childEnds[n - 1], childEnds[n])`. */
  readonly children: Int32Array;
  readonly childEnds: Int32Array;
  /** Nodes of cluster c, by node id: `members[memberEnds[c - 1], memberEnds[c])`. */
  readonly members: Int32Array;
  readonly memberEnds: Int32Array;
  /** Clusters by id. */
  readonly clusterOrder: Int32Array;
}

/** Numbers for series, nodes and clusters; they only ever grow. */
export class FleetDirectory {
  readonly clusterIds: string[] = [];
  readonly nodeIds: string[] = [];
  readonly metricNames: string[] = [];
  readonly nodeCluster: number[] = [];
  readonly seriesNode: number[] = [];
  readonly #clusterIndex = new Map<string, number>();
  readonly #nodeIndex = new Map<string, number>();
  readonly #seriesIndex = new Map<string, number>();
  readonly #nodeSeries: number[][] = [];
  readonly #clusterNodes: number[][] = [];
  readonly #sortedClusters: number[] = [];
  #known: FleetLayout | undefined;

  /** The number of a series, new or known. O(siblings). */
  add(clusterId: string, nodeId: string, metricName: string): SeriesNumber {
    const node = this.#addNode(clusterId, nodeId);
    const key = `${node}\0${metricName}`;
    const found = this.#seriesIndex.get(key);
    if (found !== undefined) return found;
    const series = this.metricNames.length;
    this.metricNames.push(metricName);
    this.seriesNode.push(node);
    this.#seriesIndex.set(key, series);
    insertByName(this.#nodeSeries[node]!, series, this.metricNames);
    this.#known = undefined;
    return series;
  }

  layout(): FleetLayout {
    this.#known ??= {
      ...columnsOf(this.#nodeSeries, "children", "childEnds"),
      ...columnsOf(this.#clusterNodes, "members", "memberEnds"),
      clusterOrder: Int32Array.from(this.#sortedClusters),
    };
    return this.#known;
  }

  #addNode(clusterId: string, nodeId: string): number {
    const cluster = this.#addCluster(clusterId);
    const key = `${cluster}\0${nodeId}`;
    const found = this.#nodeIndex.get(key);
    if (found !== undefined) return found;
    const node = this.nodeIds.length;
    this.nodeIds.push(nodeId);
    this.nodeCluster.push(cluster);
    this.#nodeSeries.push([]);
    this.#nodeIndex.set(key, node);
    insertByName(this.#clusterNodes[cluster]!, node, this.nodeIds);
    return node;
  }

  #addCluster(clusterId: string): number {
    const found = this.#clusterIndex.get(clusterId);
    if (found !== undefined) return found;
    const cluster = this.clusterIds.length;
    this.clusterIds.push(clusterId);
    this.#clusterNodes.push([]);
    this.#clusterIndex.set(clusterId, cluster);
    insertByName(this.#sortedClusters, cluster, this.clusterIds);
    return cluster;
  }
}

function insertByName(sorted: number[], item: number, names: readonly string[]): void {
  const name = names[item]!;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[sorted[middle]!]! < name) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, item);
}

function columnsOf<Items extends string, Ends extends string>(
  lists: readonly number[][],
  items: Items,
  ends: Ends,
): Record<Items | Ends, Int32Array> {
  const endColumn = new Int32Array(lists.length);
  let count = 0;
  for (let i = 0; i < lists.length; i++) {
    count += lists[i]!.length;
    endColumn[i] = count;
  }
  const itemColumn = new Int32Array(count);
  let at = 0;
  for (const list of lists) {
    for (const item of list) itemColumn[at++] = item;
  }
  return { [items]: itemColumn, [ends]: endColumn } as Record<Items | Ends, Int32Array>;
}
