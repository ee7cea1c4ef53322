/** Bins of the tail: 8 per octave from 2^-2 on. */
export const TAIL_BINS = 80;
export const BINS_PER_OCTAVE = 8;
export const LOWEST_OCTAVE = -2;

/** The top 2 % of the nonconformity is "the tail". */
export const TAIL_SHARE = 0.02;

/** Shape of the tail beyond its threshold before anything is known, and how many points it is worth. */
export const PRIOR_SHAPE = 0.25;
export const PRIOR_SHAPE_WEIGHT = 50;

/** How many points the prior law is worth. */
const PRIOR_POINTS = 1000;

/**
 * Quantiles of the nonconformity of healthy series: nearly one law for all of them (medians 1.06 to
 * 1.21, 99 % points 1.5 to 4.1 on the development data).
 */
const VALUES = [0.25, 0.62, 0.83, 0.97, 1.14, 1.36, 1.65, 1.95, 2.4] as const;
const LEVELS = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98] as const;

/** The prior as a histogram of `PRIOR_POINTS` points. */
export function priorHistogram(): Float64Array {
  const edges = Float64Array.from({ length: TAIL_BINS + 1 }, (_, bin) =>
    shareBelow(2 ** (bin / BINS_PER_OCTAVE + LOWEST_OCTAVE)),
  );
  return Float64Array.from(
    { length: TAIL_BINS },
    (_, bin) => PRIOR_POINTS * (edges[bin + 1]! - edges[bin]!),
  );
}

/** Share of healthy points below `value`: linear in its logarithm between the knots, Pareto above. */
function shareBelow(value: number): number {
  const last = VALUES.length - 1;
  if (value <= VALUES[0]) return 0;
  if (value >= VALUES[last]!) {
    return 1 - TAIL_SHARE * (value / VALUES[last]!) ** (-1 / PRIOR_SHAPE);
  }
  let k = 0;
  while (VALUES[k + 1]! < value) k++;
  const along = Math.log(value / VALUES[k]!) / Math.log(VALUES[k + 1]! / VALUES[k]!);
  return LEVELS[k]! + along * (LEVELS[k + 1]! - LEVELS[k]!);
}
