import type { DurationMs, EpochMs } from "../model/time.ts";

/**
 * Points from which the sampling interval is learnt. 21: the engine's residuals count from the 21st
 * point on, so nothing was said before on a provisional interval; on 166 of the 167 development
 * series the median of the first 20 steps is the median of all (the other one: half of its steps
 * are 5 minutes, half 10).
 */
export const INTERVAL_POINTS = 21;

/** Nominal interval before a second point is known. */
export const INTERVAL_BEFORE_MS = 60_000;

/** Stands in for stamps without a usable step: points then count as five minutes apart. */
export const INTERVAL_WITHOUT_STEPS_MS = 300_000;

/** Before the end of learning, models are rebuilt only where their interval is this far off. */
const WORTH_A_REBUILD = 0.1;

/**
 * Lower median of the steps between the first `pointCount` (>= 2) ascending stamps of `points`,
 * which holds stamp and value by turns: 0 where half of the stamps or more repeat their neighbour.
 */
export function medianStepMs(points: Float64Array, pointCount: number): DurationMs {
  const steps = new Float64Array(pointCount - 1);
  for (let i = 0; i < steps.length; i++) steps[i] = points[2 * i + 2]! - points[2 * i]!;
  steps.sort();
  return steps[(steps.length - 1) >> 1]!;
}

/** Whether models built on `usedMs` should be rebuilt on `medianMs`; `final`: for good. */
export function needsRebuild(usedMs: DurationMs, medianMs: DurationMs, final: boolean): boolean {
  if (final) return usedMs !== medianMs;
  return Math.abs(usedMs - medianMs) > WORTH_A_REBUILD * usedMs;
}

/** The time of a point for the models, where stamps are of no use. */
export function timeWithoutStepsMs(pointIndex: number): EpochMs {
  return pointIndex * INTERVAL_WITHOUT_STEPS_MS;
}
