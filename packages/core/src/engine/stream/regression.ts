import type { StreamClock } from "./clock.ts";
import type { PointScratch } from "./point-scratch.ts";
import { resetCovariance, STATE } from "./state.ts";

const { COVARIANCE: C, WEIGHT: W } = STATE;

/** A point that is n points old weighs 0.999^n. */
const FORGETTING = 0.999;
const KEEP = 1 / FORGETTING;

/** Above this the covariance has blown up on inputs without variation, and is reset. */
const TRACE_MAX = 1e4;

// Unrolled over the 8 features: with loops the regression alone took a third of a point's time.
// The first feature is the constant 1, so it appears in no product.

/** What the regression says of the features in `point`, in their unit. `n`: the state's numbers. */
export function predict(n: Float64Array, point: PointScratch): number {
  return (
    n[W]! +
    n[W + 1]! * point.feature1 +
    n[W + 2]! * point.feature2 +
    n[W + 3]! * point.feature3 +
    n[W + 4]! * point.feature4 +
    n[W + 5]! * point.feature5 +
    n[W + 6]! * point.feature6 +
    n[W + 7]! * point.feature7
  );
}

/**
 * One step of recursive least squares with forgetting; `error` in the unit of the features. A point
 * far out weighs less: in full it would shrink the covariance so far that nothing is learnt for days,
 * with weights made for the burst.
 * Source: Haykin, "Adaptive Filter Theory", recursive least squares with exponential weighting.
 */
export function learnRegression(
  n: Float64Array,
  error: number,
  point: PointScratch,
  clock: StreamClock,
): void {
  weigh(point, clock);
  const share = 1 / (FORGETTING * point.farness + computeGains(n, point));
  learnWeights(n, error * share, point);
  shrinkCovariance(n, share, point);
  if (!withinTrace(n)) resetCovariance(n);
}

/** One over the weight of the point: 1 where no feature is beyond the limit, then the excess squared. */
function weigh(point: PointScratch, clock: StreamClock): void {
  const limit = clock.fullInfluence;
  const within =
    Math.abs(point.feature1) <= limit &&
    Math.abs(point.feature2) <= limit &&
    Math.abs(point.feature3) <= limit &&
    Math.abs(point.feature4) <= limit &&
    Math.abs(point.feature5) <= limit &&
    Math.abs(point.feature6) <= limit &&
    Math.abs(point.feature7) <= limit;
  point.farness = within ? 1 : (largestFeature(point) / limit) ** 2;
}

function largestFeature(point: PointScratch): number {
  return Math.max(
    Math.abs(point.feature1),
    Math.abs(point.feature2),
    Math.abs(point.feature3),
    Math.abs(point.feature4),
    Math.abs(point.feature5),
    Math.abs(point.feature6),
    Math.abs(point.feature7),
  );
}

/** gain = covariance x features. @returns the gain along the features */
function computeGains(n: Float64Array, point: PointScratch): number {
  const f1 = point.feature1;
  const f2 = point.feature2;
  const f3 = point.feature3;
  const f4 = point.feature4;
  const f5 = point.feature5;
  const f6 = point.feature6;
  const f7 = point.feature7;
  const h0 = n[C]! + n[C + 1]! * f1 + n[C + 3]! * f2 + n[C + 6]! * f3;
  const g0 = h0 + n[C + 10]! * f4 + n[C + 15]! * f5 + n[C + 21]! * f6 + n[C + 28]! * f7;
  const h1 = n[C + 1]! + n[C + 2]! * f1 + n[C + 4]! * f2 + n[C + 7]! * f3;
  const g1 = h1 + n[C + 11]! * f4 + n[C + 16]! * f5 + n[C + 22]! * f6 + n[C + 29]! * f7;
  const h2 = n[C + 3]! + n[C + 4]! * f1 + n[C + 5]! * f2 + n[C + 8]! * f3;
  const g2 = h2 + n[C + 12]! * f4 + n[C + 17]! * f5 + n[C + 23]! * f6 + n[C + 30]! * f7;
  const h3 = n[C + 6]! + n[C + 7]! * f1 + n[C + 8]! * f2 + n[C + 9]! * f3;
  const g3 = h3 + n[C + 13]! * f4 + n[C + 18]! * f5 + n[C + 24]! * f6 + n[C + 31]! * f7;
  const h4 = n[C + 10]! + n[C + 11]! * f1 + n[C + 12]! * f2 + n[C + 13]! * f3;
  const g4 = h4 + n[C + 14]! * f4 + n[C + 19]! * f5 + n[C + 25]! * f6 + n[C + 32]! * f7;
  const h5 = n[C + 15]! + n[C + 16]! * f1 + n[C + 17]! * f2 + n[C + 18]! * f3;
  const g5 = h5 + n[C + 19]! * f4 + n[C + 20]! * f5 + n[C + 26]! * f6 + n[C + 33]! * f7;
  const h6 = n[C + 21]! + n[C + 22]! * f1 + n[C + 23]! * f2 + n[C + 24]! * f3;
  const g6 = h6 + n[C + 25]! * f4 + n[C + 26]! * f5 + n[C + 27]! * f6 + n[C + 34]! * f7;
  const h7 = n[C + 28]! + n[C + 29]! * f1 + n[C + 30]! * f2 + n[C + 31]! * f3;
  const g7 = h7 + n[C + 32]! * f4 + n[C + 33]! * f5 + n[C + 34]! * f6 + n[C + 35]! * f7;
  point.gain0 = g0;
  point.gain1 = g1;
  point.gain2 = g2;
  point.gain3 = g3;
  point.gain4 = g4;
  point.gain5 = g5;
  point.gain6 = g6;
  point.gain7 = g7;
  return g0 + f1 * g1 + f2 * g2 + f3 * g3 + f4 * g4 + f5 * g5 + f6 * g6 + f7 * g7;
}

function learnWeights(n: Float64Array, step: number, point: PointScratch): void {
  n[W]! += point.gain0 * step;
  n[W + 1]! += point.gain1 * step;
  n[W + 2]! += point.gain2 * step;
  n[W + 3]! += point.gain3 * step;
  n[W + 4]! += point.gain4 * step;
  n[W + 5]! += point.gain5 * step;
  n[W + 6]! += point.gain6 * step;
  n[W + 7]! += point.gain7 * step;
}

/** covariance = (covariance - share x gain x gain') / forgetting, in its lower triangle. */
function shrinkCovariance(n: Float64Array, share: number, point: PointScratch): void {
  shrinkUpperRows(n, share, point);
  shrinkLowerRows(n, share, point);
}

function shrinkUpperRows(n: Float64Array, share: number, point: PointScratch): void {
  const g0 = point.gain0;
  const g1 = point.gain1;
  const g2 = point.gain2;
  const g3 = point.gain3;
  const g4 = point.gain4;
  const s0 = g0 * share;
  const s1 = g1 * share;
  const s2 = g2 * share;
  const s3 = g3 * share;
  const s4 = g4 * share;
  n[C] = (n[C]! - s0 * g0) * KEEP;
  n[C + 1] = (n[C + 1]! - s1 * g0) * KEEP;
  n[C + 2] = (n[C + 2]! - s1 * g1) * KEEP;
  n[C + 3] = (n[C + 3]! - s2 * g0) * KEEP;
  n[C + 4] = (n[C + 4]! - s2 * g1) * KEEP;
  n[C + 5] = (n[C + 5]! - s2 * g2) * KEEP;
  n[C + 6] = (n[C + 6]! - s3 * g0) * KEEP;
  n[C + 7] = (n[C + 7]! - s3 * g1) * KEEP;
  n[C + 8] = (n[C + 8]! - s3 * g2) * KEEP;
  n[C + 9] = (n[C + 9]! - s3 * g3) * KEEP;
  n[C + 10] = (n[C + 10]! - s4 * g0) * KEEP;
  n[C + 11] = (n[C + 11]! - s4 * g1) * KEEP;
  n[C + 12] = (n[C + 12]! - s4 * g2) * KEEP;
  n[C + 13] = (n[C + 13]! - s4 * g3) * KEEP;
  n[C + 14] = (n[C + 14]! - s4 * g4) * KEEP;
}

function shrinkLowerRows(n: Float64Array, share: number, point: PointScratch): void {
  const g0 = point.gain0;
  const g1 = point.gain1;
  const g2 = point.gain2;
  const g3 = point.gain3;
  const g4 = point.gain4;
  const g5 = point.gain5;
  const g6 = point.gain6;
  const g7 = point.gain7;
  const s5 = g5 * share;
  const s6 = g6 * share;
  const s7 = g7 * share;
  n[C + 15] = (n[C + 15]! - s5 * g0) * KEEP;
  n[C + 16] = (n[C + 16]! - s5 * g1) * KEEP;
  n[C + 17] = (n[C + 17]! - s5 * g2) * KEEP;
  n[C + 18] = (n[C + 18]! - s5 * g3) * KEEP;
  n[C + 19] = (n[C + 19]! - s5 * g4) * KEEP;
  n[C + 20] = (n[C + 20]! - s5 * g5) * KEEP;
  n[C + 21] = (n[C + 21]! - s6 * g0) * KEEP;
  n[C + 22] = (n[C + 22]! - s6 * g1) * KEEP;
  n[C + 23] = (n[C + 23]! - s6 * g2) * KEEP;
  n[C + 24] = (n[C + 24]! - s6 * g3) * KEEP;
  n[C + 25] = (n[C + 25]! - s6 * g4) * KEEP;
  n[C + 26] = (n[C + 26]! - s6 * g5) * KEEP;
  n[C + 27] = (n[C + 27]! - s6 * g6) * KEEP;
  n[C + 28] = (n[C + 28]! - s7 * g0) * KEEP;
  n[C + 29] = (n[C + 29]! - s7 * g1) * KEEP;
  n[C + 30] = (n[C + 30]! - s7 * g2) * KEEP;
  n[C + 31] = (n[C + 31]! - s7 * g3) * KEEP;
  n[C + 32] = (n[C + 32]! - s7 * g4) * KEEP;
  n[C + 33] = (n[C + 33]! - s7 * g5) * KEEP;
  n[C + 34] = (n[C + 34]! - s7 * g6) * KEEP;
  n[C + 35] = (n[C + 35]! - s7 * g7) * KEEP;
}

function withinTrace(n: Float64Array): boolean {
  const trace =
    n[C]! + n[C + 2]! + n[C + 5]! + n[C + 9]! + n[C + 14]! + n[C + 20]! + n[C + 27]! + n[C + 35]!;
  return trace > 0 && trace < TRACE_MAX;
}
