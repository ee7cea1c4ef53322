import type { ColumnSummaries } from "./column-summary.ts";
import { columnScales, evidenceOf, PEERS_MIN } from "./displacement.ts";
import type { RankColumn, RankLayout } from "./rank-layout.ts";
import { selectSmallest } from "./select.ts";
import { topMeans, windowScore } from "./window-score.ts";

/** Weight of a leaf with one caller. Source: spec of detection, section 13.1. */
const LEAF_WEIGHT = 0.3;

export interface RankedNode {
  readonly nodeId: string;
  readonly value: number;
  /** Score of the window times the value over the first node's value. */
  readonly score: number;
}

export interface RankedMetric extends RankColumn {
  /** Number of the column. */
  readonly column: number;
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

export interface RankOptions {
  /** Call graph of the nodes, when there is one. */
  readonly edges?: readonly CallEdge[];
  /** Longest list wanted; the rest is not sorted. */
  readonly limit?: number;
}

/**
 * Who misbehaves most in a window, from the summaries of its columns; `windowRows` = rows of the window.
 *
 * Cost: O(columns x windows), and sorting of what is listed. Source: spec of detection, section 13.
 */
export function rankColumns(
  layout: RankLayout,
  summaries: ColumnSummaries,
  windowRows: number,
  { edges = [], limit = Number.POSITIVE_INFINITY }: RankOptions = {},
): WindowRanking {
  const { columns, nodeIds, groups } = layout;
  const scales = columnScales(summaries, groups);
  const evidence = new Float64Array(columns.length);
  for (let c = 0; c < evidence.length; c++) evidence[c] = evidenceOf(summaries, scales, c, c);
  const score = windowScore(layout, summaries, scales, evidence, windowRows);
  const value = discountShared(evidence, groups);
  const nodeValue = topMeans(layout, value);
  discountLeaves(nodeValue, nodeIds, edges);
  const byNodeName = (a: number, b: number) => compareText(nodeIds[a]!, nodeIds[b]!);
  const byColumnName = (a: number, b: number) => compareColumns(columns[a]!, columns[b]!);
  const [nodeTop, valueTop] = [highest(nodeValue) || 1, highest(value) || 1];
  return {
    score,
    nodes: largest(nodeValue, limit, byNodeName).map((node) => ({
      nodeId: nodeIds[node]!,
      value: nodeValue[node]!,
      score: (score * nodeValue[node]!) / nodeTop,
    })),
    metrics: largest(value, limit, byColumnName).map((column) => ({
      nodeId: columns[column]!.nodeId,
      metricName: columns[column]!.metricName,
      column,
      value: value[column]!,
      evidence: evidence[column]!,
      score: (score * value[column]!) / valueTop,
    })),
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

/** Indices of the `limit` largest values, largest first. */
function largest(
  value: Float64Array,
  limit: number,
  byName: (a: number, b: number) => number,
): number[] {
  const least =
    limit >= value.length
      ? Number.NEGATIVE_INFINITY
      : limit <= 0
        ? Number.POSITIVE_INFINITY
        : selectSmallest(value.slice(), value.length, value.length - Math.floor(limit));
  const listed: number[] = [];
  for (let i = 0; i < value.length; i++) {
    if (value[i]! >= least) listed.push(i);
  }
  return listed.sort((a, b) => value[b]! - value[a]! || byName(a, b)).slice(0, limit);
}

function highest(values: Float64Array): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i]!);
  return top;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareColumns(a: RankColumn, b: RankColumn): number {
  return compareText(a.nodeId, b.nodeId) || compareText(a.metricName, b.metricName);
}
