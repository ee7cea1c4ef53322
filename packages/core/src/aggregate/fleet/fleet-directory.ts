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
  readonly #nodeSeries: NamedList[] = [];
  readonly #clusterNodes: NamedList[] = [];
  readonly #sortedClusters = new NamedList();
  #known: FleetLayout | undefined;

  /** The number of a series, new or known. O(1); lists of siblings are put in order when they are read. */
  add(clusterId: string, nodeId: string, metricName: string): SeriesNumber {
    const node = this.#addNode(clusterId, nodeId);
    const key = `${node}\0${metricName}`;
    const found = this.#seriesIndex.get(key);
    if (found !== undefined) return found;
    const series = this.metricNames.length;
    this.metricNames.push(metricName);
    this.seriesNode.push(node);
    this.#seriesIndex.set(key, series);
    this.#nodeSeries[node]!.add(series);
    this.#known = undefined;
    return series;
  }

  layout(): FleetLayout {
    this.#known ??= {
      ...columnsOf(this.#nodeSeries, this.metricNames, "children", "childEnds"),
      ...columnsOf(this.#clusterNodes, this.nodeIds, "members", "memberEnds"),
      clusterOrder: Int32Array.from(this.#sortedClusters.inOrder(this.clusterIds)),
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
    this.#nodeSeries.push(new NamedList());
    this.#nodeIndex.set(key, node);
    this.#clusterNodes[cluster]!.add(node);
    return node;
  }

  #addCluster(clusterId: string): number {
    const found = this.#clusterIndex.get(clusterId);
    if (found !== undefined) return found;
    const cluster = this.clusterIds.length;
    this.clusterIds.push(clusterId);
    this.#clusterNodes.push(new NamedList());
    this.#clusterIndex.set(clusterId, cluster);
    this.#sortedClusters.add(cluster);
    return cluster;
  }
}

/** Numbers in the order of their names. Sorted when it is read, not for each that joins. */
class NamedList {
  readonly #numbers: number[] = [];
  #isSorted = true;

  add(number: number): void {
    this.#numbers.push(number);
    this.#isSorted = false;
  }

  inOrder(names: readonly string[]): readonly number[] {
    if (!this.#isSorted) {
      this.#numbers.sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
      this.#isSorted = true;
    }
    return this.#numbers;
  }
}

function columnsOf<Items extends string, Ends extends string>(
  named: readonly NamedList[],
  names: readonly string[],
  items: Items,
  ends: Ends,
): Record<Items | Ends, Int32Array> {
  const lists = named.map((list) => list.inOrder(names));
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
