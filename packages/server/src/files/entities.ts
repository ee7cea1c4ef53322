import { faultOf, METRIC_BYTES_MAX, NAME_BYTES_MAX } from "../platform/place-name.ts";
import type { CsvLayout } from "./layout.ts";

/** Whom rows belong to. In a narrow or wide file there is one, without a metric of its own. */
export interface CsvEntity {
  readonly cluster: string;
  readonly node: string;
  /** Set where a column names the metric. */
  readonly metric: string | undefined;
  /** What tag columns add to the metric's name, such as `{device="sda"}`; mostly "". */
  readonly tags: string;
  /** Why these names cannot be used; undefined where they can. */
  readonly fault: string | undefined;
}

/** The metric that value column `k` holds in the rows of an entity. */
export function metricNameOf(
  { metricNames }: Pick<CsvLayout, "metricNames">,
  { metric, tags }: Pick<CsvEntity, "metric" | "tags">,
  k: number,
): string {
  return withTags(metric ?? metricNames[k]!, tags);
}

/** Why the name of a value column cannot be used with an entity's tags. */
export function metricFaultOf(
  layout: Pick<CsvLayout, "metricNames" | "metricFaults">,
  entity: CsvEntity,
  k: number,
): string | undefined {
  if (entity.fault !== undefined) return entity.fault;
  if (entity.metric !== undefined) return undefined;
  if (entity.tags === "") return layout.metricFaults[k];
  return faultOf("metric", metricNameOf(layout, entity, k), METRIC_BYTES_MAX);
}

/** Numbers entities in the order in which they appear. */
export class EntityIndex {
  readonly all: CsvEntity[] = [];
  /** Of the first entity whose names cannot be used. */
  fault: string | undefined;
  readonly #layout: CsvLayout;
  readonly #cluster: string;
  readonly #node: string;
  /** No column names anything: all rows belong to one entity. */
  readonly #alone: boolean;
  readonly #index = new Map<string, Map<string, Map<string, number>>>();

  constructor(layout: CsvLayout, cluster: string, node: string) {
    this.#layout = layout;
    this.#cluster = cluster;
    this.#node = node;
    this.#alone =
      layout.cluster < 0 && layout.node < 0 && layout.metric < 0 && layout.tags.length === 0;
  }

  /** The entity of a row; -1 where the name of a node or metric is empty. */
  of(fields: readonly string[]): number {
    if (this.#alone && this.all.length === 1) return 0;
    const { cluster: clusterAt, node: nodeAt, metric: metricAt, tags } = this.#layout;
    const cluster = (clusterAt < 0 ? "" : fields[clusterAt]!.trim()) || this.#cluster;
    const node = nodeAt < 0 ? this.#node : fields[nodeAt]!.trim();
    const metric = metricAt < 0 ? "" : fields[metricAt]!.trim();
    if (node === "" || (metricAt >= 0 && metric === "")) return -1;
    // Names hold no control characters, so that a NUL cannot make two keys alike.
    const key = tags.length === 0 ? metric : `${metric}\0${this.#tagText(fields)}`;
    const known = this.#index.get(cluster)?.get(node)?.get(key);
    return known ?? this.#add(unshared(cluster), unshared(node), unshared(key));
  }

  #tagText(fields: readonly string[]): string {
    const { tags, names } = this.#layout;
    const parts = tags.flatMap((column) => {
      const value = fields[column]!.trim();
      return value === "" ? [] : [`${names[column]}="${escaped(value)}"`];
    });
    return parts.length === 0 ? "" : `{${parts.join(",")}}`;
  }

  #add(cluster: string, node: string, key: string): number {
    const nodes = this.#index.get(cluster) ?? new Map<string, Map<string, number>>();
    const metrics = nodes.get(node) ?? new Map<string, number>();
    this.#index.set(cluster, nodes.set(node, metrics.set(key, this.all.length)));
    const [metric = "", tags = ""] = key.split("\0");
    const hasMetric = this.#layout.metric >= 0;
    const fault =
      faultOf("cluster", cluster, NAME_BYTES_MAX) ??
      faultOf("node", node, NAME_BYTES_MAX) ??
      (hasMetric ? faultOf("metric", withTags(metric, tags), METRIC_BYTES_MAX) : undefined);
    this.fault ??= fault;
    this.all.push({ cluster, node, metric: hasMetric ? metric : undefined, tags, fault });
    return this.all.length - 1;
  }
}

/** A name with labels, into the braces that it may have already. */
function withTags(name: string, tags: string): string {
  if (tags === "") return name;
  return /[^{]\}$/.test(name) && name.includes("{")
    ? `${name.slice(0, -1)},${tags.slice(1)}`
    : name + tags;
}

/** As PromQL writes label values. */
function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}

/** A copy that does not keep the chunk alive from which it was cut. */
function unshared(text: string): string {
  return Buffer.from(text).toString();
}
