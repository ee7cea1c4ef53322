import { DAY_MS, type DurationMs } from "../model/time.ts";

/** Half-life of the seen range and of the largest stretch. All constants: reference/alarms.py. */
const MEMORY_DAYS = 60;
/** A record is at most as rare as a series of this age is old. */
export const AGE_DAYS_MAX = 14;
/** What alarms told of joins calm times after this long. Ours. */
const HELD_BACK_DAYS = 14;
/** Horizon of the mean residual: the longer of the two. */
const STRETCH_DAYS = 4 / 24;
const STRETCH_POINTS = 24;
/** Points of an hour, at least. Ours. */
const HOUR_POINTS = 6;
/** What an opening spent fades in promise^1.5 days (e-folding time), at most 14. */
const FATIGUE_EXPONENT = 1.5;
const FATIGUE_DAYS_MAX = 14;
/** A series opens nothing in its first days, in which everything is new. Ours. */
const YOUNG_DAYS = 2;
/** After the longer of these, what has been seen begins again: a start is not the measure of all things. Ours. */
const PROVISIONAL_DAYS = 0.5;
const PROVISIONAL_POINTS = 24;

/** Different intervals and promises whose constants are kept for sharing. */
const CLOCKS_MAX = 256;
const clocks = new Map<string, AlarmClock>();

/** Constants of the alarm layer that follow from interval and promise. Shared, never changed. */
export interface AlarmClock {
  readonly pointsPerDay: number;
  readonly promiseDays: number;
  /** Share of the seen range that is still there after one point. */
  readonly rangeKeep: number;
  readonly memoryPoints: number;
  /** Points before which nothing opens. */
  readonly youngPoints: number;
  /** Points after which what has been seen begins again. */
  readonly provisionalPoints: number;
  /** Points for which the peaks of alarms are held back from those of calm times. */
  readonly heldBackPoints: number;
  /** Lowest learning rate of the mean of the last hour. */
  readonly hourRate: number;
  /** Lowest learning rate of the mean residual. */
  readonly stretchRate: number;
  /** Share of what openings have spent that is still there after one point. */
  readonly openingsKeep: number;
}

/**
 * @param intervalMs nominal sampling interval
 * @param promiseDays at most about one opening in this many days
 */
export function alarmClock(intervalMs: DurationMs, promiseDays: number): AlarmClock {
  const name = `${intervalMs} ${promiseDays}`;
  const known = clocks.get(name);
  if (known !== undefined) return known;
  const pointsPerDay = DAY_MS / intervalMs;
  const memoryPoints = MEMORY_DAYS * pointsPerDay;
  const fadingDays = Math.min(promiseDays ** FATIGUE_EXPONENT, FATIGUE_DAYS_MAX);
  const clock = {
    pointsPerDay,
    promiseDays,
    rangeKeep: 0.5 ** (1 / memoryPoints),
    memoryPoints,
    youngPoints: YOUNG_DAYS * pointsPerDay,
    provisionalPoints: Math.max(PROVISIONAL_POINTS, Math.ceil(PROVISIONAL_DAYS * pointsPerDay)),
    heldBackPoints: HELD_BACK_DAYS * pointsPerDay,
    hourRate: 1 / Math.max(HOUR_POINTS, pointsPerDay / 24),
    stretchRate: 1 / Math.max(STRETCH_POINTS, STRETCH_DAYS * pointsPerDay),
    openingsKeep: Math.exp(-1 / (fadingDays * pointsPerDay)),
  };
  if (clocks.size < CLOCKS_MAX) clocks.set(name, clock);
  return clock;
}
