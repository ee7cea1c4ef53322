import { type DurationMs, type EpochMs, SECOND_MS } from "../model/time.ts";
import { lowerMedianOfSorted } from "../stats/sorted-median.ts";
import { FirstPoints, INTERVAL_POINTS } from "./first-points.ts";

/**
 * Nominal interval before a second point is known. Half an hour is between the usual sampling
 * intervals (1 minute to 1 hour), so the score of a first point is close to its later meaning.
 */
export const INTERVAL_BEFORE_MS = 1_800_000;

/** Used where stamps have no usable step: points then count as five minutes apart. */
export const INTERVAL_WITHOUT_STEPS_MS = 300_000;

/** Before the end of learning, models are rebuilt only where their interval is this far off. */
const WORTH_A_REBUILD = 0.1;

/** Scrapes jitter by milliseconds: this close to a whole second, that second is meant. */
const WHOLE_SECOND_WITHIN = 0.005;

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

/** Lower median of all steps: 0 where stamps are of no use, NaN without any step. */
export function medianOfSteps(timestampsMs: Float64Array): DurationMs {
  const steps = timestampsMs.subarray(1).map((atMs, i) => atMs - timestampsMs[i]!);
  return lowerMedianOfSorted(steps.sort());
}

/**
 * The nominal interval that a detector learns from the first points of a series (at most 21), once it
 * has seen them: later points change nothing. Half an hour with fewer than two.
 */
export function learntIntervalMs(timestampsMs: Float64Array): DurationMs {
  const first = new FirstPoints();
  const count = Math.min(timestampsMs.length, INTERVAL_POINTS);
  for (let i = 0; i < count; i++) first.add(timestampsMs[i]!, Number.NaN);
  return count < 2 ? INTERVAL_BEFORE_MS : nominalIntervalMs(first.stepMs);
}
