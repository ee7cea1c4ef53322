import { DAY_MS } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { medianOf } from "../../stats/order-statistics.ts";
import { dailyProfile, profileAt } from "./daily-profile.ts";
import type { EventView } from "./event-view.ts";

/** History that the usual course is learnt from. Source: classifier.py, PROFILE_DAYS. */
const HISTORY_MS = 7 * DAY_MS;
/** A drift is believed when it has been seen on at least this many days. */
const DRIFT_DAYS_MIN = 4;
/** Below this the daily profile is not used. Source: classifier.py, MIN_SEASONALITY. */
const SEASONALITY_MIN = 0.15;

/** What a series does by itself: a straight drift and a daily profile around it. */
export interface UsualCourse {
  /** In the metric's unit per millisecond. */
  readonly drift: number;
  /** What the drift is counted from. */
  readonly originMs: number;
  /** Profile of the drift-free series; undefined where the series has hardly any. */
  readonly profile: Float64Array | undefined;
}

/** Drift and profile of the 7 days before the event. Cost: O(n log n), once. */
export function usualCourse(view: EventView): UsualCourse {
  return view.before.once("course", () => courseOf(view));
}

function courseOf({ timestampsMs, values, firstIndex, intervalMs }: EventView): UsualCourse {
  const originMs = timestampsMs[firstIndex]!;
  const from = firstAtOrAfter(timestampsMs, originMs - HISTORY_MS);
  const drift = driftOf(timestampsMs, values, from, firstIndex);
  const level = new Float64Array(firstIndex);
  for (let i = from; i < firstIndex; i++) {
    level[i] = values[i]! - drift * (timestampsMs[i]! - originMs);
  }
  const found = dailyProfile(timestampsMs, level, from, firstIndex, intervalMs);
  const profile = found.seasonality < SEASONALITY_MIN ? undefined : found.values;
  return { drift, originMs, profile };
}

/** Values less the usual course, level left in. */
export function lessCourse(
  { drift, originMs, profile }: UsualCourse,
  timestampsMs: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): Float64Array {
  const shape =
    profile === undefined
      ? new Float64Array(to - from)
      : profileAt({ values: profile, seasonality: 1 }, timestampsMs, from, to);
  return shape.map((expected, i) => {
    const at = from + i;
    return values[at]! - expected - drift * (timestampsMs[at]! - originMs);
  });
}

/** Median of the slopes between the medians of whole days (Theil and Sen); 0 of too few days. */
function driftOf(
  timestampsMs: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): number {
  const days: { readonly atMs: number; readonly median: number }[] = [];
  const firstMs = timestampsMs[from]!;
  for (let endMs = timestampsMs[to]!; endMs - DAY_MS >= firstMs; endMs -= DAY_MS) {
    const start = firstAtOrAfter(timestampsMs, endMs - DAY_MS);
    const median = medianOf(values.subarray(start, firstAtOrAfter(timestampsMs, endMs)));
    if (!Number.isNaN(median)) days.push({ atMs: endMs, median });
  }
  if (days.length < DRIFT_DAYS_MIN) return 0;
  const slopes = days.flatMap((one, i) =>
    days.slice(0, i).map((other) => (one.median - other.median) / (one.atMs - other.atMs)),
  );
  return medianOf(Float64Array.from(slopes));
}
