import type { ColumnSummaries } from "./column-summary.ts";
import type { RankLayout } from "./rank-layout.ts";

/** Known points that make "constant" more than a coincidence, where it is to prove the change. */
const HISTORY_POINTS_MIN = 20;
const WINDOW_POINTS_MIN = 3;
/** A share of the change within which the new recording stays, and nodes agree: an availability of 99.8 is one of 100. */
const STEADY_SHARE = 0.1;
/** Nodes on which the same change must be seen: one node alone may well be at fault. */
const NODES_MIN = 2;

/** A metric whose recording changed, on several nodes alike: a matter of data quality, not a fault of a node. */
export interface ChangedMeaning {
  readonly metricName: string;
  /** The only value of the history, and about the only one of the window on at least two of the nodes. */
  readonly from: number;
  readonly to: number;
  /** In order of their columns. */
  readonly nodeIds: readonly string[];
  readonly columns: readonly number[];
}

/**
 * Metrics that were constant through the history and stay near another, higher value through the window
 * on several nodes. The other nodes' columns that left the same constant for good belong to it, whatever
 * they show now: their history says as little. Falls are left alone, as they are what an outage looks like
 * (`up`, availability, success rate). O(columns).
 */
export function changedMeanings(
  { columns, groups }: RankLayout,
  summaries: ColumnSummaries,
): ChangedMeaning[] {
  const { level, lowest, highest } = summaries;
  const found: ChangedMeaning[] = [];
  for (const group of groups) {
    const risen = Array.from(group).filter((column) => hasRisen(summaries, column));
    for (const from of new Set(risen.map((column) => level[column]!))) {
      const alike = risen.filter((column) => level[column] === from);
      const steady = alike.filter(
        (column) =>
          isNear(lowest[column]!, highest[column]!, from) && isWellKnown(summaries, column),
      );
      const to = mostFrequent(steady.map((column) => highest[column]!));
      if (steady.filter((column) => isNear(highest[column]!, to, from)).length < NODES_MIN)
        continue;
      const nodeIds = alike.map((column) => columns[column]!.nodeId);
      const { metricName } = columns[group[0]!]!;
      found.push({ metricName, from, to, nodeIds, columns: alike });
    }
  }
  return found;
}

/** The finding as a sentence for people. */
export function changedMeaningText({ metricName, from, to, nodeIds }: ChangedMeaning): string {
  return (
    `${metricName} was ${from} all through the history and is about ${to} all through the range on several of ` +
    `${nodeIds.length} nodes: its recording changed, so it is left out of the ranking there`
  );
}

function hasRisen(
  { constant, pointCount, level, lowest }: ColumnSummaries,
  column: number,
): boolean {
  return constant[column] === 1 && pointCount[column]! > 0 && lowest[column]! > level[column]!;
}

/** Whether two values are alike, seen from where they came. */
function isNear(one: number, other: number, from: number): boolean {
  return Math.abs(one - other) <= STEADY_SHARE * Math.abs(other - from);
}

function isWellKnown({ historyCount, pointCount }: ColumnSummaries, column: number): boolean {
  return historyCount[column]! >= HISTORY_POINTS_MIN && pointCount[column]! >= WINDOW_POINTS_MIN;
}

/** NaN for an empty list; of equally frequent values the smallest. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = Number.NaN;
  for (const [value, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    if (count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
