import type { ColumnSummaries } from "./column-summary.ts";
import { evidenceOf, groupByMetric, PEERS_MIN, scaleFloors } from "./displacement.ts";

// Source of all constants: spec of detection, section 13.1.
const TOP_METRICS = 2;
const LEAF_WEIGHT = 0.3;
/** Weight of the prior log10(values in the window) among the earlier windows. */
const PRIOR_WINDOWS = 3;
const HALF_EXCESS = 2.5;
const SCORE_SLOPE = 2;

export interface RankColumn {
  readonly nodeId: string;
  readonly metricName: string;
}

export interface RankedNode {
  readonly nodeId: string;
  readonly value: number;
  /** Score of the window times the value over the first node's value. */
  readonly score: number;
}

export interface RankedMetric extends RankColumn {
  /** Evidence, discounted where other nodes show the same move. Orders metrics over a cluster. */
  readonly value: number;
  /** Rarity plus displacement. Orders the metrics inside one node. */
  readonly evidence: number;
  readonly score: number;
}

export interface WindowRanking {
  /** Most misbehaving first; equal values by name. */
  readonly nodes: readonly RankedNode[];
  readonly metrics: readonly RankedMetric[];
  /** 0..1: the strongest node against earlier windows of the same length. */
  readonly score: number;
}

/** A call: caller and callee node. */
export type CallEdge = readonly [callerId: string, calleeId: string];

/**
 * Who misbehaves most in a window, from the summaries of its columns. `windowRows` = rows of the window.
 *
 * Cost: O(columns x windows) and two sorts; 10,000 nodes of 12 metrics with 30 earlier windows: see
 * docs/benchmarks. Source: spec of detection, section 13.
 */
export function rankColumns(
  columns: readonly RankColumn[],
  summaries: ColumnSummaries,
  windowRows: number,
  edges: readonly CallEdge[] = [],
): WindowRanking {
  const groups = groupByMetric(columns.map(({ metricName }) => metricName));
  const floor = scaleFloors(summaries, groups);
  const evidence = Float64Array.from(columns, (_, c) => evidenceOf(summaries, floor, 0, c));
  const { nodeIds, nodeOf } = numberNodes(columns);
  const score = windowScore(summaries, floor, evidence, nodeOf, nodeIds.length, windowRows);
  const value = discountShared(evidence, groups);
  const nodeValue = topMean(nodeIds.length, nodeOf, (c) => value[c]!);
  discountLeaves(nodeValue, nodeIds, edges);
  return {
    score,
    nodes: ranked(nodeIds, nodeValue, score, compareText).map(([nodeId, ranks]) => ({
      nodeId,
      ...ranks,
    })),
    metrics: ranked(
      columns.map((column, c) => ({ ...column, evidence: evidence[c]! })),
      value,
      score,
      compareColumns,
    ).map(([column, ranks]) => ({ ...column, ...ranks })),
  };
}

/** Effects are shared, causes are not: e² / sqrt(sum of e² over the nodes with this metric). */
function discountShared(evidence: Float64Array, groups: readonly Int32Array[]): Float64Array {
  const value = evidence.slice();
  for (const group of groups) {
    let total = 0;
    for (const column of group) total += evidence[column]! ** 2;
    if (group.length < PEERS_MIN || !(total > 0)) continue;
    for (const column of group) {
      value[column] = evidence[column]! * Math.sqrt(evidence[column]! ** 2 / total);
    }
  }
  return value;
}

/** Known only through its one caller: the caller's view, not a witness. */
function discountLeaves(
  nodeValue: Float64Array,
  nodeIds: readonly string[],
  edges: readonly CallEdge[],
): void {
  const callers = new Map<string, Set<string>>();
  const calls = new Set<string>();
  for (const [caller, callee] of edges) {
    if (caller === callee) continue;
    callers.set(callee, (callers.get(callee) ?? new Set()).add(caller));
    calls.add(caller);
  }
  nodeIds.forEach((id, node) => {
    if (callers.get(id)?.size === 1 && !calls.has(id)) nodeValue[node]! *= LEAF_WEIGHT;
  });
}

/** The strongest node before discounts against the median of earlier windows, which bears faults in half of them. */
function windowScore(
  summaries: ColumnSummaries,
  floor: Float64Array,
  evidence: Float64Array,
  nodeOf: Int32Array,
  nodeCount: number,
  windowRows: number,
): number {
  let usual = Math.log10(windowRows * summaries.columnCount);
  const past: number[] = [];
  for (let window = 1; window < summaries.windowCount; window++) {
    past.push(highest(topMean(nodeCount, nodeOf, (c) => evidenceOf(summaries, floor, window, c))));
  }
  if (past.length > 0) {
    const middle = medianOfList(past);
    usual = (past.length * middle + PRIOR_WINDOWS * usual) / (past.length + PRIOR_WINDOWS);
  }
  const excess = highest(topMean(nodeCount, nodeOf, (c) => evidence[c]!)) - usual;
  return 1 / (1 + Math.exp(-SCORE_SLOPE * (excess - HALF_EXCESS)));
}

/** Mean of the two largest numbers of every node; a missing second counts 0. */
function topMean(
  nodeCount: number,
  nodeOf: Int32Array,
  numberOf: (column: number) => number,
): Float64Array {
  const first = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
  const second = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
  for (let column = 0; column < nodeOf.length; column++) {
    const node = nodeOf[column]!;
    const number = numberOf(column);
    if (number > first[node]!) {
      second[node] = first[node]!;
      first[node] = number;
    } else if (number > second[node]!) {
      second[node] = number;
    }
  }
  return first.map((one, node) => {
    const other = second[node]!;
    return (one + (other === Number.NEGATIVE_INFINITY ? 0 : other)) / TOP_METRICS;
  });
}

function numberNodes(columns: readonly RankColumn[]): { nodeIds: string[]; nodeOf: Int32Array } {
  const numbers = new Map<string, number>();
  const nodeOf = Int32Array.from(columns, ({ nodeId }) => {
    const number = numbers.get(nodeId) ?? numbers.size;
    numbers.set(nodeId, number);
    return number;
  });
  return { nodeIds: [...numbers.keys()], nodeOf };
}

function ranked<Item>(
  items: readonly Item[],
  value: Float64Array,
  windowScoreOf: number,
  compare: (a: Item, b: Item) => number,
): [Item, { value: number; score: number }][] {
  const top = highest(value) || 1;
  return items
    .map((item, i): [Item, number] => [item, value[i]!])
    .sort(([a, x], [b, y]) => y - x || compare(a, b))
    .map(([item, one]) => [item, { value: one, score: (windowScoreOf * one) / top }]);
}

function highest(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

function medianOfList(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareColumns(a: RankColumn, b: RankColumn): number {
  return compareText(a.nodeId, b.nodeId) || compareText(a.metricName, b.metricName);
}
