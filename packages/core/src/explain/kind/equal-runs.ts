import { medianOf } from "../../stats/order-statistics.ts";

/** Two values closer than this count as equal. Source: classifier.py, equality_tolerance. */
export function equalityTolerance(values: Float64Array): number {
  const typical = Math.abs(medianOf(values));
  return 1e-9 + 1e-6 * (Number.isNaN(typical) ? 0 : typical);
}

/** A run of equal neighbours. */
export interface EqualRun {
  /** Counted in steps: 0 where no neighbours are equal. */
  readonly length: number;
  /** Its last point; -1 where there is none. */
  readonly lastIndex: number;
}

/**
 * The longest run of equal neighbours that ends inside [from, to), begun at `sinceIndex` at the
 * earliest; the first of equally long ones. NaN is equal to nothing.
 */
export function longestEqualRun(
  values: Float64Array,
  sinceIndex: number,
  from: number,
  to: number,
  tolerance: number,
): EqualRun {
  let length = 0;
  let lastIndex = -1;
  let run = 0;
  for (let i = sinceIndex + 1; i < to; i++) {
    run = Math.abs(values[i]! - values[i - 1]!) <= tolerance ? run + 1 : 0;
    if (i >= from && run > length) {
      length = run;
      lastIndex = i;
    }
  }
  return { length, lastIndex };
}
