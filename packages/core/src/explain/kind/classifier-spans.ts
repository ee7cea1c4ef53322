import { type DurationMs, MINUTE_MS } from "../../model/time.ts";

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
  /** ... and so is a longer one of which at most this many stand out. */
  readonly fewActive: number;
  /** An event must be so long to be compared with its time of day. */
  readonly seasonal: number;
  /** Width of the smoothing in that comparison; odd. */
  readonly smooth: number;
  /** A ramp must be so long. */
  readonly ramp: number;
  /** A step to another level that is over after at most so many was a spike or a dip. */
  readonly burst: number;
  /** ... as so many points in a row tell that have come back. */
  readonly back: number;
}

/** How the counts of standing-out points fall with the interval: between "same time" (1) and "same points" (0). */
const ACTIVE_POWER = 0.4;

/**
 * The reference's constants are points at one minute. At other intervals they keep their length in
 * time, within what a statistic needs: at least `pointsMin` points.
 *
 * Exceptions: `shortEvent` never falls below 40 points, as an event's window ends when the engine's
 * energies have faded, which takes points, not minutes. How many points of an excursion stand out
 * lies between time and points: 15 at one minute, 8 (40 minutes) at five, 3 at an hour, so that
 * a shift of 10 points is called one at five minutes too.
 */
export function classifierSpans(intervalMs: DurationMs): ClassifierSpans {
  const points = (minutes: number, pointsMin: number) =>
    Math.max(pointsMin, Math.round((minutes * MINUTE_MS) / intervalMs));
  const active = (count: number, pointsMin: number) =>
    Math.max(pointsMin, Math.round(count * (MINUTE_MS / intervalMs) ** ACTIVE_POWER));
  return {
    base: points(120, 24),
    steps: points(360, 60),
    flatRun: points(15, 6),
    shortEvent: points(40, 40),
    shortActive: active(15, 3),
    fewActive: active(8, 2),
    seasonal: points(90, 6),
    smooth: 2 * Math.floor(points(15, 1) / 2) + 1,
    ramp: points(60, 6),
    burst: points(75, 3),
    back: points(3, 3),
  };
}
