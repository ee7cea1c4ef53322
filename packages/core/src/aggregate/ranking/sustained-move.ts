/** A sustained move lasts a tenth of the window, at least five rows. Source of five: section 13.1 of detection. */
const RUN_SHARE = 0.1;
const RUN_ROWS_MIN = 5;
/** Runs begin at every fifth of their length: a move that is sustained is seen from there as well. */
const RUN_STARTS = 5;
/** Runs of at least this many known points are also judged without their largest point. */
const WITHOUT_LARGEST_MIN = 4;

/**
 * Largest move of `values[start, end)` away from `level` over runs of a tenth of the rows, at least five:
 * half the mean, half the mean without the run's largest point. NaN = missing; 0 where nothing is known.
 * O(rows).
 */
export function sustainedMove(
  values: Float64Array,
  start: number,
  end: number,
  level: number,
): number {
  const { length, stride } = runsOf(start, end);
  let best = 0;
  for (let first = start; first + length <= end; first += stride) {
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

/**
 * Row in which the move of the window [start, end) began, searched from `guardStart` on, as the range may
 * have been drawn late; -1 where nothing moved. From the strongest run the stretch is grown to the
 * beginning, the end, and again the beginning for which a step away from `level` is most likely
 * (sum² / points, for noise that is alike throughout). Deviations count at most as much as the strongest
 * run's mean, so that a single spike is not an onset. O(rows from `guardStart` to `end`).
 *
 * Source: Hinkley, "Inference about the change-point in a sequence of random variables" (Biometrika, 1970).
 */
export function onsetRow(
  values: Float64Array,
  guardStart: number,
  start: number,
  end: number,
  level: number,
): number {
  const { first, length, mean } = strongestRun(values, start, end, level);
  if (mean === 0) return -1;
  const deviationAt = (row: number) => Math.max(-1, Math.min(1, (values[row]! - level) / mean));
  const begin = likeliest(first + length - 1, guardStart, deviationAt);
  const last = likeliest(begin, end - 1, deviationAt);
  return likeliest(last, guardStart, deviationAt);
}

/** The row between `from` and `to`, in either direction, up to which a stretch beginning at `from` is most likely a step. */
function likeliest(from: number, to: number, deviationAt: (row: number) => number): number {
  const step = to < from ? -1 : 1;
  let sum = 0;
  let count = 0;
  let highest = 0;
  let best = from;
  for (let row = from; row !== to + step; row += step) {
    const deviation = deviationAt(row);
    if (Number.isNaN(deviation)) continue;
    sum += deviation;
    count++;
    if (sum > 0 && sum ** 2 / count > highest) {
      highest = sum ** 2 / count;
      best = row;
    }
  }
  return best;
}

function strongestRun(
  values: Float64Array,
  start: number,
  end: number,
  level: number,
): { first: number; length: number; mean: number } {
  const { length, stride } = runsOf(start, end);
  let strongest = { first: start, length, mean: 0 };
  for (let first = start; first + length <= end; first += stride) {
    let count = 0;
    let total = 0;
    for (let row = first; row < first + length; row++) {
      const deviation = values[row]! - level;
      if (Number.isNaN(deviation)) continue;
      count++;
      total += deviation;
    }
    const mean = total / Math.max(count, 1);
    if (Math.abs(mean) > Math.abs(strongest.mean)) strongest = { first, length, mean };
  }
  return strongest;
}

function runsOf(start: number, end: number): { length: number; stride: number } {
  const rows = end - start;
  const length = Math.min(rows, Math.max(RUN_ROWS_MIN, Math.round(RUN_SHARE * rows)));
  return { length, stride: Math.max(1, Math.floor(length / RUN_STARTS)) };
}
