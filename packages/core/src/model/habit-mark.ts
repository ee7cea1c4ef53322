import { DAY_MS, type DurationMs, type EpochMs } from "./time.ts";

/** What a habit says of a point. */
export const HABIT = {
  none: 0,
  /** It came at its time, at its size. */
  came: 1,
  /** It should have come by now. */
  missed: 2,
  /** It came at its time, far larger than ever. */
  larger: 3,
} as const;

/** How often something comes again. */
export const HABIT_PERIOD = { day: 0, week: 1, month: 2 } as const;

/** What a habit says of a point, in one number: a column has no room for more. 0 = nothing. */
export type HabitMark = number;

const KINDS = 4;
const PERIODS = 4;

/** @param count how often it has come, this time left out */
export function habitMark(kind: number, period: number, count: number): HabitMark {
  return kind + KINDS * (period + PERIODS * count);
}

/** One of HABIT. NaN and undefined count as none. */
export function habitKind(mark: HabitMark | undefined): number {
  return mark === undefined || !(mark > 0) ? HABIT.none : mark % KINDS;
}

/** One of HABIT_PERIOD. */
export function habitPeriod(mark: HabitMark): number {
  return Math.floor(mark / KINDS) % PERIODS;
}

export function habitCount(mark: HabitMark): number {
  return Math.floor(mark / (KINDS * PERIODS));
}

const WEEK_DAYS = 7;
const MONTH_DAYS = 30;
const DAYS = [1, WEEK_DAYS, MONTH_DAYS] as const;

/** Length of a period in days; a month counts as 30. */
export function habitDays(period: number): number {
  return DAYS[period]!;
}

/** The same time one period later: of the day, of the week, of the month (UTC; at most its last day). */
export function oneHabitLater(atMs: EpochMs, period: number): EpochMs {
  if (period !== HABIT_PERIOD.month) return atMs + DAYS[period]! * DAY_MS;
  const at = new Date(atMs);
  const first = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
  const days = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 2, 0)).getUTCDate();
  const ofDay: DurationMs = ((atMs % DAY_MS) + DAY_MS) % DAY_MS;
  return first + (Math.min(at.getUTCDate(), days) - 1) * DAY_MS + ofDay;
}
