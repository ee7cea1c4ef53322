import { medianInPlace, quantileInPlace, selectSmallest } from "../../stats/select.ts";
import { onsetRow, sustainedMove } from "./sustained-move.ts";
import type { WindowPlan } from "./window-plan.ts";

/** 95 % of |x - median| is 1.96 standard deviations of normal noise. Source: section 13.1 of detection. */
const SPREAD_QUANTILE = 0.95;
const SPREAD_UNIT = 1.96;
const RARITY_P_MIN = 1e-12;
/** The rarest points of a window that its rarity is the mean of: a single one is rare by chance. */
const RAREST_SHARE = 0.1;
const RAREST_MIN = 3;
const SAME_LEVEL = 1e-12;

/**
 * What the ranking of a window needs to know of each column (one metric of one node), and no more:
 * whoever holds the samples makes them, and they can be joined from several places. Index = column;
 * of windows: `[window * columnCount + column]`, window 0 is the one ranked, then the earlier ones.
 */
export interface ColumnSummaries {
  readonly columnCount: number;
  readonly windowCount: number;
  /** Known points of the history; the other numbers of the history hold for two and more. */
  readonly historyCount: Int32Array;
  readonly level: Float64Array;
  readonly spread: Float64Array;
  /** 1 where all known points of the history are equal. */
  readonly constant: Uint8Array;
  /** 1 where the history's maximum equals its median: availability, success rate. */
  readonly atCeiling: Uint8Array;
  /** Largest sustained move away from the level, in the metric's unit. */
  readonly moved: Float64Array;
  /** 1 where the mean of the window lies below the level. */
  readonly fell: Uint8Array;
  /** Mean -log10 p of the rarest tenth of the window's known points, at least three. */
  readonly rarity: Float64Array;
  /** Known points, lowest and highest value of the ranked window; the latter hold where there are points. */
  readonly pointCount: Int32Array;
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
  /** When the move of the ranked window began, at the earliest in the guard; NaN where nothing moved. */
  readonly onsetMs: Float64Array;
}

export function columnSummaries(columnCount: number, windowCount: number): ColumnSummaries {
  const cells = columnCount * windowCount;
  return {
    columnCount,
    windowCount,
    historyCount: new Int32Array(columnCount),
    level: new Float64Array(columnCount),
    spread: new Float64Array(columnCount),
    constant: new Uint8Array(columnCount),
    atCeiling: new Uint8Array(columnCount),
    moved: new Float64Array(cells),
    fell: new Uint8Array(cells),
    rarity: new Float64Array(cells),
    pointCount: new Int32Array(columnCount),
    lowest: new Float64Array(columnCount),
    highest: new Float64Array(columnCount),
    onsetMs: new Float64Array(columnCount).fill(Number.NaN),
  };
}

/** Copies a column of summaries to a place in others of as many windows. O(windows). */
export function copyColumn(
  from: ColumnSummaries,
  source: number,
  to: ColumnSummaries,
  target: number,
): void {
  for (const name of OF_COLUMN) to[name][target] = from[name][source]!;
  for (const name of OF_CELL) {
    for (let window = 0; window < to.windowCount; window++) {
      const cell = window * to.columnCount + target;
      to[name][cell] = from[name][window * from.columnCount + source]!;
    }
  }
}

const OF_COLUMN = [
  ...(["historyCount", "level", "spread", "constant", "atCeiling"] as const),
  ...(["pointCount", "lowest", "highest", "onsetMs"] as const),
] as const;
const OF_CELL = ["moved", "fell", "rarity"] as const;

/** The rows of one column (one metric of one node), all of equal length. NaN = missing; a missing p counts as 1. */
export interface ColumnRows {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly p: Float64Array;
}

/** Fills column `column` of `out` from its rows by the plan. O(rows of history + rows of all windows). */
export function summarizeColumn(
  plan: WindowPlan,
  { timestampsMs, values, p }: ColumnRows,
  column: number,
  out: ColumnSummaries,
): void {
  summarizeHistory(values.subarray(plan.historyStart, plan.historyEnd), column, out);
  summarizeExtremes(values.subarray(plan.start, plan.end), column, out);
  const length = plan.end - plan.start;
  for (let window = 0; window < out.windowCount; window++) {
    const start = window === 0 ? plan.start : plan.pastStarts[window - 1]!;
    const cell = window * out.columnCount + column;
    out.rarity[cell] = rarityOf(values, p, start, start + length);
    if (out.historyCount[column]! < 2) continue;
    const level = out.level[column]!;
    out.moved[cell] = sustainedMove(values, start, start + length, level);
    out.fell[cell] = meanOf(values, start, start + length, level) < 0 ? 1 : 0;
  }
  if (out.historyCount[column]! < 2) return;
  const onset = onsetRow(values, plan.historyEnd, plan.start, plan.end, out.level[column]!);
  if (onset >= 0) out.onsetMs[column] = timestampsMs[onset]!;
}

const scratch = { values: new Float64Array(0) };

function summarizeHistory(history: Float64Array, column: number, out: ColumnSummaries): void {
  if (scratch.values.length < history.length) scratch.values = new Float64Array(history.length);
  const known = scratch.values;
  let count = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (const value of history) {
    if (Number.isNaN(value)) continue;
    known[count++] = value;
    if (value > highest) highest = value;
    if (value < lowest) lowest = value;
  }
  out.historyCount[column] = count;
  if (count < 2) return;
  const level = medianInPlace(known, count);
  for (let i = 0; i < count; i++) known[i] = Math.abs(known[i]! - level);
  const size = Math.abs(level);
  out.level[column] = level;
  out.constant[column] = lowest === highest ? 1 : 0;
  out.spread[column] = quantileInPlace(known, count, SPREAD_QUANTILE) / SPREAD_UNIT;
  out.atCeiling[column] = highest <= level + SAME_LEVEL * size && size > 0 ? 1 : 0;
}

function summarizeExtremes(window: Float64Array, column: number, out: ColumnSummaries): void {
  let count = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of window) {
    if (Number.isNaN(value)) continue;
    count++;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  out.pointCount[column] = count;
  out.lowest[column] = lowest;
  out.highest[column] = highest;
}

/** 0 where no point is known. */
function rarityOf(values: Float64Array, p: Float64Array, start: number, end: number): number {
  if (scratch.values.length < end - start) scratch.values = new Float64Array(end - start);
  const known = scratch.values;
  let count = 0;
  for (let row = start; row < end; row++) {
    if (!Number.isNaN(values[row]!)) known[count++] = Number.isNaN(p[row]!) ? 1 : p[row]!;
  }
  if (count === 0) return 0;
  const rarest = Math.min(count, Math.max(RAREST_MIN, Math.round(RAREST_SHARE * count)));
  selectSmallest(known, count, rarest - 1);
  let sum = 0;
  for (let i = 0; i < rarest; i++) sum -= Math.log10(Math.max(known[i]!, RARITY_P_MIN));
  return sum / rarest;
}

function meanOf(values: Float64Array, start: number, end: number, level: number): number {
  let sum = 0;
  let count = 0;
  for (let row = start; row < end; row++) {
    const deviation = values[row]! - level;
    if (Number.isNaN(deviation)) continue;
    sum += deviation;
    count++;
  }
  return sum / count;
}
