/** Points of a sustained move. Source of the constants: spec of detection, section 13.1. */
const RUN_ROWS = 5;
/** From so many known points on, a run is also judged without its largest point. */
const WITHOUT_LARGEST_MIN = 4;

/**
 * Largest move of `values[start, end)` away from `level` over runs of five points: half the mean, half
 * the mean without the run's largest point. NaN = missing; 0 where nothing is known.
 */
export function sustainedMove(
  values: Float64Array,
  start: number,
  end: number,
  level: number,
): number {
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

/**
 * Row in which the move of the window [start, end) began, searched from `guardStart` on, as the range may
 * have been drawn late; -1 where nothing moved. It is the most likely row for a step from `level` to the
 * mean of the strongest run of five, with deviations cut at once its size, so that one spike is no onset.
 *
 * O(rows from `guardStart` to `end`). Source: Page, "Continuous inspection schemes" (Biometrika, 1954),
 * with both levels known.
 */
export function onsetRow(
  values: Float64Array,
  guardStart: number,
  start: number,
  end: number,
  level: number,
): number {
  const { runEnd, mean } = strongestRun(values, start, end, level);
  if (mean === 0) return -1;
  let sum = 0;
  let highest = 0;
  let onset = -1;
  for (let row = runEnd - 1; row >= guardStart; row--) {
    const share = (values[row]! - level) / mean;
    if (Number.isNaN(share)) continue;
    sum += Math.max(-1, Math.min(1, share)) - 0.5;
    if (sum > highest) {
      highest = sum;
      onset = row;
    }
  }
  return onset;
}

function strongestRun(
  values: Float64Array,
  start: number,
  end: number,
  level: number,
): { runEnd: number; mean: number } {
  const length = Math.min(RUN_ROWS, end - start);
  let strongest = { runEnd: end, mean: 0 };
  for (let first = start; first + length <= end; first++) {
    let count = 0;
    let total = 0;
    for (let row = first; row < first + length; row++) {
      const deviation = values[row]! - level;
      if (Number.isNaN(deviation)) continue;
      count++;
      total += deviation;
    }
    const mean = total / Math.max(count, 1);
    if (Math.abs(mean) > Math.abs(strongest.mean)) strongest = { runEnd: first + length, mean };
  }
  return strongest;
}
