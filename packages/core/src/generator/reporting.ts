import type { Dice } from "./dice.ts";

/**
 * The series as a cumulative counter: each value is what was counted since the point before. At `resetIndices` the
 * process starts again, and so does its counter. A missing value adds nothing and stays missing.
 */
export function asCounter(
  perPoint: Float64Array,
  resetIndices: readonly number[] = [],
): Float64Array {
  const resets = new Set(resetIndices);
  let total = 0;
  return perPoint.map((value, i) => {
    if (resets.has(i)) total = 0;
    if (Number.isNaN(value)) return value;
    total += Math.max(value, 0);
    return total;
  });
}

export interface Loss {
  /** Share of points lost one by one. */
  readonly lostShare: number;
  /** Outages between the source and us: how many over the whole series, and how long each is. */
  readonly gapCount: number;
  readonly gapPoints: number;
}

/** The series with lost points: NaN where nothing arrived. The series given is left as it was. */
export function withLoss(values: Float64Array, loss: Loss, dice: Dice): Float64Array {
  const out = values.map((value) => (dice.uniform() < loss.lostShare ? Number.NaN : value));
  for (let gap = 0; gap < loss.gapCount; gap++) {
    const first = dice.below(Math.max(values.length - loss.gapPoints, 1));
    out.fill(Number.NaN, first, first + loss.gapPoints);
  }
  return out;
}
