import { type DurationMs, type EpochMs, SECOND_MS } from "../model/time.ts";
import { lowerMedianOfSorted } from "../stats/sorted-median.ts";

/**
 * Points from which the sampling interval is learnt. 21: the engine's residuals count from the 21st
 * point on, so nothing was said before on a provisional interval; on 166 of the 167 development
 * series the median of the first 20 steps is the median of all (the other one: half of its steps
 * are 5 minutes, half 10).
 */
export const INTERVAL_POINTS = 21;

/**
 * Nominal interval before a second point is known. Half an hour lies between what series are sampled
 * at (1 minute to 1 hour), so the score of a first point is near what it will be called later.
 */
export const INTERVAL_BEFORE_MS = 1_800_000;

/** Stands in for stamps without a usable step: points then count as five minutes apart. */
export const INTERVAL_WITHOUT_STEPS_MS = 300_000;

/** Before the end of learning, models are rebuilt only where their interval is this far off. */
const WORTH_A_REBUILD = 0.1;

/** Scrapes jitter by milliseconds: so near to a whole second, that second is meant. */
const WHOLE_SECOND_WITHIN = 0.005;

/** Steps in order of size, used within one call: a fresh array a point would cost more than the point. */
const sorted = new Float64Array(INTERVAL_POINTS - 1);

/**
 * Lower median of the steps between the first `pointCount` (2 to 21) ascending stamps of `points`,
 * which holds stamp and value by turns: 0 where half of the stamps or more repeat their neighbour.
 */
export function medianStepMs(points: Float64Array, pointCount: number): DurationMs {
  const stepCount = pointCount - 1;
  for (let i = 0; i < stepCount; i++) {
    const step = points[2 * i + 2]! - points[2 * i]!;
    let at = i;
    while (at > 0 && sorted[at - 1]! > step) {
      sorted[at] = sorted[at - 1]!;
      at--;
    }
    sorted[at] = step;
  }
  return sorted[(stepCount - 1) >> 1]!;
}

/**
 * The nominal interval of a median step: whole seconds where the step is nearly that, five minutes
 * where there is none (0).
 */
export function nominalIntervalMs(medianMs: DurationMs): DurationMs {
  if (medianMs === 0) return INTERVAL_WITHOUT_STEPS_MS;
  const wholeMs = Math.round(medianMs / SECOND_MS) * SECOND_MS;
  return Math.abs(medianMs - wholeMs) <= WHOLE_SECOND_WITHIN * medianMs ? wholeMs : medianMs;
}

/** Whether models built on `usedMs` should be rebuilt on `nominalMs`; `final`: for good. */
export function needsRebuild(usedMs: DurationMs, nominalMs: DurationMs, final: boolean): boolean {
  if (final) return usedMs !== nominalMs;
  return Math.abs(usedMs - nominalMs) > WORTH_A_REBUILD * usedMs;
}

/** The time of a point for the models, where stamps are of no use. */
export function timeWithoutStepsMs(pointIndex: number): EpochMs {
  return pointIndex * INTERVAL_WITHOUT_STEPS_MS;
}

/**
 * The nominal interval of a whole series: that of the median of all its steps, half an hour where it
 * has fewer than two points.
 */
export function medianIntervalMs(timestampsMs: Float64Array): DurationMs {
  const medianMs = medianOfSteps(timestampsMs);
  return Number.isNaN(medianMs) ? INTERVAL_BEFORE_MS : nominalIntervalMs(medianMs);
}

/** Lower median of all steps: 0 where stamps are of no use, NaN where there is no step. */
export function medianOfSteps(timestampsMs: Float64Array): DurationMs {
  const steps = timestampsMs.subarray(1).map((atMs, i) => atMs - timestampsMs[i]!);
  return lowerMedianOfSorted(steps.sort());
}

/**
 * The nominal interval that a detector learns from the first points of a series (at most 21), once it
 * has seen them: later points change nothing. Half an hour with fewer than two.
 */
export function learntIntervalMs(timestampsMs: Float64Array): DurationMs {
  const count = Math.min(timestampsMs.length, INTERVAL_POINTS);
  if (count < 2) return INTERVAL_BEFORE_MS;
  const first = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) first[2 * i] = timestampsMs[i]!;
  return nominalIntervalMs(medianStepMs(first, count));
}
