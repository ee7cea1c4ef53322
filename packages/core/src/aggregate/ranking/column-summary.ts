import { medianOf, quantile } from "./select.ts";
import type { WindowPlan } from "./window-plan.ts";

/** Points of a sustained move. Source of all constants: spec of detection, section 13.1. */
const RUN_ROWS = 5;
/** From so many known points on, a run is also judged without its largest point. */
const WITHOUT_LARGEST_MIN = 4;
/** 95 % of |x - median| is 1.96 standard deviations of normal noise. */
const SPREAD_QUANTILE = 0.95;
const SPREAD_UNIT = 1.96;
const RARITY_P_MIN = 1e-12;
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
  /** 1 where the history's maximum equals its median: availability, success rate. */
  readonly atCeiling: Uint8Array;
  /** Largest sustained move away from the level, in the metric's unit. */
  readonly moved: Float64Array;
  /** 1 where the mean of the window lies below the level. */
  readonly fell: Uint8Array;
  /** Highest -log10 p of the window. */
  readonly rarity: Float64Array;
}

export function columnSummaries(columnCount: number, windowCount: number): ColumnSummaries {
  const cells = columnCount * windowCount;
  return {
    columnCount,
    windowCount,
    historyCount: new Int32Array(columnCount),
    level: new Float64Array(columnCount),
    spread: new Float64Array(columnCount),
    atCeiling: new Uint8Array(columnCount),
    moved: new Float64Array(cells),
    fell: new Uint8Array(cells),
    rarity: new Float64Array(cells),
  };
}

/**
 * Fills column `column` of `out` from its samples and tail probabilities, row by row of the plan.
 * NaN = missing; a missing p counts as 1. O(rows of history + rows of all windows).
 */
export function summarizeColumn(
  plan: WindowPlan,
  values: Float64Array,
  p: Float64Array,
  column: number,
  out: ColumnSummaries,
): void {
  summarizeHistory(values.subarray(plan.historyStart, plan.start), column, out);
  const length = plan.end - plan.start;
  for (let window = 0; window < out.windowCount; window++) {
    const start = window === 0 ? plan.start : plan.pastStarts[window - 1]!;
    const cell = window * out.columnCount + column;
    out.rarity[cell] = rarityOf(p, start, start + length);
    if (out.historyCount[column]! < 2) continue;
    const level = out.level[column]!;
    out.moved[cell] = sustainedMove(values, start, start + length, level);
    out.fell[cell] = meanOf(values, start, start + length, level) < 0 ? 1 : 0;
  }
}

const scratch = { values: new Float64Array(0) };

function summarizeHistory(history: Float64Array, column: number, out: ColumnSummaries): void {
  if (scratch.values.length < history.length) scratch.values = new Float64Array(history.length);
  const known = scratch.values;
  let count = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of history) {
    if (Number.isNaN(value)) continue;
    known[count++] = value;
    if (value > highest) highest = value;
  }
  out.historyCount[column] = count;
  if (count < 2) return;
  const level = medianOf(known, count);
  for (let i = 0; i < count; i++) known[i] = Math.abs(known[i]! - level);
  const size = Math.abs(level);
  out.level[column] = level;
  out.spread[column] = quantile(known, count, SPREAD_QUANTILE) / SPREAD_UNIT;
  out.atCeiling[column] = highest <= level + SAME_LEVEL * size && size > 0 ? 1 : 0;
}

function rarityOf(p: Float64Array, start: number, end: number): number {
  let smallest = 1;
  for (let row = start; row < end; row++) {
    if (p[row]! < smallest) smallest = p[row]!;
  }
  return -Math.log10(Math.max(smallest, RARITY_P_MIN));
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

/** Largest move over runs of five points: half the mean, half the mean without the run's largest point. */
function sustainedMove(values: Float64Array, start: number, end: number, level: number): number {
  const length = Math.min(RUN_ROWS, end - start);
  let best = 0;
  for (let first = start; first + length <= end; first++) {
    let count = 0;
    let total = 0;
    let largest = 0;
    for (let row = first; row < first + length; row++) {
      const deviation = values[row]! - level;
      if (Number.isNaN(deviation)) continue;
      count++;
      total += deviation;
      if (Math.abs(deviation) > Math.abs(largest)) largest = deviation;
    }
    const mean = Math.abs(total) / Math.max(count, 1);
    const without =
      count >= WITHOUT_LARGEST_MIN ? Math.abs(total - largest) / Math.max(count - 1, 1) : mean;
    best = Math.max(best, 0.5 * mean + 0.5 * without);
  }
  return best;
}
