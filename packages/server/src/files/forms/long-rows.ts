import { DEFAULT_NODE } from "../default-names.ts";
import type { CsvOptions } from "../read-options.ts";

/** The plain table that forms of several tables in one file become: one row per point. */
export const LONG_HEADER = ["cluster", "node", "metric", "timestamp", "value"] as const;

/** What the long table's columns are, whatever the caller said about those of the file. */
export const LONG_OPTIONS: CsvOptions = {
  time: "timestamp",
  values: ["value"],
  by: ["cluster=cluster", "node=node", "metric=metric"],
};

export type Labels = readonly (readonly [name: string, value: string])[];

const NODE_LABELS = [
  ...["node", "pod", "instance", "host", "hostname", "kubernetes_node", "InstanceId"],
];
const CLUSTER_LABELS = ["cluster", "cluster_id"];

/** One point with labels as a row: those that name cluster and node go there, the rest to the metric. */
export function longRow(
  metric: string,
  labels: Labels,
  stamp: string,
  value: string,
  { node = DEFAULT_NODE }: CsvOptions,
): readonly string[] {
  const of = (names: readonly string[]) =>
    names
      .map((name) => labels.find(([label, text]) => label === name && text !== ""))
      .find((label) => label !== undefined);
  const nodeLabel = of(NODE_LABELS);
  const clusterLabel = of(CLUSTER_LABELS);
  const rest = labels.filter(
    (label) => label !== nodeLabel && label !== clusterLabel && label[1] !== "",
  );
  return [clusterLabel?.[1] ?? "", nodeLabel?.[1] ?? node, metric + labelText(rest), stamp, value];
}

/** Labels as PromQL writes them, by name, so that the same set gives the same text. */
function labelText(labels: Labels): string {
  if (labels.length === 0) return "";
  const sorted = labels.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}}`;
}
