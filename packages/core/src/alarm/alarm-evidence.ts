import { HABIT, habitKind } from "../model/habit-mark.ts";
import { daysOfScore } from "../stats/return-period.ts";
import { AGE_DAYS_MAX, type AlarmClock } from "./alarm-clock.ts";
import { CALM_PEAKS_LENGTH, stepCalmPeak } from "./calm-peaks.ts";
import { EPISODE_ROW } from "./episode-tracker.ts";

/** Points before records count, and before deviations do. All constants: reference/alarms.py. */
const RECORD_POINTS_MIN = 60;
const WARM_UP_POINTS = 20;
/** Share of the seen range below which a deviation is damped. */
const MATERIAL_SHARE = 0.15;
/** A record by 10 % of the seen range is as rare as the series is old. */
const RANGE_MARGIN = 0.1;
/** The same as RANGE_MARGIN for the mean residual, relative to its own record. */
const STRETCH_MARGIN = 0.05;
/** Share of the seen range below which a stretch does not count. */
const STRETCH_SHARE_MIN = 0.02;
/** One value widens the seen range by this many of its widths at most: an absurd one is not the measure. */
const GROWTH_MAX = 3;
/** Values below this share of the mean are near zero. */
const NEAR_ZERO = 0.005;
/** A fall counts from e^2 on, to a seventh of the hour before, and no deeper than to a thousandth. */
const FALL_MIN = 2;
const FALL_RATIO_MIN = 1e-3;
/** A fall twice as deep as any before, in logarithms, is as rare as the series is old. */
const FALL_MARGIN = 1;
/** Scores above this say no more. */
const SCORE_MAX = 1 - 1e-9;

/** Where the numbers of what has been seen are, from the start of the state on. */
export const SEEN = {
  count: 0,
  high: 1,
  low: 2,
  centre: 3,
  stretch: 4,
  stretchHigh: 5,
  /** Mean of the last hour. */
  hour: 6,
  /** Deepest fall below it, as the logarithm of the ratio. */
  fallHigh: 7,
  /** CALM_PEAKS_LENGTH numbers. */
  calmPeaks: 8,
} as const;
export const SEEN_LENGTH = SEEN.calmPeaks + CALM_PEAKS_LENGTH;

/**
 * Rarity of one known point in days = the largest of five: that of its score (damped when the deviation is small on
 * the scale of everything seen), of a value outside everything seen so far, of a stretch of residuals larger than any
 * before, of a fall deeper in ratio than any before, and of a nonconformity above all of calm times. Then the point
 * joins what has been seen. What the first half day showed is let go after it: it is learnt again before anything
 * may open. Last is what others say of the point: what comes again at its time is no evidence.
 *
 * @param seen SEEN_LENGTH numbers, all 0 before the first point
 * @param row as EPISODE_ROW
 * @param score of the row, or what stands for it
 */
export function stepEvidence(
  seen: Float64Array,
  value: number,
  score: number,
  row: Float64Array,
  alarmIsOpen: boolean,
  clock: AlarmClock,
): number {
  seen[SEEN.count]!++;
  const count = seen[SEEN.count]!;
  if (count === 1) {
    begin(seen, value);
    return 0;
  }
  const deviation = count > WARM_UP_POINTS ? Math.abs(value - row[EPISODE_ROW.level]!) : 0;
  const rate = Math.max(clock.stretchRate, 1 / count);
  seen[SEEN.stretch]! += (deviation - seen[SEEN.stretch]!) * rate;
  const age = Math.min(count / clock.pointsPerDay, AGE_DAYS_MAX);
  const days = rarityOf(seen, value, deviation, daysOfScore(Math.min(score, SCORE_MAX)), age);
  const outage = stepOutage(seen, value, age, clock);
  if (count === clock.provisionalPoints) begin(seen, value);
  else remember(seen, value, clock);
  const width = seen[SEEN.high]! - seen[SEEN.low]!;
  const point = { value, count, width, alarmIsOpen };
  const uncalm = stepCalmPeak(seen, SEEN.calmPeaks, row, point, clock);
  return toldEvidence(Math.max(days, outage, uncalm), score, row);
}

/** A stuck value, or a habit that was missed, has no deviation that could be small: its rarity counts as it is. */
function toldEvidence(evidence: number, score: number, row: Float64Array): number {
  const habit = habitKind(row[EPISODE_ROW.habit]);
  if (habit === HABIT.came) return 0;
  const asItIs = habit !== HABIT.none || row[EPISODE_ROW.absence] === 1;
  return asItIs ? Math.max(evidence, daysOfScore(score)) : evidence;
}

function rarityOf(
  seen: Float64Array,
  value: number,
  deviation: number,
  scoreDays: number,
  age: number,
): number {
  const high = seen[SEEN.high]!;
  const low = seen[SEEN.low]!;
  const old = seen[SEEN.count]! > RECORD_POINTS_MIN;
  // The first change of a constant series is a record.
  if (!(high > low)) return old && value !== high ? Math.max(scoreDays, age) : scoreDays;
  const width = Math.max(high, value) - Math.min(low, value);
  const material = Math.min(1, deviation / width / MATERIAL_SHARE);
  const rare = scoreDays * material * material;
  if (!old) return rare;
  const margin = Math.max(value - high, low - value) / (high - low);
  const record = margin > 0 ? age * (margin / RANGE_MARGIN) ** 2 : 0;
  return Math.max(rare, record, stretchRarity(seen, width, age));
}

/**
 * Rarity of a fall in ratio: traffic that ends at a quiet hour is no record of its values, whose peaks are
 * many times larger. Only where values are never near zero, where every fall would be a deep one.
 */
function stepOutage(seen: Float64Array, value: number, age: number, clock: AlarmClock): number {
  const hour = seen[SEEN.hour]!;
  const best = seen[SEEN.fallHigh]!;
  const count = seen[SEEN.count]!;
  seen[SEEN.hour] = hour + (value - hour) * Math.max(clock.hourRate, 1 / count);
  if (!(hour > 0 && seen[SEEN.low]! > NEAR_ZERO * seen[SEEN.centre]!)) return 0;
  const fall = Math.max(0, Math.log(hour / Math.max(value, FALL_RATIO_MIN * hour)));
  const settled = count > clock.provisionalPoints + WARM_UP_POINTS && best > 0;
  const learnt = settled ? Math.min(fall, (1 + GROWTH_MAX) * best) : fall;
  seen[SEEN.fallHigh] = Math.max(best * clock.rangeKeep, learnt);
  const old = settled && count > RECORD_POINTS_MIN;
  return old && fall > best && fall > FALL_MIN ? age * ((fall / best - 1) / FALL_MARGIN) ** 2 : 0;
}

/** What has been seen is this value alone. */
function begin(seen: Float64Array, value: number): void {
  seen[SEEN.high] = seen[SEEN.low] = seen[SEEN.centre] = value;
  seen[SEEN.stretch] = seen[SEEN.stretchHigh] = 0;
  seen[SEEN.hour] = value;
  seen.fill(0, SEEN.fallHigh, SEEN_LENGTH);
}

/** What was seen is another series' life: it is learnt again for a day, from which on its age counts. */
export function seeAgain(seen: Float64Array, value: number, clock: AlarmClock): void {
  seen[SEEN.count] = Math.max(1, Math.min(seen[SEEN.count]!, Math.ceil(clock.pointsPerDay)));
  begin(seen, value);
}

function stretchRarity(seen: Float64Array, width: number, age: number): number {
  const stretch = seen[SEEN.stretch]!;
  const best = seen[SEEN.stretchHigh]!;
  if (!(best > 0 && stretch > best && stretch > STRETCH_SHARE_MIN * width)) return 0;
  return age * ((stretch / best - 1) / STRETCH_MARGIN) ** 2;
}

function remember(
  seen: Float64Array,
  value: number,
  { memoryPoints, provisionalPoints, rangeKeep: keep }: AlarmClock,
): void {
  const high = seen[SEEN.high]!;
  const low = seen[SEEN.low]!;
  const reach =
    high > low && seen[SEEN.count]! > provisionalPoints
      ? GROWTH_MAX * (high - low)
      : Number.POSITIVE_INFINITY;
  const learnt = Math.min(Math.max(value, low - reach), high + reach);
  seen[SEEN.centre]! += (learnt - seen[SEEN.centre]!) / Math.min(seen[SEEN.count]!, memoryPoints);
  const centre = seen[SEEN.centre]!;
  seen[SEEN.high] = Math.max(centre + (high - centre) * keep, learnt);
  seen[SEEN.low] = Math.min(centre + (low - centre) * keep, learnt);
  seen[SEEN.stretchHigh] = Math.max(seen[SEEN.stretchHigh]! * keep, seen[SEEN.stretch]!);
}
