import { type RankLayout, sameNode } from "./rank-layout.ts";

/** The columns a node's value is the mean of, in columns and additive shares. */
export interface Contribution {
  readonly column: number;
  readonly metricName: string;
  readonly value: number;
  /** Of the node's value; the shares of a node sum to 1, or there are none. */
  readonly share: number;
}

/** The two largest values of a node, largest first; a value of 0 contributes nothing. O(columns of the node). */
export function contributionsOf(
  layout: RankLayout,
  value: Float64Array,
  node: number,
): Contribution[] {
  const name = (column: number) => layout.columns[column]!.metricName;
  const byName = (a: number, b: number) => (name(a) < name(b) ? -1 : 1);
  const counted = sameNode(layout, node)
    .filter((column) => value[column]! > 0)
    .toSorted((a, b) => value[b]! - value[a]! || byName(a, b))
    .slice(0, 2);
  const total = counted.reduce((sum, column) => sum + value[column]!, 0);
  return counted.map((column) => ({
    column,
    metricName: name(column),
    value: value[column]!,
    share: value[column]! / total,
  }));
}
