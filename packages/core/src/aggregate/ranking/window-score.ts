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

/** A metric alone: the rarest of a window's points is rarer than this, as -log10 p, in one healthy window of twenty. */
const LONE_EXCESS = -Math.log10(0.05);
/** It is compared with the quieter four fifths of the earlier windows: a lone metric varies more than a node. */
const LONE_QUANTILE = 0.8;

/**
 * 0..1: how far the window stands out, by its strongest node or by its rarest metric, whichever says more.
 *
 * The strongest node, before discounts, is compared with the median of earlier windows, which bears faults in up to half
 * of them. One metric of many is only half of a node's evidence however far it goes, so its rarity counts by itself: p is
 * calibrated, and is corrected for the points of the window. 0.5 or more in at most one healthy window of twenty.
 */
export function windowScore(
  layout: RankLayout,
  summaries: ColumnSummaries,
  scales: ColumnScales,
  evidence: Float64Array,
  windowRows: number,
): number {
  const asked = Math.log10(windowRows * summaries.columnCount);
  const past = pastOf(summaries, (window) => strongestNode(layout, summaries, scales, window));
  const usual =
    past.length === 0
      ? asked
      : (past.length * medianOfSorted(past) + PRIOR_WINDOWS * asked) /
        (past.length + PRIOR_WINDOWS);
  const strongest = topMeans(layout, evidence).reduce((a, b) => Math.max(a, b), 0);
  const lone = rarest(summaries, 0, (column) => evidence[column]! > 0);
  const pastLone = pastOf(summaries, (window) => rarest(summaries, window, () => true));
  const usualLone = Math.max(asked, highOf(pastLone));
  const excess = Math.max(strongest - usual - HALF_EXCESS, lone - usualLone - LONE_EXCESS);
  return 1 / (1 + Math.exp(-SCORE_SLOPE * excess));
}

/** What one earlier window of five exceeds; 0 without any. */
function highOf(ascending: Float64Array): number {
  return ascending[Math.ceil(LONE_QUANTILE * ascending.length) - 1] ?? 0;
}

/** A number of each earlier window, ascending. */
function pastOf({ windowCount }: ColumnSummaries, of: (window: number) => number): Float64Array {
  return Float64Array.from({ length: windowCount - 1 }, (_, i) => of(i + 1)).sort();
}

/** Highest rarity of the columns that count. */
function rarest(
  { rarity, columnCount }: ColumnSummaries,
  window: number,
  counts: (column: number) => boolean,
): number {
  let highest = 0;
  for (let column = 0; column < columnCount; column++) {
    if (counts(column)) highest = Math.max(highest, rarity[window * columnCount + column]!);
  }
  return highest;
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
