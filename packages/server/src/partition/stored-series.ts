import type { PartitionStore } from "../store/partition/partition-store.ts";
import type { SeriesName } from "../store/series/series-dictionary.ts";

/** Numbers in `rows` for each series: tenant, cluster, node and metric among the texts; then its metadata. */
const ROW = 5;

/**
 * Series of a partition, with each text and each set of metadata once: those of a node, and metrics of a fleet, are
 * shared by many series, here and by whoever reads them.
 */
export interface StoredSeries {
  readonly partition: number;
  /** The store's numbers. */
  readonly seriesIds: Int32Array;
  readonly texts: readonly string[];
  readonly metadata: readonly SeriesName["metadata"][];
  readonly rows: Int32Array;
}

/** What a partition has of the tenants that are meant. Cost: its series. */
export function storedSeries(
  partition: number,
  store: PartitionStore,
  isMeant: (tenantId: string) => boolean,
): StoredSeries {
  const meant = new Map<string, boolean>();
  const texts = new Numbered<string>();
  const metadata = new Numbered<SeriesName["metadata"]>();
  const seriesIds = new Int32Array(store.seriesCount);
  const rows = new Int32Array(ROW * store.seriesCount);
  let count = 0;
  for (let id = 0; id < store.seriesCount; id++) {
    const name = store.name(id);
    const { tenantId, clusterId, nodeId, metricName } = name;
    const known = meant.get(tenantId) ?? isMeant(tenantId);
    meant.set(tenantId, known);
    if (!known) continue;
    let at = ROW * count;
    for (const text of [tenantId, clusterId, nodeId, metricName]) rows[at++] = texts.of(text);
    rows[at] = metadata.of(name.metadata);
    seriesIds[count++] = id;
  }
  return {
    partition,
    seriesIds: seriesIds.slice(0, count),
    texts: texts.all,
    metadata: metadata.all,
    rows: rows.slice(0, ROW * count),
  };
}

/** The name of the k-th series, of texts that others have as well. */
export function nameAt({ texts, metadata, rows }: StoredSeries, k: number): SeriesName {
  const text = (column: number): string => texts[rows[ROW * k + column]!]!;
  return {
    tenantId: text(0),
    clusterId: text(1),
    nodeId: text(2),
    metricName: text(3),
    metadata: metadata[rows[ROW * k + 4]!]!,
  };
}

/** Things in order of first sight. */
class Numbered<Thing> {
  readonly all: Thing[] = [];
  readonly #numbers = new Map<Thing, number>();

  of(thing: Thing): number {
    const known = this.#numbers.get(thing);
    if (known !== undefined) return known;
    this.#numbers.set(thing, this.all.length);
    return this.all.push(thing) - 1;
  }
}
