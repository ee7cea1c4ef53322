import { medianOfSorted } from "../../stats/sorted-median.ts";
import type { ColumnSummaries } from "./column-summary.ts";
import { type ColumnScales, evidenceOf, topMeanBound } from "./displacement.ts";
import type { RankLayout } from "./rank-layout.ts";

// Source of all constants: spec of detection, section 13.1.
/** Weight of the prior log10(values in the window) among the earlier windows. */
const PRIOR_WINDOWS = 3;
/** The spec has 2.5, at which short ranges of one recording say 0.5 too often; see DECISIONS. */
const HALF_EXCESS = 2.75;
const SCORE_SLOPE = 2;

/**
 * 0..1: the strongest node, before discounts, against the median of earlier windows, which bears faults
 * in up to half of them. 0.5 or more in at most one healthy window of twenty.
 */
export function windowScore(
  layout: RankLayout,
  summaries: ColumnSummaries,
  scales: ColumnScales,
  evidence: Float64Array,
  windowRows: number,
): number {
  let usual = Math.log10(windowRows * summaries.columnCount);
  const past = Float64Array.from({ length: summaries.windowCount - 1 }, (_, i) =>
    strongestNode(layout, summaries, scales, i + 1),
  ).sort();
  if (past.length > 0) {
    usual =
      (past.length * medianOfSorted(past) + PRIOR_WINDOWS * usual) / (past.length + PRIOR_WINDOWS);
  }
  const strongest = topMeans(layout, evidence).reduce((a, b) => Math.max(a, b), 0);
  return 1 / (1 + Math.exp(-SCORE_SLOPE * (strongest - usual - HALF_EXCESS)));
}

/** Mean of the two largest numbers of every node's columns; a missing second counts 0. */
export function topMeans({ byNode, nodeEnds }: RankLayout, numbers: Float64Array): Float64Array {
  const means = new Float64Array(nodeEnds.length);
  let at = 0;
  for (let node = 0; node < nodeEnds.length; node++) {
    let first = 0;
    let second = 0;
    for (; at < nodeEnds[node]!; at++) {
      const number = numbers[byNode[at]!]!;
      if (number > first) {
        second = first;
        first = number;
      } else if (number > second) second = number;
    }
    means[node] = (first + second) / 2;
  }
  return means;
}

/**
 * Highest mean of two in one window. Most nodes are ruled out by a bound that needs no logarithm: with
 * 30 earlier windows those would be nearly all of the ranking's cost.
 */
function strongestNode(
  { byNode, nodeEnds }: RankLayout,
  summaries: ColumnSummaries,
  scales: ColumnScales,
  window: number,
): number {
  const cells = window * summaries.columnCount;
  let best = 0;
  for (let node = 0, start = 0; node < nodeEnds.length; node++) {
    const end = nodeEnds[node]!;
    if (topMeanBound(summaries, scales, byNode, start, end, cells) > best) {
      best = Math.max(best, exactMean(byNode, start, end, summaries, scales, cells));
    }
    start = end;
  }
  return best;
}

function exactMean(
  byNode: Int32Array,
  start: number,
  end: number,
  summaries: ColumnSummaries,
  scales: ColumnScales,
  cells: number,
): number {
  let first = 0;
  let second = 0;
  for (let at = start; at < end; at++) {
    const column = byNode[at]!;
    const evidence = evidenceOf(summaries, scales, cells + column, column);
    if (evidence > first) {
      second = first;
      first = evidence;
    } else if (evidence > second) second = evidence;
  }
  return (first + second) / 2;
}
