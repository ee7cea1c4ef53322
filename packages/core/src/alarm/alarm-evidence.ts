import { HABIT, habitKind } from "../model/habit-mark.ts";
import { daysOfScore } from "../stats/return-period.ts";
import type { AlarmClock } from "./alarm-clock.ts";
import { EPISODE_ROW } from "./episode-tracker.ts";

/** A plain record is at most this rare. All constants: reference/alarms.py. */
const AGE_DAYS_MAX = 14;
/** Points before records count, and before deviations do. */
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
/** Scores above this say no more. */
const SCORE_MAX = 1 - 1e-9;

/** Where the numbers of what has been seen are, from the start of the state on. */
export const SEEN = { count: 0, high: 1, low: 2, centre: 3, stretch: 4, stretchHigh: 5 } as const;
export const SEEN_LENGTH = 6;

/**
 * Rarity of one known point in days = the largest of three: that of its score (damped when the
 * deviation is small on the scale of everything seen), of a value outside everything seen so far,
 * and of a stretch of residuals larger than any before. Then the point joins what has been seen.
 *
 * @param seen SEEN_LENGTH numbers, all 0 before the first point
 */
export function stepEvidence(
  seen: Float64Array,
  value: number,
  score: number,
  expected: number,
  clock: AlarmClock,
): number {
  seen[SEEN.count]!++;
  const count = seen[SEEN.count]!;
  if (count === 1) {
    seen[SEEN.high] = seen[SEEN.low] = seen[SEEN.centre] = value;
    return 0;
  }
  const deviation = count > WARM_UP_POINTS ? Math.abs(value - expected) : 0;
  const rate = Math.max(clock.stretchRate, 1 / count);
  seen[SEEN.stretch]! += (deviation - seen[SEEN.stretch]!) * rate;
  const age = Math.min(count / clock.pointsPerDay, AGE_DAYS_MAX);
  const days = rarityOf(seen, value, deviation, daysOfScore(Math.min(score, SCORE_MAX)), age);
  remember(seen, value, clock);
  return days;
}

/**
 * Evidence of a point after what others say of it. What comes again at its time is none. A stuck value, or a habit that
 * was missed, has no deviation that could be small: its rarity counts as it is.
 */
export function toldEvidence(evidence: number, score: number, row: Float64Array): number {
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

function stretchRarity(seen: Float64Array, width: number, age: number): number {
  const stretch = seen[SEEN.stretch]!;
  const best = seen[SEEN.stretchHigh]!;
  if (!(best > 0 && stretch > best && stretch > STRETCH_SHARE_MIN * width)) return 0;
  return age * ((stretch / best - 1) / STRETCH_MARGIN) ** 2;
}

function remember(
  seen: Float64Array,
  value: number,
  { memoryPoints, rangeKeep: keep }: AlarmClock,
): void {
  seen[SEEN.centre]! += (value - seen[SEEN.centre]!) / Math.min(seen[SEEN.count]!, memoryPoints);
  const centre = seen[SEEN.centre]!;
  seen[SEEN.high] = Math.max(centre + (seen[SEEN.high]! - centre) * keep, value);
  seen[SEEN.low] = Math.min(centre + (seen[SEEN.low]! - centre) * keep, value);
  seen[SEEN.stretchHigh] = Math.max(seen[SEEN.stretchHigh]! * keep, seen[SEEN.stretch]!);
}
