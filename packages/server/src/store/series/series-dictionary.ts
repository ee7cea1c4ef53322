import type { SeriesKey } from "@foreshock/core/fold";

export interface SeriesName extends SeriesKey {
  /** Further labels of the source. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Names of the series of a partition and their small numbers: 0, 1, 2 ... in order of arrival. */
export class SeriesDictionary {
  readonly #names: SeriesName[] = [];
  /** Nested by tenant, cluster, node, metric: no text is joined on the way in. */
  readonly #ids = new Map<string, Map<string, Map<string, Map<string, number>>>>();
  /** One copy of each text. */
  readonly #texts = new Map<string, string>();
  /** Of the series that was added last: those of a node have the same, mostly. */
  #metadata: SeriesName["metadata"] = {};
  readonly #unsaved = new Set<number>();

  get size(): number {
    return this.#names.length;
  }

  /** The number of a series; undefined when it was never seen. */
  find({ tenantId, clusterId, nodeId, metricName }: SeriesKey): number | undefined {
    return this.#ids.get(tenantId)?.get(clusterId)?.get(nodeId)?.get(metricName);
  }

  /** The number of a series, new or known. Different metadata replaces the old. */
  intern(name: SeriesName): number {
    const known = this.find(name);
    if (known === undefined) {
      this.#unsaved.add(this.#names.length);
      return this.add(name);
    }
    if (!sameMetadata(this.#names[known]!.metadata, name.metadata)) {
      this.#names[known] = { ...this.#names[known]!, metadata: { ...name.metadata } };
      this.#unsaved.add(known);
    }
    return known;
  }

  /** Adds the next series as it was saved. */
  add(name: SeriesName): number {
    const id = this.#names.length;
    const kept: SeriesName = {
      tenantId: this.#text(name.tenantId),
      clusterId: this.#text(name.clusterId),
      nodeId: this.#text(name.nodeId),
      metricName: this.#text(name.metricName),
      metadata: this.#pooled(name.metadata),
    };
    this.#names.push(kept);
    const clusters = child(this.#ids, kept.tenantId);
    const nodes = child(clusters, kept.clusterId);
    child(nodes, kept.nodeId).set(kept.metricName, id);
    return id;
  }

  /** @throws RangeError for a number that was never assigned. */
  name(id: number): SeriesName {
    const name = this.#names[id];
    if (name === undefined) throw new RangeError(`no series ${id}`);
    return name;
  }

  markUnsaved(id: number): void {
    this.#unsaved.add(id);
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0;
  }

  /** Numbers whose names are not saved yet, or whose labels changed since. */
  unsaved(): number[] {
    return [...this.#unsaved];
  }

  saved(ids: readonly number[]): void {
    for (const id of ids) this.#unsaved.delete(id);
  }

  #pooled(metadata: SeriesName["metadata"]): SeriesName["metadata"] {
    if (sameMetadata(this.#metadata, metadata)) return this.#metadata;
    const own = Object.entries(metadata).map(([name, text]) => [name, this.#text(text)] as const);
    this.#metadata = Object.fromEntries(own);
    return this.#metadata;
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

function child<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

function sameMetadata(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
