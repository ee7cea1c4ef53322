import type { ColumnSummaries } from "./column-summary.ts";
import { medianOf } from "./select.ts";

// Source of all constants: spec of detection, section 13.1.
const HISTORY_MIN = 2;
/** n values of history count n / (n + 5). */
const TRUST_HALF = 5;
/** Floor of the scale: share of the level, and for a fall of a metric that lives at its ceiling. */
const LEVEL_SHARE = 0.1;
const CEILING_SHARE = 0.003;
/** Floor from the same metric on other nodes: median relative and absolute spread. */
const PEER_RELATIVE = 0.5;
const PEER_ABSOLUTE = 0.3;
export const PEERS_MIN = 3;
const PEER_HISTORY_MIN = 3;
const NO_SCALE = 1e-12;
/** Displacement of a metric that was always 0 on every node and moved. */
const NEVER_MOVED = 3;

/** Column numbers of every metric name, in order of first appearance. */
export function groupByMetric(metricNames: readonly string[]): Int32Array[] {
  const groups = new Map<string, number[]>();
  metricNames.forEach((name, column) => {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [column]);
    else group.push(column);
  });
  return [...groups.values()].map((group) => Int32Array.from(group));
}

/** Floor of every column's scale: what moves less than this says nothing. */
export function scaleFloors(
  { historyCount, level, spread, columnCount }: ColumnSummaries,
  groups: readonly Int32Array[],
): Float64Array {
  const floor = Float64Array.from({ length: columnCount }, (_, column) =>
    historyCount[column]! >= HISTORY_MIN ? LEVEL_SHARE * Math.abs(level[column]!) : 0,
  );
  for (const group of groups) {
    const known = group.filter((column) => historyCount[column]! >= PEER_HISTORY_MIN);
    if (known.length < PEERS_MIN) continue;
    const levelled = known.filter((column) => Math.abs(level[column]!) > NO_SCALE);
    const relative =
      levelled.length < PEERS_MIN
        ? 0
        : median(levelled, (column) => spread[column]! / Math.abs(level[column]!));
    const absolute = median(known, (column) => spread[column]!);
    for (const column of group) {
      if (historyCount[column]! < HISTORY_MIN) continue;
      floor[column]! += PEER_RELATIVE * Math.min(relative, 1) * Math.abs(level[column]!);
      floor[column]! += PEER_ABSOLUTE * absolute;
    }
  }
  return floor;
}

/** Evidence of column `column` in one window: how rare it was and how far it was displaced. */
export function evidenceOf(
  summaries: ColumnSummaries,
  floor: Float64Array,
  window: number,
  column: number,
): number {
  const { historyCount, level, spread, atCeiling, moved, fell, rarity, columnCount } = summaries;
  const cell = window * columnCount + column;
  const count = historyCount[column]!;
  if (count < HISTORY_MIN) return rarity[cell]!;
  const falls = atCeiling[column]! === 1 && fell[cell]! === 1;
  const least = falls ? CEILING_SHARE * Math.abs(level[column]!) : floor[column]!;
  const scale = spread[column]! + least;
  const move = moved[cell]!;
  const size = scale > NO_SCALE ? Math.log1p(move / scale) : move > NO_SCALE ? NEVER_MOVED : 0;
  return rarity[cell]! + (size * count) / (count + TRUST_HALF);
}

function median(columns: Int32Array, of: (column: number) => number): number {
  return medianOf(Float64Array.from(columns, of), columns.length);
}
