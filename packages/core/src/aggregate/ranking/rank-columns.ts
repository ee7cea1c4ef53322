import { smallestOf } from "../../stats/extremes.ts";
import { selectSmallest } from "../../stats/select.ts";
import { type ChangedMeaning, changedMeanings } from "./changed-meaning.ts";
import type { ColumnSummaries } from "./column-summary.ts";
import { type Contribution, contributionsOf } from "./contributions.ts";
import { type ColumnScales, columnScales, evidenceOf, PEERS_MIN } from "./displacement.ts";
import type { RankColumn, RankLayout } from "./rank-layout.ts";
import { topMeans, windowScore } from "./window-score.ts";

/**
 * Weight of a leaf with one caller: often it is known by what that one sees of it, and sometimes it is the root. Less than
 * this costs generated shops and gains nothing. Study: ranking-lone-metric.
 */
const LEAF_WEIGHT = 0.5;

export interface RankedNode {
  readonly nodeId: string;
  readonly value: number;
  /** Score of the window times the value over the first node's value. */
  readonly score: number;
  /** The metrics its value is made of, largest first, with shares that sum to 1. */
  readonly contributions: readonly Contribution[];
  /** Earliest onset among them; NaN where none moved by more than its scale. */
  readonly onsetMs: number;
}

export interface RankedMetric extends RankColumn {
  /** Number of the column. */
  readonly column: number;
  /** Evidence, discounted where other nodes show the same move. Orders metrics over a cluster. */
  readonly value: number;
  /** Rarity plus displacement. Orders the metrics inside one node. */
  readonly evidence: number;
  readonly score: number;
  /** Share of its node's value; 0 for all but the two that count. */
  readonly share: number;
  /** When it began to move, at the earliest in the guard; NaN where it moved by less than its scale. */
  readonly onsetMs: number;
}

export interface WindowRanking {
  /** Most misbehaving first; equal values by name. */
  readonly nodes: readonly RankedNode[];
  readonly metrics: readonly RankedMetric[];
  /** 0..1: the strongest node against earlier windows of the same length. */
  readonly score: number;
  /** Metrics left out of the ranking on some nodes, because what they mean changed. */
  readonly changedMeanings: readonly ChangedMeaning[];
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
  const changed = changedMeanings(layout, summaries);
  const evidence = new Float64Array(columns.length);
  for (let c = 0; c < evidence.length; c++) evidence[c] = evidenceOf(summaries, scales, c, c);
  for (const column of changed.flatMap((one) => one.columns)) evidence[column] = 0;
  const score = windowScore(layout, summaries, scales, evidence, windowRows);
  const value = discountShared(evidence, groups);
  const nodeValue = topMeans(layout, value);
  discountLeaves(nodeValue, nodeIds, edges);
  const listing: Listing = { layout, value, evidence, score, onsetMs: onsets(summaries, scales) };
  return {
    score,
    nodes: rankedNodes(listing, nodeValue, limit),
    metrics: rankedMetrics(listing, limit),
    changedMeanings: changed,
  };
}

/** What the two lists are made of; index = column. */
interface Listing {
  readonly layout: RankLayout;
  readonly value: Float64Array;
  readonly evidence: Float64Array;
  readonly score: number;
  readonly onsetMs: Float64Array;
}

function rankedNodes(
  { layout, value, score, onsetMs }: Listing,
  nodeValue: Float64Array,
  limit: number,
): RankedNode[] {
  const { nodeIds } = layout;
  const top = highest(nodeValue) || 1;
  const byName = (a: number, b: number) => compareText(nodeIds[a]!, nodeIds[b]!);
  return largest(nodeValue, limit, byName).map((node) => {
    const contributions = contributionsOf(layout, value, node);
    return {
      nodeId: nodeIds[node]!,
      value: nodeValue[node]!,
      score: (score * nodeValue[node]!) / top,
      contributions,
      onsetMs: earliest(contributions.map(({ column }) => onsetMs[column]!)),
    };
  });
}

function rankedMetrics(
  { layout, value, evidence, score, onsetMs }: Listing,
  limit: number,
): RankedMetric[] {
  const { columns } = layout;
  const top = highest(value) || 1;
  const byName = (a: number, b: number) => compareColumns(columns[a]!, columns[b]!);
  const listed = largest(value, limit, byName);
  const shares = sharesOf(layout, value, listed);
  return listed.map((column) => ({
    nodeId: columns[column]!.nodeId,
    metricName: columns[column]!.metricName,
    column,
    value: value[column]!,
    evidence: evidence[column]!,
    score: (score * value[column]!) / top,
    share: shares.get(column) ?? 0,
    onsetMs: onsetMs[column]!,
  }));
}

/** Shares of the columns that count in their node, for the nodes of the listed columns. */
function sharesOf(
  layout: RankLayout,
  value: Float64Array,
  listed: readonly number[],
): Map<number, number> {
  const nodes = new Set(listed.map((column) => layout.nodeOf[column]!));
  const counted = [...nodes].flatMap((node) => contributionsOf(layout, value, node));
  return new Map(counted.map(({ column, share }) => [column, share]));
}

/** Onset of every column that moved by more than its scale; NaN otherwise. */
function onsets(
  { onsetMs, moved }: ColumnSummaries,
  { usual, atFall }: ColumnScales,
): Float64Array {
  return onsetMs.map((at, c) => (moved[c]! > Math.min(usual[c]!, atFall[c]!) ? at : Number.NaN));
}

/** NaN where all are. */
function earliest(onsetMs: readonly number[]): number {
  const known = onsetMs.filter((at) => !Number.isNaN(at));
  return known.length === 0 ? Number.NaN : smallestOf(known);
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
