import { HABIT, habitDays, habitKind, habitMark, oneHabitLater } from "../../model/habit-mark.ts";
import { DAY_MS, type DurationMs, type EpochMs, HOUR_MS, MINUTE_MS } from "../../model/time.ts";
import {
  BEFORE,
  BEGAN,
  H,
  H_LENGTH,
  HABITS_END,
  KNOWN,
  KNOWN_COUNT,
  keepTime,
  keptTime,
  LAST_AT,
  LAST_RARE,
  LAST_THERE,
  NEXT,
  RAREST,
  SAID_MARK,
  SIZE,
} from "./habit-numbers.ts";
import { learnEvent } from "./learn-event.ts";

/** Points at least this rare, in days, are part of an event; of coarse steps fewer. */
const EVENT_DAYS = 0.35;
const EVENT_P = 0.05;
/** Events that last longer are faults or another normal, not jobs. */
const EVENT_MS_MAX: DurationMs = 6 * HOUR_MS;
const EVENT_POINTS_MAX = 6;
/** Scores echo what came, no longer than this; values, which move with the hour, stay within this share of it. */
const ECHO_MS_MAX: DurationMs = 12 * HOUR_MS;
const ECHO_POINTS_MAX = 36;
const ECHO_SHARE = 0.75;
/** An event ends after this quiet time, at least two points. */
const QUIET_MS: DurationMs = HOUR_MS;
const QUIET_POINTS = 2;
/** A job may last this many points longer than ever. */
const SPARE_POINTS = 3;
/** How far from its time it may come, at least a point: a clock change is no news. */
const LATE_MS: DurationMs = 65 * MINUTE_MS;
/** Half of its usual size is enough to have come; above one and a half of the largest it is told as larger. */
const CAME_SHARE = 0.5;
/** At no more than this share of it, nothing came. Between the two nothing is said. */
const GONE_SHARE = 0.4;
const LARGER_SHARE = 1.5;
/** Its usual size is the mean over about this many times. */
const MEAN_OF = 8;
/** And this much longer. */
const LONGER = 1.25;
/** Its absence is told after the fourth time, of a daily one after the eighth: weekends. */
const MISSED_COUNT = [14, 4, 4] as const;
/** What did not come more often than once in so many times has days off, and they are no news. */
const SELDOM = 8;
/** Left out this often in a row, it was given up. */
const MISSED_IN_A_ROW = 3;
/** The words say "every day": p is kept a little above that. */
const SAID_SHARE = 0.9;

/**
 * What comes again, by time of day, of the week and of the month: a few rare events of a series, each with the times at
 * which it came. From the fourth time on one that comes at its time and at its size is known. That it does not come, or
 * comes far larger, is news. Events become a habit only by coming at the same time three times in a row: faults that
 * come again at any time do not.
 *
 * One known point, in time order: gives its p, and says why in `n[SAID_MARK]`. Past-only and O(1): an ordinary point
 * costs two comparisons.
 *
 * @param n HABIT_NUMBERS of memory
 * @param away distance from the slow level as it was before the point
 */
export function stepHabits(
  n: Float32Array,
  atMs: EpochMs,
  away: number,
  p: number,
  intervalMs: DurationMs,
): number {
  n[SAID_MARK] = 0;
  const said = n[NEXT]! < Number.POSITIVE_INFINITY ? ask(n, atMs, away, p, intervalMs) : p;
  if (isRare(p, intervalMs)) extend(n, { atMs, away, p, intervalMs });
  else if (n[BEGAN] !== 0) closeIfQuiet(n, atMs, intervalMs);
  if (n[BEGAN] === 0) n[BEFORE] = away;
  return said;
}

function isRare(p: number, intervalMs: DurationMs): boolean {
  return p < EVENT_P && intervalMs > EVENT_DAYS * DAY_MS * p;
}

/** Where there are habits. */
function ask(n: Float32Array, atMs: EpochMs, away: number, p: number, intervalMs: DurationMs) {
  const before = keptTime(n, LAST_AT);
  keepTime(n, LAST_AT, atMs);
  return atMs >= keptTime(n, NEXT) ? follow(n, { atMs, away, p, intervalMs }, before) : p;
}

interface Point {
  readonly atMs: EpochMs;
  readonly away: number;
  p: number;
  readonly intervalMs: DurationMs;
}

/** Asks every habit whose time it is; gives p. */
function follow(n: Float32Array, point: Point, before: EpochMs): number {
  const { atMs, intervalMs } = point;
  const late = Math.max(LATE_MS, intervalMs);
  let next = Number.POSITIVE_INFINITY;
  for (let h = 0; h < HABITS_END; h += H_LENGTH) {
    if (n[h + H.count]! < KNOWN_COUNT) continue;
    let due = dueOf(n, h);
    while (n[h + H.count] !== 0 && isOver(n, h, due, late, point)) {
      settle(n, h, due, before < due - late, point);
      due = dueOf(n, h);
    }
    if (n[h + H.count] === 0) continue;
    if (atMs >= due - late) look(n, h, point);
    next = Math.min(next, due - late);
  }
  if (next < Number.POSITIVE_INFINITY) keepTime(n, NEXT, next);
  else n[NEXT] = next;
  return point.p;
}

/** A point at the time of a habit. */
function look(n: Float32Array, h: number, point: Point): void {
  if (Number.isNaN(n[h + H.base]!)) n[h + H.base] = n[BEFORE]!;
  const moved = point.away - n[h + H.base]!;
  const sized = n[h + H.size]! < 0 ? -moved : moved;
  const inTime = n[h + H.came] === 0 || point.atMs <= jobEnd(n, h, point.intervalMs);
  if (inTime) n[h + H.reached] = Math.max(n[h + H.reached]!, sized);
  if (inTime && sized >= CAME_SHARE * Math.abs(n[h + H.size]!)) {
    if (n[h + H.came] === 0) keepTime(n, h + H.came, point.atMs);
    keepTime(n, h + H.lastThere, point.atMs);
  }
  if (habitKind(n[SAID_MARK]) === HABIT.missed) return;
  const period = n[h + H.period]!;
  if (isUsual(n, h, sized, point)) {
    const usual = point.intervalMs / DAY_MS / (SAID_SHARE * habitDays(period));
    point.p = Math.min(1, Math.max(point.p, usual));
    n[SAID_MARK] = habitMark(HABIT.came, period, n[h + H.count]!);
  } else if (
    sized > LARGER_SHARE * n[h + H.largest]! &&
    n[SAID_MARK] === 0 &&
    isRare(point.p, point.intervalMs)
  ) {
    tell(n, HABIT.larger, h, point);
  }
}

/** News are as rare as the habit is old. */
function tell(n: Float32Array, kind: number, h: number, point: Point): void {
  const count = n[h + H.count]!;
  const period = n[h + H.period]!;
  const days = (habitDays(period) * (count + 1)) / (n[h + H.missed]! + 1);
  point.p = Math.min(point.p, point.intervalMs / DAY_MS / days);
  n[SAID_MARK] = habitMark(kind, period, count);
}

/** The time of a habit is over. @param unseen nothing was received since before it */
function settle(n: Float32Array, h: number, due: EpochMs, unseen: boolean, point: Point): void {
  if (n[h + H.came] !== 0) learnArrival(n, h);
  else {
    keepTime(n, h + H.last, due);
    if (!unseen) miss(n, h, point);
    if (++n[h + H.inARow]! >= MISSED_IN_A_ROW) n[h + H.count] = 0;
  }
  n[h + H.came] = n[h + H.reached] = 0;
  n[h + H.base] = Number.NaN;
}

function learnArrival(n: Float32Array, h: number): void {
  const count = ++n[h + H.count]!;
  const sign = n[h + H.size]! < 0 ? -1 : 1;
  // A larger one counts as one and a half of the largest, so that one of them hides no others.
  const reached = Math.min(n[h + H.reached]!, LARGER_SHARE * n[h + H.largest]!);
  n[h + H.size]! += (sign * reached - n[h + H.size]!) / Math.min(count, MEAN_OF);
  n[h + H.largest] = Math.max(n[h + H.largest]!, reached);
  const length = (n[h + H.lastThere]! - n[h + H.came]!) * MINUTE_MS;
  n[h + H.length] = Math.max(n[h + H.length]!, length);
  n[h + H.last] = n[h + H.came]!;
  n[h + H.inARow] = 0;
  if (length > EVENT_MS_MAX) n[h + H.count] = 0;
}

function miss(n: Float32Array, h: number, point: Point): void {
  const count = n[h + H.count]!;
  const rests = SELDOM * n[h + H.missed]! > count;
  const isGone = n[h + H.reached]! <= GONE_SHARE * Math.abs(n[h + H.size]!);
  const isTold = isGone && count >= MISSED_COUNT[n[h + H.period]!]! && !rests;
  if (isTold && n[h + H.inARow] === 0) tell(n, HABIT.missed, h, point);
  n[h + H.missed]!++;
}

/** A rare point: part of an event, which begins where it is far larger than what was rare before. */
function extend(n: Float32Array, { atMs, away, p, intervalMs }: Point): void {
  if (n[BEGAN] !== 0) closeIfQuiet(n, atMs, intervalMs);
  const open = n[BEGAN] !== 0;
  const moved = away - n[BEFORE]!;
  const reach = Math.abs(moved);
  const size = open ? Math.abs(n[SIZE]!) : 0;
  const fresh = !open || CAME_SHARE * reach > size;
  if (fresh) {
    keepTime(n, BEGAN, atMs);
    n[KNOWN] = 1;
    n[RAREST] = 0;
  }
  if (!open || reach > size) n[SIZE] = moved;
  const there = reach >= CAME_SHARE * Math.abs(n[SIZE]!);
  if (there && (fresh || !isQuiet(n, LAST_THERE, atMs, intervalMs))) keepTime(n, LAST_THERE, atMs);
  keepTime(n, LAST_RARE, atMs);
  n[RAREST] = Math.max(n[RAREST]!, intervalMs / DAY_MS / p);
  if (habitKind(n[SAID_MARK]) !== HABIT.came) n[KNOWN] = 0;
}

function isQuiet(n: Float32Array, since: number, atMs: EpochMs, intervalMs: DurationMs): boolean {
  return atMs - keptTime(n, since) > Math.max(QUIET_MS, QUIET_POINTS * intervalMs);
}

function closeIfQuiet(n: Float32Array, atMs: EpochMs, intervalMs: DurationMs): void {
  if (!isQuiet(n, LAST_RARE, atMs, intervalMs)) return;
  const length = (n[LAST_THERE]! - n[BEGAN]!) * MINUTE_MS;
  const isShort = length <= Math.max(EVENT_MS_MAX, EVENT_POINTS_MAX * intervalMs);
  if (isShort && n[KNOWN] === 0 && n[SIZE] !== 0) learnEvent(n, length, intervalMs);
  n[BEGAN] = 0;
}

function dueOf(n: Float32Array, h: number): EpochMs {
  return oneHabitLater(keptTime(n, h + H.last), n[h + H.period]!);
}

/** The time of a habit is over: what came is gone, or it is later than it would have come and gone. */
function isOver(n: Float32Array, h: number, due: EpochMs, late: DurationMs, point: Point): boolean {
  const { atMs, intervalMs } = point;
  if (n[h + H.came] === 0) return atMs > due + late + n[h + H.length]!;
  if (atMs <= jobEnd(n, h, intervalMs)) return false;
  const began = keptTime(n, BEGAN);
  const echoes = n[BEGAN] !== 0 && began >= due - late && atMs <= began + echoMax(intervalMs);
  return !echoes;
}

function echoMax(intervalMs: DurationMs): DurationMs {
  return Math.max(ECHO_MS_MAX, ECHO_POINTS_MAX * intervalMs);
}

/** It may last a little longer than ever. */
function jobEnd(n: Float32Array, h: number, intervalMs: DurationMs): EpochMs {
  return keptTime(n, h + H.came) + LONGER * n[h + H.length]! + SPARE_POINTS * intervalMs;
}

/** Whether a point at the time of a habit is what it always is: the job, and afterwards only its echo in the scores. */
function isUsual(n: Float32Array, h: number, sized: number, point: Point): boolean {
  const largest = n[h + H.largest]!;
  if (n[h + H.came] !== 0 && point.atMs > jobEnd(n, h, point.intervalMs)) {
    return Math.abs(sized) <= ECHO_SHARE * largest;
  }
  return sized <= LARGER_SHARE * largest && sized >= -CAME_SHARE * largest;
}
