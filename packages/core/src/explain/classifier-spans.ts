import { type DurationMs, MINUTE_MS } from "../model/time.ts";

/** The classifier's spans in points at one sampling interval. */
export interface ClassifierSpans {
  /** Points before the onset that give the base level. */
  readonly base: number;
  /** Points before the onset whose step size an event is compared with. */
  readonly steps: number;
  /** Shortest equal run that is a flatline. */
  readonly flatRun: number;
  /** An event of at most `shortEvent` points of which `shortActive` stand out is an excursion ... */
  readonly shortEvent: number;
  readonly shortActive: number;
  /** ... and so is a longer one of which only so many stand out. */
  readonly fewActive: number;
  /** An event must be so long to be compared with its time of day. */
  readonly seasonal: number;
  /** Width of the smoothing in that comparison; odd. */
  readonly smooth: number;
  /** A ramp must be so long. */
  readonly ramp: number;
}

/**
 * The reference's constants are points at one minute. At other intervals they keep their length in
 * time, within what a statistic needs: at least `pointsMin` points.
 *
 * `shortEvent` is the exception: an event's window ends when the engine's energies have faded,
 * which takes points, not minutes, so it never falls below 40 points; how many of them stand out
 * is what tells an excursion from a shift, and that is a matter of time (15 minutes; at 5 minutes
 * and slower 3 points, so that a shift of 10 points is never called a spike).
 */
export function classifierSpans(intervalMs: DurationMs): ClassifierSpans {
  const points = (minutes: number, pointsMin: number) =>
    Math.max(pointsMin, Math.round((minutes * MINUTE_MS) / intervalMs));
  return {
    base: points(120, 24),
    steps: points(360, 60),
    flatRun: points(15, 6),
    shortEvent: points(40, 40),
    shortActive: points(15, 3),
    fewActive: points(8, 2),
    seasonal: points(90, 6),
    smooth: 2 * Math.floor(points(15, 1) / 2) + 1,
    ramp: points(60, 6),
  };
}
