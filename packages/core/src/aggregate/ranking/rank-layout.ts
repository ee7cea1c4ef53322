import { startOf } from "../../model/point-runs.ts";
export interface RankColumn {
  readonly nodeId: string;
  readonly metricName: string;
}

/** Which columns belong to which node and to which metric. Made once for a set of columns and used again. */
export interface RankLayout {
  readonly columns: readonly RankColumn[];
  readonly nodeIds: readonly string[];
  /** Columns of node n: `byNode[nodeEnds[n - 1], nodeEnds[n])`. */
  readonly byNode: Int32Array;
  readonly nodeEnds: Int32Array;
  /** Number of every column's node. */
  readonly nodeOf: Int32Array;
  /** Columns of every metric name. */
  readonly groups: readonly Int32Array[];
}

/** O(columns). */
export function rankLayout(columns: readonly RankColumn[]): RankLayout {
  const nodes = grouped(columns, ({ nodeId }) => nodeId);
  const byNode = new Int32Array(columns.length);
  const nodeOf = new Int32Array(columns.length);
  [...nodes.values()].forEach((members, node) => {
    for (const column of members) nodeOf[column] = node;
  });
  let end = 0;
  const nodeEnds = Int32Array.from(nodes.values(), (members) => {
    byNode.set(members, end);
    end += members.length;
    return end;
  });
  const metrics = grouped(columns, ({ metricName }) => metricName);
  return {
    columns,
    nodeIds: [...nodes.keys()],
    byNode,
    nodeEnds,
    nodeOf,
    groups: [...metrics.values()].map((members) => Int32Array.from(members)),
  };
}

/** Columns of node number `node`, in their order. */
export function sameNode({ byNode, nodeEnds }: RankLayout, node: number): number[] {
  return Array.from(byNode.subarray(startOf(nodeEnds, node), nodeEnds[node]!));
}

function grouped(
  columns: readonly RankColumn[],
  nameOf: (column: RankColumn) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  columns.forEach((column, c) => {
    const name = nameOf(column);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [c]);
    else group.push(c);
  });
  return groups;
}
