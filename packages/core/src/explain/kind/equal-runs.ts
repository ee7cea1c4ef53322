import { differencesOf, meanOf, medianOf } from "../../stats/order-statistics.ts";
import { RESOLUTION } from "../../stats/resolution.ts";

/** A value may tremble by this share of the usual step and still be stuck. */
const TREMBLE_SHARE = 1e-6;

/** Two values closer than this count as equal: a millionth of the usual step, or the grid of doubles. */
export function equalityTolerance(values: Float64Array): number {
  const typical = Math.abs(medianOf(values));
  const step = meanOf(differencesOf(values).map(Math.abs));
  return RESOLUTION * (typical || 0) + TREMBLE_SHARE * (step || 0);
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
