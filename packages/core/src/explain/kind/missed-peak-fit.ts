import { DAY_MS } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { meanOf, medianOf } from "../../stats/order-statistics.ts";
import { profileAt } from "./daily-profile.ts";
import type { EventView } from "./event-view.ts";

/** Below this the profile says too little about hours. Source: classifier.py, MIN_SEASONALITY. */
const SEASONALITY_MIN = 0.15;

export interface MissedPeakFit {
  /** Squared error of "it stayed where it was" over that of "expected, then moved by a constant". */
  readonly stayedShare: number;
  /** How far the expectation went from there, up > 0, in usual deviations from the profile. */
  readonly roseScales: number;
  /** Root mean square of "it stayed where it was", over how far the expectation went. */
  readonly restlessShare: number;
  /** How far the event lies off the expectation, in the metric's unit. */
  readonly shift: number;
}

const NO_PEAK: MissedPeakFit = {
  stayedShare: Number.POSITIVE_INFINITY,
  roseScales: 0,
  restlessShare: Number.POSITIVE_INFINITY,
  shift: Number.NaN,
};

/**
 * Did the series stay where it was while its profile rose? Looked at from two hours before the
 * onset on, against the profile at the level of the day before that. Cost: O(points of the day).
 */
export function fitMissedPeak(view: EventView): MissedPeakFit {
  const { values, timestampsMs, firstIndex, lastIndex, profile, spans } = view;
  if (view.seasonality < SEASONALITY_MIN) return NO_PEAK;
  const from = Math.max(0, firstIndex - spans.base);
  const dayFrom = firstAtOrAfter(timestampsMs, timestampsMs[from]! - DAY_MS);
  const shape = profileAt(profile, timestampsMs, dayFrom, lastIndex + 1);
  const rest = shape.map((value, i) => values[dayFrom + i]! - value);
  const dayBefore = rest.subarray(0, from - dayFrom);
  const level = medianOf(dayBefore);
  const usual = meanOf(dayBefore.map((value) => Math.abs(value - level)));
  const stayedAt = medianOf(values.subarray(from, lastIndex + 1));
  const shift = medianOf(rest.subarray(firstIndex - dayFrom)) - level;
  let stayedError = 0;
  let movedError = 0;
  let rose = 0;
  let count = 0;
  for (let i = from; i <= lastIndex; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    count++;
    const expected = shape[i - dayFrom]! + level;
    stayedError += (value - stayedAt) ** 2;
    movedError += (value - expected - (i >= firstIndex ? shift : 0)) ** 2;
    if (i >= firstIndex && Math.abs(expected - stayedAt) > Math.abs(rose)) {
      rose = expected - stayedAt;
    }
  }
  return {
    stayedShare: stayedError / movedError,
    roseScales: rose / (1.25 * usual),
    restlessShare: Math.sqrt(stayedError / count) / Math.abs(rose),
    shift,
  };
}
