/** The largest profile with its two scales. */
const PROFILE_MAX = 288 + 2 * 48;

/**
 * Numbers of the point in hand, which go from step to step without allocating. One for all series of
 * a scorer: a point is finished before the next one of any series begins. All fields start as NaN, so
 * that V8 keeps them as doubles from the first point on.
 */
export class PointScratch {
  /** Of the fresh models that run beside those of a series now and then: see `changesRegime`. */
  beside: PointScratch | undefined = undefined;
  /** For models without a daily profile; cleared before every point. */
  readonly blankProfile: Float32Array = new Float32Array(PROFILE_MAX);
  readonly blankCounts: Uint8Array = new Uint8Array(PROFILE_MAX);

  /** The value in hand: a number passed to a function that is not inlined is boxed. */
  value = Number.NaN;

  /** Expectations, and the unit of the features, as before this point. */
  expected = Number.NaN;
  daily = Number.NaN;
  unit = Number.NaN;
  typicalDaily = Number.NaN;

  /** Residuals in the metric's unit. */
  rlsResidual = Number.NaN;
  dailyResidual = Number.NaN;
  mediumResidual = Number.NaN;
  slowResidual = Number.NaN;

  /** Residuals in units of their usual size. */
  rlsZ = Number.NaN;
  dailyZ = Number.NaN;
  mediumZ = Number.NaN;
  slowZ = Number.NaN;

  /** Inputs of the regression, in units of the slow scale; the first one is the constant 1. */
  feature1 = Number.NaN;
  feature2 = Number.NaN;
  feature3 = Number.NaN;
  feature4 = Number.NaN;
  feature5 = Number.NaN;
  feature6 = Number.NaN;
  feature7 = Number.NaN;

  /** One over the weight of the point in the regression. */
  farness = Number.NaN;

  /** What each weight of the regression learns per unit of error. */
  gain0 = Number.NaN;
  gain1 = Number.NaN;
  gain2 = Number.NaN;
  gain3 = Number.NaN;
  gain4 = Number.NaN;
  gain5 = Number.NaN;
  gain6 = Number.NaN;
  gain7 = Number.NaN;
}
