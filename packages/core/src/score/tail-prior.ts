/** The law of the tail, shared by its prior and its calibrator. */
export const TAIL = {
  /** Bins of the histogram: 8 per octave from 2^-2 on. */
  BINS: 80,
  BINS_PER_OCTAVE: 8,
  LOWEST_OCTAVE: -2,
  /** The top 2 % of the nonconformity is "the tail". */
  SHARE: 0.02,
  /** Shape beyond the threshold before anything is known, and how many points it is worth. */
  PRIOR_SHAPE: 0.25,
  PRIOR_SHAPE_WEIGHT: 50,
} as const;

/** How many points the prior law is worth. */
export const PRIOR_POINTS = 1000;

/**
 * Quantiles of the nonconformity of healthy series: nearly one law for all of them (medians 1.06 to
 * 1.21, 99 % points 1.5 to 4.1 on the development data).
 */
const VALUES = [0.25, 0.62, 0.83, 0.97, 1.14, 1.36, 1.65, 1.95, 2.4] as const;
const LEVELS = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98] as const;

/** The prior as a histogram of `PRIOR_POINTS` points. */
export function priorHistogram(): Float64Array {
  const edges = Float64Array.from({ length: TAIL.BINS + 1 }, (_, bin) =>
    shareBelow(2 ** (bin / TAIL.BINS_PER_OCTAVE + TAIL.LOWEST_OCTAVE)),
  );
  return Float64Array.from(
    { length: TAIL.BINS },
    (_, bin) => PRIOR_POINTS * (edges[bin + 1]! - edges[bin]!),
  );
}

/** Share of healthy points below `value`: linear in its logarithm between the knots, Pareto above. */
export function shareBelow(value: number): number {
  const last = VALUES.length - 1;
  if (value <= VALUES[0]) return 0;
  if (value >= VALUES[last]!) {
    return 1 - TAIL.SHARE * (value / VALUES[last]!) ** (-1 / TAIL.PRIOR_SHAPE);
  }
  let k = 0;
  while (VALUES[k + 1]! < value) k++;
  const along = Math.log(value / VALUES[k]!) / Math.log(VALUES[k + 1]! / VALUES[k]!);
  return LEVELS[k]! + along * (LEVELS[k + 1]! - LEVELS[k]!);
}
