import type { LabelNames } from "../platform/label-names.ts";
import { placeFault } from "../platform/place-name.ts";

/** Where a labelled series stands in our world of cluster, node and metric. */
export interface LabelledSeries {
  readonly clusterId: string;
  readonly nodeId: string;
  /** The metric's name, and all labels that name neither cluster nor node: `http{code="500"}`. */
  readonly metricName: string;
  /** All labels but `__name__`, as they came. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The metric's name alone, to find its type by. */
  readonly familyName: string;
}

/** Where a sender names no cluster or node; a recording rule often has no instance. */
export const NO_CLUSTER = "default";
export const NO_NODE = "none";

const NAME_LABEL = "__name__";
const PORT = /:\d{1,5}$/;

/**
 * Maps labels to a place. Two label sets that differ in any label give different places, unless
 * they differ only in a port that was to be stripped, or in which label names the cluster or node.
 *
 * @returns what is wrong, as text, where the labels cannot be used.
 */
export function placeOf(
  labels: ReadonlyMap<string, string>,
  names: LabelNames,
): LabelledSeries | string {
  const familyName = labels.get(NAME_LABEL);
  if (familyName === undefined) return "no __name__ label";
  const clusterLabel = names.cluster.find((name) => (labels.get(name) ?? "") !== "");
  const nodeLabel = names.node.find((name) => (labels.get(name) ?? "") !== "");
  const clusterId = clusterLabel === undefined ? NO_CLUSTER : labels.get(clusterLabel)!;
  const address = nodeLabel === undefined ? NO_NODE : labels.get(nodeLabel)!;
  const nodeId = names.stripPort ? address.replace(PORT, "") : address;
  const metadata: [string, string][] = [];
  const rest: string[] = [];
  for (const name of [...labels.keys()].sort()) {
    if (name === NAME_LABEL) continue;
    const value = labels.get(name)!;
    if (value === "") continue;
    metadata.push([name, value]);
    if (name !== clusterLabel && name !== nodeLabel) rest.push(`${name}="${escaped(value)}"`);
  }
  const metricName = rest.length === 0 ? familyName : `${familyName}{${rest.join(",")}}`;
  const place = { clusterId, nodeId, metricName, metadata: Object.fromEntries(metadata) };
  return placeFault(place) ?? { ...place, familyName };
}

/** Cumulative by name, as Prometheus sends it: `_count`, `_sum` and `_bucket` are parts of histograms. */
export function isCounterName(name: string): boolean {
  return /_(?:total|count|sum|bucket)$/.test(name);
}

/** As PromQL writes label values, so that a metric's name can be pasted there. */
function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}
