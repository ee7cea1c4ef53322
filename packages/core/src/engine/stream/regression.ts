import { COVARIANCE, FEATURE, FEATURES, GAIN, point, resetCovariance, WEIGHT } from "./state.ts";

/** A point that is n points old weighs 0.999^n. */
const FORGETTING = 0.999;
const KEEP = 1 / FORGETTING;

/** Above this the covariance has blown up on inputs without variation, and starts anew. */
const TRACE_MAX = 1e4;

/** What the regression says of the features in `point`, in their unit. */
export function predict(numbers: Float64Array): number {
  let prediction = 0;
  for (let k = 0; k < FEATURES; k++) {
    prediction += numbers[WEIGHT + k]! * point[FEATURE + k]!;
  }
  return prediction;
}

/**
 * One step of recursive least squares with forgetting; `error` in the unit of the features.
 * Source: Haykin, "Adaptive Filter Theory", recursive least squares with exponential weighting.
 */
export function learnRegression(numbers: Float64Array, error: number): void {
  computeGain(numbers);
  let denominator = FORGETTING;
  for (let k = 0; k < FEATURES; k++) {
    denominator += point[FEATURE + k]! * point[GAIN + k]!;
  }
  const share = 1 / denominator;
  const step = error * share;
  let trace = 0;
  let at = COVARIANCE;
  for (let row = 0; row < FEATURES; row++) {
    const gain = point[GAIN + row]!;
    numbers[WEIGHT + row]! += gain * step;
    const scaled = gain * share;
    for (let column = 0; column < row; column++) {
      numbers[at] = (numbers[at]! - scaled * point[GAIN + column]!) * KEEP;
      at++;
    }
    const diagonal = (numbers[at]! - scaled * gain) * KEEP;
    numbers[at++] = diagonal;
    trace += diagonal;
  }
  if (!(trace > 0 && trace < TRACE_MAX)) resetCovariance(numbers);
}

/** gain = covariance x features, from the lower triangle alone. */
function computeGain(numbers: Float64Array): void {
  let at = COVARIANCE;
  for (let row = 0; row < FEATURES; row++) {
    const feature = point[FEATURE + row]!;
    let dot = 0;
    for (let column = 0; column < row; column++) {
      const covariance = numbers[at++]!;
      dot += covariance * point[FEATURE + column]!;
      point[GAIN + column]! += covariance * feature;
    }
    point[GAIN + row] = dot + numbers[at++]! * feature;
  }
}
