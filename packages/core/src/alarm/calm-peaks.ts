import { AGE_DAYS_MAX, type AlarmClock } from "./alarm-clock.ts";
import { EPISODE_ROW } from "./episode-tracker.ts";

/** Points of a series before the highest of its calm times says something. */
const CALM_POINTS_MIN = 600;
/** Nonconformity this share above all of calm times is as rare as the series is old. */
const CALM_MARGIN = 0.4;
/** Share of the seen range below which a deviation is damped: three times that of a score. */
const MATERIAL_SHARE = 0.45;
/** Evidence of this share of the promise is no calm time, whether an alarm is open or not. */
const STIRRED_SHARE = 0.3;

/** Place of each number of one direction. */
const HIGHEST = 0;
const HELD_BACK = 1;
const HELD_UNTIL = 2;
const NUMBERS = 3;
/** Upwards, then downwards; all 0 to begin with. */
export const CALM_PEAKS_LENGTH = 2 * NUMBERS;

/** What a point meets: its place in the series, what was seen of its values, and how the alarm stands. */
export interface CalmPoint {
  readonly value: number;
  /** Points of the series so far, this one included. */
  readonly count: number;
  /** Of the seen range, the point included. */
  readonly width: number;
  readonly alarmIsOpen: boolean;
}

/**
 * Rarity in days of a nonconformity above everything that calm times showed in its direction. A tail that
 * has learnt one large fault finds the next one of the same week usual. What an alarm told of is held back
 * here: it joins calm times only a while after the first of them, so faults of one bad week are each as
 * strange as the first one. What raised no alarm, and a series' first days, join at once, so noise and
 * jobs that were never worth an alarm are known.
 *
 * Then the point is learnt. O(1); 48 bytes.
 *
 * @param peaks CALM_PEAKS_LENGTH numbers from `from` on
 */
export function stepCalmPeak(
  peaks: Float64Array,
  from: number,
  row: Float64Array,
  { value, count, width, alarmIsOpen }: CalmPoint,
  clock: AlarmClock,
): number {
  const nonconformity = row[EPISODE_ROW.nonconformity]!;
  if (!(nonconformity > 0) || count <= clock.provisionalPoints) return 0;
  const deviation = value - row[EPISODE_ROW.level]!;
  const at = deviation < 0 ? from + NUMBERS : from;
  const highest = peaks[at + HIGHEST]!;
  let days = 0;
  if (highest > 0 && nonconformity > highest && count >= CALM_POINTS_MIN) {
    const age = Math.min(count / clock.pointsPerDay, AGE_DAYS_MAX);
    const material = Math.min(1, Math.abs(deviation) / width / MATERIAL_SHARE);
    days = age * (((nonconformity / highest - 1) / CALM_MARGIN) * material) ** 2;
  }
  const stirred = alarmIsOpen || days >= STIRRED_SHARE * clock.promiseDays;
  peaks[at + HIGHEST] = highest * clock.rangeKeep;
  if (stirred && count >= clock.youngPoints) holdBack(peaks, at, nonconformity, count, clock);
  else peaks[at + HIGHEST] = Math.max(peaks[at + HIGHEST]!, nonconformity);
  if (peaks[at + HELD_BACK]! > 0 && count >= peaks[at + HELD_UNTIL]!) {
    peaks[at + HIGHEST] = Math.max(peaks[at + HIGHEST]!, peaks[at + HELD_BACK]!);
    peaks[at + HELD_BACK] = 0;
  }
  return days;
}

function holdBack(
  peaks: Float64Array,
  at: number,
  nonconformity: number,
  count: number,
  clock: AlarmClock,
): void {
  if (peaks[at + HELD_BACK] === 0) peaks[at + HELD_UNTIL] = count + clock.heldBackPoints;
  peaks[at + HELD_BACK] = Math.max(peaks[at + HELD_BACK]!, nonconformity);
}
