import {
  type DurationMs,
  HOUR_MS,
  lowerMedianOfSorted,
  MINUTE_MS,
  SECOND_MS,
} from "@foreshock/core/fold";

/** Grids a tenant may stand on: what people sample at. Whole divisors of a day. */
const STEPS_MS: readonly DurationMs[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 6, 12, 24].map((hours) => hours * HOUR_MS),
];
/** A sampling interval may be this much longer than its grid: clocks drift. */
const SLACK = 1.1;

/**
 * The grid for series sampled at these intervals: the shortest standard step that holds the median
 * one. Undefined without any known interval (0 = not known yet).
 */
export function stepFor(intervalsMs: Iterable<DurationMs>): DurationMs | undefined {
  const known = Float64Array.from(intervalsMs)
    .filter((interval) => interval > 0)
    .sort();
  if (known.length === 0) return undefined;
  const median = lowerMedianOfSorted(known);
  return STEPS_MS.find((step) => median <= SLACK * step) ?? STEPS_MS.at(-1)!;
}
