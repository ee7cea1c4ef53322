import type { EpochMs } from "../../model/time.ts";
import type { StreamClock } from "./clock.ts";
import type { PointScratch } from "./point-scratch.ts";
import { learnRegression, predict } from "./regression.ts";
import { type Models, type SeasonCounts, STATE } from "./state.ts";
import { phaseOf, seasonAt } from "./time-of-day.ts";

const {
  COUNT,
  DAILY_SCALE,
  FAST,
  HERITAGE,
  LAG,
  MEDIUM,
  MEDIUM_SCALE,
  MOVED_SHARE,
  PREVIOUS_DAILY,
  RLS_SCALE,
  SLOW,
  SLOW_SCALE,
} = STATE;

// Every constant below was fixed on development data and is flat around its value: a threefold
// change moves the mean VUS-PR by at most 0.01 (spec/detection.md section 5, "Flat region").

/** Points before the first residual counts and before the regression learns. */
const WARM_UP = 20;
/** Points after which limits are in force: an outlier then moves a model by a few scales at most. */
const CLIP_AFTER = 60;

const FAST_RATE = 1 / 10;
const MEDIUM_RATE = 1 / 40;
const MEDIUM_SCALE_RATE = MEDIUM_RATE / 4;
const FEATURE_LIMIT = 20;
const PREDICTION_LIMIT = 30;
const LEVEL_CLIP = 5;
const SLOW_CLIP = 3;
const SEASON_CLIP = 4;
const SCALE_CLIP = 4;
const LAG_CLIP = 6;
const RLS_CLIP = 5;
/** Share of the time-of-day scale in the scale of a residual. */
const PHASE_SCALE_SHARE = 0.25;

/** Share of `scaleFloor` below which a spread has died out: 9 days after the last variation. */
const DEAD_SCALE = 1e-3;
/** A series without spread has woken when half of the last 150 points moved: 104 in a row do. */
const WAKE_RATE = 1 / 150;
const WAKE_SHARE = 0.5;

/** Points before the first answer other than 0. */
export const POINTS_BEFORE_ANSWERS: number = WARM_UP;

/** Judges a value (finite) against the models, then learns it; the answers are left in `point`. */
export function stepModels(
  state: Models,
  clock: StreamClock,
  atMs: EpochMs,
  value: number,
  point: PointScratch,
): void {
  const { numbers, profile, counts } = state;
  point.value = value;
  if (numbers[COUNT] === 0) startLevels(numbers, value);
  numbers[COUNT]! += 1;

  const phase = phaseOf(atMs) * clock.seasonBins;
  const whole = Math.floor(phase);
  // Rounding may give the bin after the last one; `%` would cost more than the rest of the lookup.
  const bin = whole < clock.seasonBins ? whole : 0;
  const scaleBin = clock.seasonBins + Math.floor((bin * clock.scaleBins) / clock.seasonBins);

  point.daily = numbers[SLOW]! + seasonAt(profile, counts, clock, phase, bin);
  expectNext(numbers, clock, point);
  standardise(numbers, profile, counts, clock, scaleBin, point);
  learnLevels(numbers, clock, point);
  learnSeason(numbers, profile, counts, clock, bin, point);
  learnPhaseScales(numbers, profile, counts, clock, scaleBin, point);
  learnScalesAndRegression(numbers, clock, point);
  rememberLags(numbers, point);
}

/**
 * Whether a series that had no spread, so far or for very long, has begun to vary for good. Limits are
 * multiples of the scales, so models without any spread cannot follow: a series whose first 60 points
 * are equal would be judged by its first value for ever. They restart instead, which finds 8-sigma shifts
 * in such series as often as in others. They wait until half of the recent points have moved: a burst
 * on a metric that hardly ever moves is an incident, and models that start in it would call it normal.
 * See docs/DECISIONS.md.
 */
export function wakes(numbers: Float64Array, clock: StreamClock, point: PointScratch): boolean {
  if (numbers[COUNT]! <= CLIP_AFTER) return false;
  const floor = scaleFloor(numbers[SLOW]!, clock);
  if (numbers[SLOW_SCALE]! >= DEAD_SCALE * floor) {
    numbers[MOVED_SHARE] = 0;
    return false;
  }
  const moved = Math.abs(point.slowResidual) > floor ? 1 : 0;
  numbers[MOVED_SHARE]! += WAKE_RATE * (moved - numbers[MOVED_SHARE]!);
  return numbers[MOVED_SHARE]! > WAKE_SHARE;
}

/** What counts as "no spread" at a level: below it a residual is arithmetic, not behaviour. */
export function scaleFloor(slow: number, clock: StreamClock): number {
  return clock.floorLeast + clock.floorShare * Math.abs(slow);
}

function startLevels(numbers: Float64Array, value: number): void {
  numbers[FAST] = value;
  numbers[MEDIUM] = value;
  if (numbers[HERITAGE] === 0) numbers[SLOW] = value;
  numbers[PREVIOUS_DAILY] = value;
  numbers[LAG] = value;
  numbers[LAG + 1] = value;
  numbers[LAG + 2] = value;
}

/** Fills the features and what the regression makes of them. */
function expectNext(numbers: Float64Array, clock: StreamClock, point: PointScratch): void {
  const slow = numbers[SLOW]!;
  const unit = numbers[SLOW_SCALE]! + clock.unitLeast + clock.unitShare * Math.abs(slow);
  point.feature1 = clip((numbers[LAG]! - slow) / unit, FEATURE_LIMIT);
  point.feature2 = clip((numbers[LAG + 1]! - slow) / unit, FEATURE_LIMIT);
  point.feature3 = clip((numbers[LAG + 2]! - slow) / unit, FEATURE_LIMIT);
  point.feature4 = clip((point.daily - slow) / unit, FEATURE_LIMIT);
  point.feature5 = clip((numbers[PREVIOUS_DAILY]! - slow) / unit, FEATURE_LIMIT);
  point.feature6 = clip((numbers[FAST]! - slow) / unit, FEATURE_LIMIT);
  point.feature7 = clip((numbers[MEDIUM]! - slow) / unit, FEATURE_LIMIT);
  point.unit = unit;
  point.expected = slow + clip(predict(numbers, point), PREDICTION_LIMIT) * unit;
}

/** Residuals of the four views, and how large they are against their usual size. */
function standardise(
  numbers: Float64Array,
  profile: Float32Array,
  counts: SeasonCounts,
  clock: StreamClock,
  scaleBin: number,
  point: PointScratch,
): void {
  const value = point.value;
  const slow = numbers[SLOW]!;
  let typicalDaily = numbers[DAILY_SCALE]!;
  let typicalRls = numbers[RLS_SCALE]!;
  if (counts[scaleBin]! > 1) {
    const keep = 1 - PHASE_SCALE_SHARE;
    typicalDaily = keep * typicalDaily + PHASE_SCALE_SHARE * profile[scaleBin]!;
    typicalRls = keep * typicalRls + PHASE_SCALE_SHARE * profile[scaleBin + clock.scaleBins]!;
  }
  point.typicalDaily = typicalDaily;
  point.rlsResidual = value - point.expected;
  point.dailyResidual = value - point.daily;
  point.mediumResidual = value - numbers[MEDIUM]!;
  point.slowResidual = value - slow;
  if (numbers[COUNT]! > WARM_UP) {
    const floor = scaleFloor(slow, clock);
    const limit = clock.zLimit;
    point.rlsZ = clip(point.rlsResidual / (typicalRls + floor), limit);
    point.dailyZ = clip(point.dailyResidual / (typicalDaily + floor), limit);
    point.mediumZ = clip(point.mediumResidual / (numbers[MEDIUM_SCALE]! + floor), limit);
    point.slowZ = clip(point.slowResidual / (numbers[SLOW_SCALE]! + floor), limit);
  } else {
    point.rlsZ = 0;
    point.dailyZ = 0;
    point.mediumZ = 0;
    point.slowZ = 0;
  }
}

/** Rate of the slow level and its scale: what was taken over counts as points. */
function slowRateAt(numbers: Float64Array, clock: StreamClock): number {
  return Math.max(clock.slowRate, 1 / (numbers[COUNT]! + numbers[HERITAGE]!));
}

/** Fast, medium and slow level; the fast one learns the value without its spike. */
function learnLevels(numbers: Float64Array, clock: StreamClock, point: PointScratch): void {
  const ramp = 1 / numbers[COUNT]!;
  const fast = numbers[FAST]!;
  let stepFast = point.value - fast;
  let stepMedium = point.mediumResidual;
  let stepSlow = point.slowResidual;
  if (numbers[COUNT]! > CLIP_AFTER) {
    const cleaned = point.expected + clip(point.rlsResidual, LAG_CLIP * numbers[RLS_SCALE]!);
    const limit = LEVEL_CLIP * numbers[MEDIUM_SCALE]!;
    stepFast = clip(cleaned - fast, limit);
    stepMedium = clip(stepMedium, limit);
    stepSlow = clip(stepSlow, SLOW_CLIP * numbers[SLOW_SCALE]!);
  }
  numbers[FAST] = fast + Math.max(FAST_RATE, ramp) * stepFast;
  numbers[MEDIUM]! += Math.max(MEDIUM_RATE, ramp) * stepMedium;
  numbers[SLOW]! += slowRateAt(numbers, clock) * stepSlow;
}

/** Daily profile, against the slow level as it is after the point. */
function learnSeason(
  numbers: Float64Array,
  profile: Float32Array,
  counts: SeasonCounts,
  clock: StreamClock,
  bin: number,
  point: PointScratch,
): void {
  const count = counts[bin]!;
  let step = point.dailyResidual;
  if (count > 0) step = point.value - numbers[SLOW]! - profile[bin]!;
  if (numbers[COUNT]! > CLIP_AFTER) {
    const limit = count > 0 ? SEASON_CLIP : clock.seasonStartClip;
    step = clip(step, limit * numbers[DAILY_SCALE]!);
  }
  const seen = count < clock.countMax ? count + 1 : count;
  counts[bin] = seen;
  profile[bin] = profile[bin]! + Math.max(1 / seen, clock.seasonRate) * step;
}

/** Usual size of the daily and of the regression's residual at this time of day. */
function learnPhaseScales(
  numbers: Float64Array,
  profile: Float32Array,
  counts: SeasonCounts,
  clock: StreamClock,
  scaleBin: number,
  point: PointScratch,
): void {
  const count = counts[scaleBin]!;
  const seen = count < clock.countMax ? count + 1 : count;
  counts[scaleBin] = seen;
  const rate = Math.max(1 / seen, clock.phaseScaleRate);
  const clipping = numbers[COUNT]! > CLIP_AFTER;
  let daily = Math.abs(point.dailyResidual);
  let rls = Math.abs(point.rlsResidual);
  if (clipping) {
    daily = Math.min(daily, SCALE_CLIP * numbers[DAILY_SCALE]!);
    rls = Math.min(rls, SCALE_CLIP * numbers[RLS_SCALE]!);
  }
  const atRls = scaleBin + clock.scaleBins;
  profile[scaleBin] = profile[scaleBin]! + rate * (daily - profile[scaleBin]!);
  profile[atRls] = profile[atRls]! + rate * (rls - profile[atRls]!);
}

/** Scales, then the regression: its limit is the scale as before this point. */
function learnScalesAndRegression(
  numbers: Float64Array,
  clock: StreamClock,
  point: PointScratch,
): void {
  const count = numbers[COUNT]!;
  const clipping = count > CLIP_AFTER;
  const ramp = 1 / count;
  const unit = point.unit;
  let error = point.rlsResidual / unit;
  if (clipping) error = clip(error, (RLS_CLIP * numbers[RLS_SCALE]!) / unit);
  if (count > 1) {
    const slowRate = Math.max(clock.slowRate, ramp);
    learnScale(
      numbers,
      MEDIUM_SCALE,
      Math.max(MEDIUM_SCALE_RATE, ramp),
      point.mediumResidual,
      clipping,
    );
    const ownRate = slowRateAt(numbers, clock);
    learnScale(numbers, SLOW_SCALE, ownRate, point.slowResidual, clipping);
    learnScale(numbers, RLS_SCALE, slowRate, point.rlsResidual, clipping);
    learnScale(numbers, DAILY_SCALE, slowRate, point.dailyResidual, clipping);
  }
  if (count > WARM_UP && numbers[SLOW_SCALE]! > 0) learnRegression(numbers, error, point, clock);
}

function learnScale(
  numbers: Float64Array,
  at: number,
  rate: number,
  residual: number,
  clipping: boolean,
): void {
  const scale = numbers[at]!;
  let size = Math.abs(residual);
  if (clipping) size = Math.min(size, SCALE_CLIP * scale);
  numbers[at] = scale + rate * (size - scale);
}

/** Lags without the spike, so that it does not echo in the next three points. */
function rememberLags(numbers: Float64Array, point: PointScratch): void {
  numbers[LAG + 2] = numbers[LAG + 1]!;
  numbers[LAG + 1] = numbers[LAG]!;
  numbers[LAG] =
    numbers[COUNT]! > CLIP_AFTER
      ? point.expected + clip(point.rlsResidual, LAG_CLIP * numbers[RLS_SCALE]!)
      : point.value;
  numbers[PREVIOUS_DAILY] = point.daily;
}

function clip(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}
