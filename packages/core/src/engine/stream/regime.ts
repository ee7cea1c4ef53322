import type { EpochMs } from "../../model/time.ts";
import type { StreamClock } from "./clock.ts";
import { scaleFloor, stepModels } from "./models.ts";
import { PointScratch } from "./point-scratch.ts";
import { MODEL_NUMBERS, resetCovariance, STATE, type StreamState } from "./state.ts";

const { ADVANTAGE, COUNT, DAILY_SCALE, FIRST: FRESH, RLS_SCALE, SLOW, SURPRISED } = STATE;

// Study of all constants: docs/experiments/regime-change.md.

/** A residual of the daily view beyond this many scales is a surprise. */
const SURPRISE_Z = 8;
/** Fresh models begin when more than this share of the recent points was a surprise. */
const SURPRISED_SHARE = 0.5;
/** Points after which residuals of fresh models mean something. */
const WARM_UP = 21;
/** Fresh models take over where they foretell a point better by this many nats, on the mean. */
const ADVANTAGE_MIN = 2;
/** One point counts as at most this many nats. */
const ADVANTAGE_LIMIT = 6;
/** Fresh models that have not won after this many times the points they need are given up. */
const PATIENCE = 6;
const RESIDUAL_LIMIT = 30;

/**
 * Whether a series has changed its nature for good, as from a large daily wave to a flat line: scales and
 * profile then keep the old size for weeks. While half of the recent points surprise the daily view, fresh
 * models without a profile learn beside the old ones. Where they foretell the points better over half a
 * day, they take over and the daily profile begins again; the calibration does too.
 *
 * Cost: O(1) per point; as much as the models themselves while fresh ones run, which is rare.
 */
export function changesRegime(
  state: StreamState,
  clock: StreamClock,
  atMs: EpochMs,
  value: number,
  point: PointScratch,
): boolean {
  const { numbers } = state;
  const surprise = Math.abs(point.dailyZ) > SURPRISE_Z ? 1 : 0;
  numbers[SURPRISED]! += clock.surpriseRate * (surprise - numbers[SURPRISED]!);
  if (numbers[FRESH + COUNT] === 0) {
    if (numbers[SURPRISED]! <= SURPRISED_SHARE) return false;
    resetCovariance(numbers, FRESH);
    numbers[ADVANTAGE] = 0;
  }
  const count = stepFresh(state, clock, atMs, value, point);
  if (count < clock.freshPoints) return false;
  if (numbers[ADVANTAGE]! > ADVANTAGE_MIN) {
    state.takeOver();
    return true;
  }
  if (numbers[ADVANTAGE]! <= 0 || count > PATIENCE * clock.freshPoints) numbers.fill(0, FRESH);
  return false;
}

/** The fresh models judge and learn the point too. @returns the points that they know */
function stepFresh(
  { numbers }: StreamState,
  clock: StreamClock,
  atMs: EpochMs,
  value: number,
  point: PointScratch,
): number {
  point.beside ??= new PointScratch();
  const fresh = point.beside;
  const own = numbers.subarray(FRESH, FRESH + MODEL_NUMBERS);
  fresh.blankProfile.fill(0);
  fresh.blankCounts.fill(0);
  const models = { numbers: own, profile: fresh.blankProfile, counts: fresh.blankCounts };
  stepModels(models, clock, atMs, value, fresh);
  const count = own[COUNT]!;
  if (count <= WARM_UP) return count;
  const nats = surpriseOf(numbers, clock, point) - surpriseOf(own, clock, fresh);
  const limited = Math.min(Math.max(nats, -ADVANTAGE_LIMIT), ADVANTAGE_LIMIT);
  const rate = Math.max(clock.surpriseRate, 1 / (count - WARM_UP));
  numbers[ADVANTAGE]! += rate * (limited - numbers[ADVANTAGE]!);
  return count;
}

/** How badly models foretold a point, in nats: scales that are too large count as well as misses. */
function surpriseOf(numbers: Float64Array, clock: StreamClock, point: PointScratch): number {
  const floor = scaleFloor(numbers[SLOW]!, clock);
  return (
    lengthOf(point.rlsResidual, numbers[RLS_SCALE]! + floor) +
    lengthOf(point.dailyResidual, numbers[DAILY_SCALE]! + floor)
  );
}

/** Length of a residual in the code that a scale stands for (Laplace's law), but for a constant. */
function lengthOf(residual: number, scale: number): number {
  return Math.log(scale) + Math.min(Math.abs(residual) / scale, RESIDUAL_LIMIT);
}
