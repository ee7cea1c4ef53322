import { POINT, pointScratch, resetCovariance, STATE } from "./state.ts";

const { COVARIANCE: C, WEIGHT: W } = STATE;
const { FEATURE: F, GAIN: G } = POINT;
const point = pointScratch;

/** A point that is n points old weighs 0.999^n. */
const FORGETTING = 0.999;
const KEEP = 1 / FORGETTING;

/** Above this the covariance has blown up on inputs without variation, and starts anew. */
const TRACE_MAX = 1e4;

// Unrolled over the 8 features: with loops the regression alone took a third of a point's time.

/** What the regression says of the features in `pointScratch`, in their unit. `n`: the state's numbers. */
export function predict(n: Float64Array): number {
  return (
    n[W]! * point[F]! +
    n[W + 1]! * point[F + 1]! +
    n[W + 2]! * point[F + 2]! +
    n[W + 3]! * point[F + 3]! +
    n[W + 4]! * point[F + 4]! +
    n[W + 5]! * point[F + 5]! +
    n[W + 6]! * point[F + 6]! +
    n[W + 7]! * point[F + 7]!
  );
}

/**
 * One step of recursive least squares with forgetting; `error` in the unit of the features.
 * Source: Haykin, "Adaptive Filter Theory", recursive least squares with exponential weighting.
 */
export function learnRegression(n: Float64Array, error: number): void {
  computeGain(n);
  const share = 1 / (FORGETTING + gainAlongFeatures());
  learnWeights(n, error * share);
  shrinkCovariance(n, share);
  if (!withinTrace(n)) resetCovariance(n);
}

/** gain = covariance x features. */
function computeGain(n: Float64Array): void {
  const f0 = point[F]!;
  const f1 = point[F + 1]!;
  const f2 = point[F + 2]!;
  const f3 = point[F + 3]!;
  const f4 = point[F + 4]!;
  const f5 = point[F + 5]!;
  const f6 = point[F + 6]!;
  const f7 = point[F + 7]!;
  point[G] =
    n[C]! * f0 +
    n[C + 1]! * f1 +
    n[C + 3]! * f2 +
    n[C + 6]! * f3 +
    n[C + 10]! * f4 +
    n[C + 15]! * f5 +
    n[C + 21]! * f6 +
    n[C + 28]! * f7;
  point[G + 1] =
    n[C + 1]! * f0 +
    n[C + 2]! * f1 +
    n[C + 4]! * f2 +
    n[C + 7]! * f3 +
    n[C + 11]! * f4 +
    n[C + 16]! * f5 +
    n[C + 22]! * f6 +
    n[C + 29]! * f7;
  point[G + 2] =
    n[C + 3]! * f0 +
    n[C + 4]! * f1 +
    n[C + 5]! * f2 +
    n[C + 8]! * f3 +
    n[C + 12]! * f4 +
    n[C + 17]! * f5 +
    n[C + 23]! * f6 +
    n[C + 30]! * f7;
  point[G + 3] =
    n[C + 6]! * f0 +
    n[C + 7]! * f1 +
    n[C + 8]! * f2 +
    n[C + 9]! * f3 +
    n[C + 13]! * f4 +
    n[C + 18]! * f5 +
    n[C + 24]! * f6 +
    n[C + 31]! * f7;
  point[G + 4] =
    n[C + 10]! * f0 +
    n[C + 11]! * f1 +
    n[C + 12]! * f2 +
    n[C + 13]! * f3 +
    n[C + 14]! * f4 +
    n[C + 19]! * f5 +
    n[C + 25]! * f6 +
    n[C + 32]! * f7;
  point[G + 5] =
    n[C + 15]! * f0 +
    n[C + 16]! * f1 +
    n[C + 17]! * f2 +
    n[C + 18]! * f3 +
    n[C + 19]! * f4 +
    n[C + 20]! * f5 +
    n[C + 26]! * f6 +
    n[C + 33]! * f7;
  point[G + 6] =
    n[C + 21]! * f0 +
    n[C + 22]! * f1 +
    n[C + 23]! * f2 +
    n[C + 24]! * f3 +
    n[C + 25]! * f4 +
    n[C + 26]! * f5 +
    n[C + 27]! * f6 +
    n[C + 34]! * f7;
  point[G + 7] =
    n[C + 28]! * f0 +
    n[C + 29]! * f1 +
    n[C + 30]! * f2 +
    n[C + 31]! * f3 +
    n[C + 32]! * f4 +
    n[C + 33]! * f5 +
    n[C + 34]! * f6 +
    n[C + 35]! * f7;
}

function gainAlongFeatures(): number {
  return (
    point[F]! * point[G]! +
    point[F + 1]! * point[G + 1]! +
    point[F + 2]! * point[G + 2]! +
    point[F + 3]! * point[G + 3]! +
    point[F + 4]! * point[G + 4]! +
    point[F + 5]! * point[G + 5]! +
    point[F + 6]! * point[G + 6]! +
    point[F + 7]! * point[G + 7]!
  );
}

function learnWeights(n: Float64Array, step: number): void {
  n[W]! += point[G]! * step;
  n[W + 1]! += point[G + 1]! * step;
  n[W + 2]! += point[G + 2]! * step;
  n[W + 3]! += point[G + 3]! * step;
  n[W + 4]! += point[G + 4]! * step;
  n[W + 5]! += point[G + 5]! * step;
  n[W + 6]! += point[G + 6]! * step;
  n[W + 7]! += point[G + 7]! * step;
}

/** covariance = (covariance - share x gain x gain') / forgetting, in its lower triangle. */
function shrinkCovariance(n: Float64Array, share: number): void {
  shrinkUpperRows(n, share);
  shrinkLowerRows(n, share);
}

function shrinkUpperRows(n: Float64Array, share: number): void {
  const g0 = point[G]!;
  const g1 = point[G + 1]!;
  const g2 = point[G + 2]!;
  const g3 = point[G + 3]!;
  const g4 = point[G + 4]!;
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

function shrinkLowerRows(n: Float64Array, share: number): void {
  const g0 = point[G]!;
  const g1 = point[G + 1]!;
  const g2 = point[G + 2]!;
  const g3 = point[G + 3]!;
  const g4 = point[G + 4]!;
  const g5 = point[G + 5]!;
  const g6 = point[G + 6]!;
  const g7 = point[G + 7]!;
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
