import { meanOf } from "../../stats/order-statistics.ts";

/** Approximate number of block means that the residual is cut into. Source: classifier.py, is_ramp. */
const BLOCKS = 120;
const BLOCKS_MIN = 11;
/** A hinge must leave less than this share of the step's error. */
const HINGE_SHARE_MAX = 0.85;
/** The ramp must have arrived beyond this many scales. */
const ARRIVED_SCALES = 2;

export interface RampFit {
  /** Error of the best "flat, then a ramp" over the error of the best step; < 1 = a ramp fits better. */
  readonly hingeShare: number;
  /** How many points ago that ramp began. */
  readonly rampPoints: number;
  /** Where it has got to, in scales; NaN where there are too few points to say. */
  readonly arrivedAt: number;
}

/**
 * Best step and best hinge by least squares over block means of `residual` (in scales, from a day
 * before the onset until now; NaN = missing). Cost: O(n + BLOCKS^2).
 */
export function fitRamp(residual: Float64Array): RampFit {
  const size = Math.max(1, Math.floor(residual.length / BLOCKS));
  const blocks = blockMeans(residual, size);
  if (blocks.length < BLOCKS_MIN) {
    return { hingeShare: Number.NaN, rampPoints: 0, arrivedAt: Number.NaN };
  }
  const { step, hinge, hingeAt } = stepAndHinge(blocks);
  return {
    hingeShare: hinge / step,
    rampPoints: (blocks.length - hingeAt) * size,
    arrivedAt: meanOf(blocks.subarray(-3)),
  };
}

/** Whether a ramp explains the residual clearly better than a step, and is long and high enough. */
export function isRamp(fit: RampFit, rampPointsMin: number): boolean {
  return (
    fit.hingeShare < HINGE_SHARE_MAX &&
    fit.rampPoints >= rampPointsMin &&
    Math.abs(fit.arrivedAt) > ARRIVED_SCALES
  );
}

function blockMeans(residual: Float64Array, size: number): Float64Array {
  const from = residual.length % size;
  const means: number[] = [];
  for (let i = from; i < residual.length; i += size) {
    const mean = meanOf(residual.subarray(i, i + size));
    if (!Number.isNaN(mean)) means.push(mean);
  }
  return Float64Array.from(means);
}

function stepAndHinge(blocks: Float64Array): { step: number; hinge: number; hingeAt: number } {
  let step = Number.POSITIVE_INFINITY;
  let hinge = Number.POSITIVE_INFINITY;
  let hingeAt = 0;
  for (let k = 4; k < blocks.length - 3; k++) {
    step = Math.min(step, squaresAround(blocks.subarray(0, k)) + squaresAround(blocks.subarray(k)));
    const error = hingeError(blocks, k);
    if (error < hinge) {
      hinge = error;
      hingeAt = k;
    }
  }
  return { step, hinge, hingeAt };
}

function squaresAround(values: Float64Array): number {
  const mean = meanOf(values);
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum;
}

/** Squared error of the best line a + b max(0, i - k). */
function hingeError(blocks: Float64Array, k: number): number {
  const mean = meanOf(blocks);
  const length = blocks.length - k;
  const rampMean = ((length - 1) * length) / 2 / blocks.length;
  let dot = 0;
  let norm = 1e-9;
  for (let i = 0; i < blocks.length; i++) {
    const ramp = Math.max(i - k, 0) - rampMean;
    dot += ramp * (blocks[i]! - mean);
    norm += ramp * ramp;
  }
  let error = 0;
  for (let i = 0; i < blocks.length; i++) {
    const ramp = Math.max(i - k, 0) - rampMean;
    error += (blocks[i]! - mean - (dot / norm) * ramp) ** 2;
  }
  return error;
}
