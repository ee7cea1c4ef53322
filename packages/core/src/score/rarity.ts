import type { DurationMs } from "../model/time.ts";
import {
  countedMs,
  returnPeriodDays as daysOfAnyP,
  daysOfScore,
  pOfScore,
  scoreOfDays,
} from "../stats/return-period.ts";

export { countedMs, daysOfScore, pOfScore, scoreOfDays };

/** Nothing is claimed of one series that is rarer than this at a single point. */
export const P_MIN = 1e-12;

/**
 * How often a point with tail probability `p` occurs, in days: the meaning of a point's score.
 * `p` below 1e-12 counts as 1e-12; NaN gives NaN.
 */
export function returnPeriodDays(p: number, intervalMs: DurationMs): number {
  return daysOfAnyP(Math.max(p, P_MIN), intervalMs);
}

/**
 * Score in [0, 1) of a point's tail probability, with the same meaning at every interval up to 72 minutes;
 * of longer ones 72 minutes count.
 */
export function scoreOfP(p: number, intervalMs: DurationMs): number {
  return scoreOfDays(returnPeriodDays(p, countedMs(intervalMs)));
}
