import { HABIT_PERIOD, habitDays, oneHabitLater } from "../../model/habit-mark.ts";
import { DAY_MS, type DurationMs, MINUTE_MS } from "../../model/time.ts";
import {
  BEGAN,
  H,
  H_LENGTH,
  HABITS_END,
  KNOWN_COUNT,
  keptTime,
  NEXT,
  RAREST,
  SIZE,
} from "./habit-numbers.ts";

/** How far from its time an event may come while it is learnt: this, or a point of coarse steps. */
const EARLY_MS: DurationMs = 30 * MINUTE_MS;
const EARLY_SHARE = 1 / 24;
/** A period of fewer points is not told from chance. */
const PERIOD_POINTS_MIN = 6;
/** As rare as this an event is remembered for itself; one that comes again may be less rare. */
const BEGIN_DAYS = 0.9;
/** Sizes within this factor are of one habit. */
const ALIKE = 1.5;
/** A lone event is forgotten after this time. */
const FORGOTTEN_DAYS = 33;

/** The event of `n`, which was not known, is the next time of one that is alike, or the first of its own. O(1). */
export function learnEvent(n: Float32Array, length: DurationMs, intervalMs: DurationMs): void {
  if (isOfHabit(n, intervalMs)) return;
  const h = alike(n, intervalMs);
  if (h < 0) {
    if (n[RAREST]! >= BEGIN_DAYS) begin(n, length);
    return;
  }
  const count = ++n[h + H.count]!;
  const size = n[SIZE]!;
  n[h + H.size]! += (size - n[h + H.size]!) / count;
  n[h + H.largest] = Math.max(n[h + H.largest]!, Math.abs(size));
  n[h + H.length] = Math.max(n[h + H.length]!, length);
  n[h + H.last] = n[BEGAN]!;
  if (count >= KNOWN_COUNT) n[NEXT] = Number.NEGATIVE_INFINITY;
}

/**
 * Whether the event is the latest time of a known habit. Points of its echo are not always known for what they are, and
 * the same job would be learnt as another habit, as young as that.
 */
function isOfHabit(n: Float32Array, intervalMs: DurationMs): boolean {
  const nearMs = Math.max(EARLY_MS, intervalMs);
  for (let h = 0; h < HABITS_END; h += H_LENGTH) {
    if (n[h + H.count]! < KNOWN_COUNT || !(n[SIZE]! * n[h + H.size]! > 0)) continue;
    const came = n[h + H.came] === 0 ? n[h + H.last]! : n[h + H.came]!;
    const isNear = Math.abs(n[BEGAN]! - came) * MINUTE_MS <= nearMs;
    if (isNear && Math.abs(n[SIZE]!) <= ALIKE * n[h + H.largest]!) return true;
  }
  return false;
}

/** The place of the habit in the making that the event continues; -1 without one. Of several the most alike. */
function alike(n: Float32Array, intervalMs: DurationMs): number {
  let best = -1;
  let least = Math.log(ALIKE);
  for (let h = 0; h < HABITS_END; h += H_LENGTH) {
    const count = n[h + H.count]!;
    if (count === 0 || count >= KNOWN_COUNT) continue;
    const ratio = n[SIZE]! / n[h + H.size]!;
    const distance = ratio > 0 ? Math.abs(Math.log(ratio)) : Number.POSITIVE_INFINITY;
    if (!(distance <= least)) continue;
    const period = periodOf(n, h, intervalMs);
    if (period < 0) continue;
    n[h + H.period] = period;
    best = h;
    least = distance;
  }
  return best;
}

/** The period at which the event follows the habit; -1 where it does not. */
function periodOf(n: Float32Array, h: number, intervalMs: DurationMs): number {
  const known = n[h + H.count]! > 1;
  for (let period: number = HABIT_PERIOD.day; period <= HABIT_PERIOD.month; period++) {
    if (known && period !== n[h + H.period]) continue;
    const periodMs = habitDays(period) * DAY_MS;
    if (periodMs < PERIOD_POINTS_MIN * intervalMs) continue;
    const early = Math.max(EARLY_MS, Math.min(intervalMs, EARLY_SHARE * periodMs));
    const due = oneHabitLater(keptTime(n, h + H.last), period);
    if (Math.abs(keptTime(n, BEGAN) - due) <= early) return period;
  }
  return -1;
}

/** A free place, or one whose time is over, or that of the smallest event that is no habit yet. */
function begin(n: Float32Array, length: DurationMs): void {
  let place = -1;
  let least = Math.abs(n[SIZE]!);
  for (let h = 0; h < HABITS_END; h += H_LENGTH) {
    const count = n[h + H.count]!;
    if (count >= KNOWN_COUNT) continue;
    const size = count === 0 || isOver(n, h) ? 0 : Math.abs(n[h + H.size]!);
    if (size >= least) continue;
    place = h;
    least = size;
  }
  if (place < 0) return;
  n.fill(0, place, place + H_LENGTH);
  n[place + H.count] = 1;
  n[place + H.base] = Number.NaN;
  n[place + H.last] = n[BEGAN]!;
  n[place + H.size] = n[SIZE]!;
  n[place + H.largest] = Math.abs(n[SIZE]!);
  n[place + H.length] = length;
}

function isOver(n: Float32Array, h: number): boolean {
  const days = n[h + H.count]! > 1 ? 1.5 * habitDays(n[h + H.period]!) : FORGOTTEN_DAYS;
  return (n[BEGAN]! - n[h + H.last]!) * MINUTE_MS > days * DAY_MS;
}
