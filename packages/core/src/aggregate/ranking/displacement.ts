import { medianInPlace } from "../../stats/select.ts";
import type { ColumnSummaries } from "./column-summary.ts";

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

/** Floor of every column's scale: what moves less than this says nothing. */
function scaleFloors(
  { historyCount, level, spread, columnCount }: ColumnSummaries,
  groups: readonly Int32Array[],
): Float64Array {
  const floor = new Float64Array(columnCount);
  const absolutes = new Float64Array(columnCount);
  const relatives = new Float64Array(columnCount);
  for (let column = 0; column < columnCount; column++) {
    floor[column] =
      historyCount[column]! >= HISTORY_MIN ? LEVEL_SHARE * Math.abs(level[column]!) : 0;
  }
  for (const group of groups) {
    let known = 0;
    let levelled = 0;
    for (const column of group) {
      if (historyCount[column]! < PEER_HISTORY_MIN) continue;
      absolutes[known++] = spread[column]!;
      const size = Math.abs(level[column]!);
      if (size > NO_SCALE) relatives[levelled++] = spread[column]! / size;
    }
    if (known < PEERS_MIN) continue;
    const relative = levelled < PEERS_MIN ? 0 : medianInPlace(relatives, levelled);
    const absolute = medianInPlace(absolutes, known);
    for (const column of group) {
      if (historyCount[column]! < HISTORY_MIN) continue;
      floor[column]! += PEER_RELATIVE * Math.min(relative, 1) * Math.abs(level[column]!);
      floor[column]! += PEER_ABSOLUTE * absolute;
    }
  }
  return floor;
}

/** Everything about a column's scale that does not depend on the window. Index = column. */
export interface ColumnScales {
  /** What a move is divided by: usually, and when a metric that lives at its ceiling fell. */
  readonly usual: Float64Array;
  readonly atFall: Float64Array;
  /** n / (n + 5); 0 where there is no history to be displaced from. */
  readonly trust: Float64Array;
}

export function columnScales(
  summaries: ColumnSummaries,
  groups: readonly Int32Array[],
): ColumnScales {
  const { historyCount, level, spread, atCeiling } = summaries;
  const usual = scaleFloors(summaries, groups);
  const atFall = new Float64Array(usual.length);
  const trust = new Float64Array(usual.length);
  for (let column = 0; column < usual.length; column++) {
    const count = historyCount[column]!;
    usual[column]! += spread[column]!;
    atFall[column] =
      atCeiling[column]! === 1
        ? spread[column]! + CEILING_SHARE * Math.abs(level[column]!)
        : usual[column]!;
    trust[column] = count < HISTORY_MIN ? 0 : count / (count + TRUST_HALF);
  }
  return { usual, atFall, trust };
}

/** Evidence of one cell (`window * columnCount + column`): how rare it was and how far it was displaced. */
export function evidenceOf(
  { rarity, moved, fell }: ColumnSummaries,
  { usual, atFall, trust }: ColumnScales,
  cell: number,
  column: number,
): number {
  const scale = fell[cell]! === 1 ? atFall[column]! : usual[column]!;
  const move = moved[cell]!;
  const size = scale > NO_SCALE ? Math.log1p(move / scale) : move > NO_SCALE ? NEVER_MOVED : 0;
  return rarity[cell]! + size * trust[column]!;
}

/**
 * At least the mean of the two highest evidences of `columns[start, end)`, without a logarithm, as
 * ln(1 + z) <= z / sqrt(1 + z). The hot loop of the ranking, hence the columns in locals.
 */
export function topMeanBound(
  { rarity, moved, fell }: ColumnSummaries,
  { usual, atFall, trust }: ColumnScales,
  columns: Int32Array,
  start: number,
  end: number,
  cells: number,
): number {
  let first = 0;
  let second = 0;
  for (let at = start; at < end; at++) {
    const column = columns[at]!;
    const cell = cells + column;
    const scale = fell[cell]! === 1 ? atFall[column]! : usual[column]!;
    const z = moved[cell]! / scale;
    const size = scale > NO_SCALE ? z / Math.sqrt(1 + z) : NEVER_MOVED;
    const bound = rarity[cell]! + size * trust[column]!;
    if (bound > first) {
      second = first;
      first = bound;
    } else if (bound > second) second = bound;
  }
  return (first + second) / 2;
}
