import { DAY_MS } from "../model/time.ts";

/** Puts "once in 30 days" at a score of 0.9. Source: spec of detection, section 5. */
const SCORE_EXPONENT = 0.646;

/** A score counts at most 20 points a day. */
const COUNTED_MS_MAX = DAY_MS / 20;

/** An entity watched for `a` days claims at most "once in 10 a days". Source: section 14. */
const CLAIM_PER_AGE = 10;

/** Days between two points at least this surprising. NaN gives NaN; p = 0 gives Infinity. */
export function returnPeriodDays(p: number, intervalMs: number): number {
  return intervalMs / DAY_MS / p;
}

/** The return period, capped by how long the entity has been watched (`ageSteps` >= 1, this step included). */
export function claimedDays(p: number, intervalMs: number, ageSteps: number): number {
  const days = intervalMs / DAY_MS / p;
  const limit = (CLAIM_PER_AGE * ageSteps * intervalMs) / DAY_MS;
  return Math.min(days, limit);
}

/** Score in [0, 1] of a return period: 0.5 = about once a day, 0.9 = once in 30 days. NaN gives NaN. */
export function scoreOfDays(days: number): number {
  if (days === Number.POSITIVE_INFINITY) return 1;
  const odds = days ** SCORE_EXPONENT;
  return odds / (1 + odds);
}

/**
 * The part of an interval that a score counts: all of it up to 72 minutes. At a point a day or a week an
 * ordinary point must not be anomalous by construction, so an anomaly needs p <= 1/20 at any step.
 */
export function countedMs(intervalMs: number): number {
  return Math.min(intervalMs, COUNTED_MS_MAX);
}

/** Score of a tail probability at a sampling interval. */
export function scoreOfP(p: number, intervalMs: number): number {
  return scoreOfDays(returnPeriodDays(p, countedMs(intervalMs)));
}

/** Score of a return period that may have been capped by age, at a sampling interval. */
export function scoreOfClaim(days: number, intervalMs: number): number {
  return scoreOfDays((days * countedMs(intervalMs)) / intervalMs);
}

/** Inverse of `scoreOfDays`: score 0 gives 0 days, score 1 gives Infinity. */
export function daysOfScore(score: number): number {
  return (score / (1 - score)) ** (1 / SCORE_EXPONENT);
}

/** Inverse of `scoreOfP`; a score of 0 gives p = 1, and no p is above 1. */
export function pOfScore(score: number, intervalMs: number): number {
  return Math.min(1, countedMs(intervalMs) / DAY_MS / daysOfScore(score));
}
