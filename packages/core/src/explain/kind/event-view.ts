import { assert } from "../../model/refusal.ts";
import { DAY_MS, type DurationMs } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import {
  differencesOf,
  knownOf,
  meanOf,
  medianOf,
  quantileOf,
} from "../../stats/order-statistics.ts";
import { type ClassifierSpans, classifierSpans } from "./classifier-spans.ts";
import { type DailyProfile, dailyProfile, profileAt } from "./daily-profile.ts";
import { type EqualRun, equalityTolerance, longestEqualRun } from "./equal-runs.ts";
import { KnownBefore } from "./known-before.ts";

/** Below this the daily profile is not used. Source: classifier.py, MIN_SEASONALITY. */
const SEASONALITY_MIN = 0.15;
const PROFILE_MS = 7 * DAY_MS;
const RUNS_MS = 3 * DAY_MS;
/** The scale is at least this share of the usual step between neighbours. Source: classifier.py. */
const STEP_SHARE = 0.875;
const SCALE_FACTOR = 1.25;
const SCALE_MIN = 1e-12;

/** A stretch of one series with an event in it. */
export interface EventWindow {
  /** Ascending, epoch ms; history (7 days are used) and the event. */
  readonly timestampsMs: Float64Array;
  /** NaN = missing. */
  readonly values: Float64Array;
  /** The event's points, both inside. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** Nominal sampling interval. */
  readonly intervalMs: DurationMs;
  /** Points after the event, up to here, tell whether it was soon over. Left out: none is looked at. */
  readonly followedToIndex?: number;
  /** The first point that was called anomalous: it began no later. Left out: not known. */
  readonly alarmIndex?: number;
  /** Of the same points before `firstIndex`, where they were looked at before; filled here. */
  readonly before?: KnownBefore;
}

/** An event beside its baseline, which is frozen at the onset. */
export interface EventView extends EventWindow {
  readonly spans: ClassifierSpans;
  readonly event: Float64Array;
  /** Share of the event's points that are missing. */
  readonly missingShare: number;
  readonly before: KnownBefore;
  readonly seasonality: number;
  /** The daily profile; all 0 where the series has hardly any. */
  readonly profile: DailyProfile;
  /** What the profile says for the event's points, level left out. */
  readonly shape: Float64Array;
  /** Level before the onset, profile taken out; expected = shape + base. */
  readonly base: number;
  /** Usual size of a deviation. */
  readonly scale: number;
  /** (value - expected) / scale of the event's known points. */
  readonly deviations: Float64Array;
  /** Longest run of equal values that ends inside the event (it may have begun before). */
  readonly longestRun: EqualRun;
  /** The same in the 3 days before the event. */
  readonly longestRunBefore: EqualRun;
}

/**
 * Baseline = own daily profile of the last 7 days plus the median of the last two hours; where
 * there is no history the event is compared with its own median.
 *
 * Cost: O(n log n) over 7 days. Source: reference/classifier.py, classify.
 */
export function viewEvent(window: EventWindow): EventView {
  const { timestampsMs, values, firstIndex: first, lastIndex: last, intervalMs } = window;
  assert(0 <= first && first <= last && last < values.length, "the event lies outside the window");
  const spans = classifierSpans(intervalMs);
  const event = values.slice(first, last + 1);
  const historyFrom = firstAtOrAfter(timestampsMs, timestampsMs[first]! - PROFILE_MS);
  const { before: known = new KnownBefore() } = window;
  const found = known.once("profile", () =>
    dailyProfile(timestampsMs, values, historyFrom, first, intervalMs),
  );
  const profile = found.seasonality < SEASONALITY_MIN ? flattened(found) : found;
  const shape = profileAt(profile, timestampsMs, first, last + 1);
  const before = values.subarray(Math.max(0, first - spans.base), first);
  const level = lessProfile(profile, timestampsMs, values, first - before.length, first);
  const base = firstKnown(medianOf(level), medianOf(event), 0);
  const scale = scaleOf(window, level, base);
  const deviations = knownOf(event.map((value, i) => value - shape[i]! - base));
  const runsFrom = firstAtOrAfter(timestampsMs, timestampsMs[first]! - RUNS_MS);
  const tolerance = equalityTolerance(before);
  return {
    ...window,
    before: known,
    spans,
    event,
    missingShare: 1 - deviations.length / event.length,
    seasonality: found.seasonality,
    profile,
    shape,
    base,
    scale,
    deviations: deviations.map((deviation) => deviation / scale),
    longestRun: longestEqualRun(values, runsFrom, first, last + 1, tolerance),
    longestRunBefore: longestEqualRun(values, runsFrom, runsFrom, first, tolerance),
  };
}

/** Share of the event's points inside [low, high] quantiles of the history; 0 without history. */
export function insideShare({
  event,
  before,
  timestampsMs,
  values,
  firstIndex,
}: EventView): number {
  const { low, high } = before.once("inside", () => {
    const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - PROFILE_MS);
    const history = values.subarray(from, firstIndex);
    return { low: quantileOf(history, 0.02), high: quantileOf(history, 0.98) };
  });
  return meanOf(event.map((value) => (value >= low && value <= high ? 1 : 0)));
}

/** (value - expected) / scale from a day before the onset to the end of the event; NaN = missing. */
export function residualSinceYesterday(view: EventView): Float64Array {
  const { timestampsMs, values, firstIndex, lastIndex, profile, base, scale } = view;
  const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - DAY_MS);
  const residual = lessProfile(profile, timestampsMs, values, from, lastIndex + 1);
  return residual.map((value) => (value - base) / scale);
}

function lessProfile(
  profile: DailyProfile,
  timestampsMs: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): Float64Array {
  const expected = profileAt(profile, timestampsMs, from, to);
  return expected.map((value, i) => values[from + i]! - value);
}

function scaleOf(window: EventWindow, level: Float64Array, base: number): number {
  const { timestampsMs, values, firstIndex, lastIndex } = window;
  const deviation = meanOf(level.map((value) => Math.abs(value - base)));
  const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - DAY_MS);
  const step = firstKnown(
    meanStep(values.subarray(from, firstIndex)),
    meanStep(values.subarray(firstIndex, lastIndex + 1)),
    0,
  );
  return Math.max(SCALE_FACTOR * firstKnown(deviation, 0), STEP_SHARE * step, SCALE_MIN);
}

function meanStep(values: Float64Array): number {
  return meanOf(differencesOf(values).map(Math.abs));
}

function flattened(profile: DailyProfile): DailyProfile {
  return { ...profile, values: new Float64Array(profile.values.length) };
}

function firstKnown(...values: number[]): number {
  return values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
}
