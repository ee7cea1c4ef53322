import { SCORER_OUT } from "../scorer.ts";
import type { StreamClock } from "./clock.ts";
import type { PointScratch } from "./point-scratch.ts";
import { STATE } from "./state.ts";

const { ENERGY, SHIFT_COUNT, SHIFT_MEAN, SHIFT_SCALE } = STATE;
const {
  nonconformity: NONCONFORMITY,
  sudden: SUDDEN,
  hour: HOUR,
  recent: RECENT,
  shift: SHIFT,
} = SCORER_OUT;

/** How much each view says. Source: measured, spec/detection.md section 3.1 ("final weights"). */
const SUDDEN_WEIGHT = 0.5;
const HOUR_WEIGHT = 0.25;
const RECENT_WEIGHT = 0.25;

const SHIFT_WEIGHT = 0.2;
const SHIFT_TAU = 40;
const SHIFT_SCALE_RATE = 1 / 10_000;
const SHIFT_Z_LIMIT = 4;
const SHIFT_SCALE_CLIP = 4;
const SHIFT_LIMIT = 30;
/** 0.8 standard deviations of the mean of white noise over the shift's horizon. */
const SHIFT_SCALE_FLOOR = 0.8 / Math.sqrt(2 * SHIFT_TAU);

/** From the z in `point` to the nonconformity and its parts in `out`: they add up to it. */
export function stepEvidence(
  numbers: Float64Array,
  clock: StreamClock,
  point: PointScratch,
  out: Float64Array,
): void {
  const sudden = SUDDEN_WEIGHT * stepEnergy(numbers, ENERGY, point.rlsZ, clock);
  const hour = HOUR_WEIGHT * stepEnergy(numbers, ENERGY + 3, point.dailyZ, clock);
  const recent = RECENT_WEIGHT * stepEnergy(numbers, ENERGY + 6, point.mediumZ, clock);
  const shift = SHIFT_WEIGHT * stepShift(numbers, point.slowZ);
  out[SUDDEN] = sudden;
  out[HOUR] = hour;
  out[RECENT] = recent;
  out[SHIFT] = shift;
  out[NONCONFORMITY] = sudden + hour + recent + shift;
}

/** A missing point is one that fits: energies and shift fade as if it had been as expected. */
export function skipEvidence(numbers: Float64Array, clock: StreamClock): void {
  stepEnergy(numbers, ENERGY, 0, clock);
  stepEnergy(numbers, ENERGY + 3, 0, clock);
  stepEnergy(numbers, ENERGY + 6, 0, clock);
  stepShift(numbers, 0);
}

/** Root of the mean square residual of one view, averaged over three horizons. */
function stepEnergy(numbers: Float64Array, at: number, z: number, clock: StreamClock): number {
  const square = z * z;
  const short = numbers[at]! + (square - numbers[at]!) * clock.shortRate;
  const middle = numbers[at + 1]! + (square - numbers[at + 1]!) * clock.middleRate;
  const long = numbers[at + 2]! + (square - numbers[at + 2]!) * clock.longRate;
  numbers[at] = short;
  numbers[at + 1] = middle;
  numbers[at + 2] = long;
  return Math.sqrt((short + middle + long) / 3);
}

/** Size of a sustained level shift: the mean of z over `SHIFT_TAU` points in its own usual sizes. */
export function stepShift(numbers: Float64Array, z: number): number {
  const count = numbers[SHIFT_COUNT]! + 1;
  numbers[SHIFT_COUNT] = count;
  const limited = Math.min(Math.max(z, -SHIFT_Z_LIMIT), SHIFT_Z_LIMIT);
  const mean = numbers[SHIFT_MEAN]! + (limited - numbers[SHIFT_MEAN]!) / SHIFT_TAU;
  numbers[SHIFT_MEAN] = mean;
  const scale = Math.max(numbers[SHIFT_SCALE]!, SHIFT_SCALE_FLOOR);
  let size = Math.abs(mean);
  let result = 0;
  if (count > 2 * SHIFT_TAU + 1) {
    result = Math.min(size / scale, SHIFT_LIMIT);
    size = Math.min(size, SHIFT_SCALE_CLIP * scale);
  }
  const rate = Math.max(SHIFT_SCALE_RATE, 1 / count);
  numbers[SHIFT_SCALE]! += rate * (size - numbers[SHIFT_SCALE]!);
  return result;
}
