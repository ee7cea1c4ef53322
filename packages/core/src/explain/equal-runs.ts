import { medianOf } from "./order-statistics.ts";

/** Two values closer than this count as equal. Source: classifier.py, equality_tolerance. */
export function equalityTolerance(values: Float64Array): number {
  const typical = Math.abs(medianOf(values));
  return 1e-9 + 1e-6 * (Number.isNaN(typical) ? 0 : typical);
}

/**
 * The longest run of equal neighbours (counted in steps) that ends inside [from, to), begun at
 * `sinceIndex` at the earliest. NaN is equal to nothing.
 */
export function longestEqualRun(
  values: Float64Array,
  sinceIndex: number,
  from: number,
  to: number,
  tolerance: number,
): number {
  let longest = 0;
  let run = 0;
  for (let i = sinceIndex + 1; i < to; i++) {
    run = Math.abs(values[i]! - values[i - 1]!) <= tolerance ? run + 1 : 0;
    if (i >= from && run > longest) longest = run;
  }
  return longest;
}
