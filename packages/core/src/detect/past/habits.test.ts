import { describe, expect, it } from "vitest";
import { HABIT, habitCount, habitKind, habitPeriod } from "../../model/habit-mark.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../model/time.ts";
import { HABIT_NUMBERS, SAID_MARK } from "./habit-numbers.ts";
import { stepHabits } from "./habits.ts";

const START_MS = Date.UTC(2026, 0, 5);
const STEP_MS = 10 * MINUTE_MS;
/** Once in 8 days; ordinary points have p = 0.5. */
const RARE_P = STEP_MS / DAY_MS / 8;

interface Event {
  readonly atMs: number;
  readonly size: number;
  readonly hours?: number;
}

interface Said {
  readonly atMs: number;
  readonly kind: number;
  readonly mark: number;
  readonly p: number;
}

/** What is said while events come, each rare from its start to its end; `silent` hours send nothing. */
function said(events: readonly Event[], days: number, silent: readonly number[] = []): Said[] {
  const numbers = new Float32Array(HABIT_NUMBERS);
  const all: Said[] = [];
  for (let atMs = START_MS; atMs < START_MS + days * DAY_MS; atMs += STEP_MS) {
    if (silent.includes(Math.floor((atMs - START_MS) / HOUR_MS))) continue;
    const event = events.find(
      (one) => atMs >= one.atMs && atMs < one.atMs + (one.hours ?? 1) * HOUR_MS,
    );
    const p = stepHabits(numbers, atMs, event?.size ?? 0, event ? RARE_P : 0.5, STEP_MS);
    const mark = numbers[SAID_MARK]!;
    if (mark !== 0) all.push({ atMs, kind: habitKind(mark), mark, p });
  }
  return all;
}

function daily(count: number, sizeOf: (k: number) => number, hour = 2): Event[] {
  return Array.from({ length: count }, (_, k) => ({
    atMs: START_MS + k * DAY_MS + hour * HOUR_MS,
    size: sizeOf(k),
  })).filter(({ size }) => size !== 0);
}

function weekly(count: number, sizeOf: (k: number) => number): Event[] {
  return Array.from({ length: count }, (_, k) => ({
    atMs: START_MS + 7 * k * DAY_MS + 2 * HOUR_MS,
    size: sizeOf(k),
  })).filter(({ size }) => size !== 0);
}

const dayOf = ({ atMs }: Said) => Math.floor((atMs - START_MS) / DAY_MS);
const news = (all: readonly Said[]) => all.filter(({ kind }) => kind !== HABIT.came);

describe("what comes again", () => {
  it("is known from the fourth time on, and its p is that of its period", () => {
    const all = said(
      weekly(8, () => 10),
      56,
    );
    expect(news(all)).toEqual([]);
    const during = all.filter(({ atMs }) => (atMs - START_MS - 2 * HOUR_MS) % (7 * DAY_MS) === 0);
    expect(during.map(dayOf)).toEqual([21, 28, 35, 42, 49]);
    for (const [k, one] of during.entries()) {
      expect(habitPeriod(one.mark)).toBe(1);
      expect(habitCount(one.mark)).toBe(3 + k);
      expect(STEP_MS / DAY_MS / one.p).toBeCloseTo(0.9 * 7, 3);
    }
  });

  it("is known by the month too, whose lengths differ", () => {
    const firsts = Array.from({ length: 6 }, (_, k) => ({
      atMs: Date.UTC(2026, 1 + k, 1, 4),
      size: 5,
    }));
    const all = said(firsts, 200);
    expect(news(all).filter(({ atMs }) => atMs < Date.UTC(2026, 6, 2))).toEqual([]);
    const during = all.filter(({ atMs }) => firsts.some((one) => one.atMs === atMs));
    expect(during.map(({ mark }) => habitPeriod(mark))).toEqual([2, 2, 2]);
  });

  it("is news when it does not come, as rare as it is old, and once", () => {
    const missed = news(
      said(
        weekly(10, (k) => (k === 8 ? 0 : 10)),
        70,
      ),
    );
    expect(missed).toHaveLength(1);
    expect(missed[0]!.kind).toBe(HABIT.missed);
    expect(dayOf(missed[0]!)).toBe(56);
    expect(STEP_MS / DAY_MS / missed[0]!.p).toBeCloseTo(7 * 9, 3);
  });

  it("is news when it comes three times as large", () => {
    const larger = news(
      said(
        weekly(10, (k) => (k === 8 ? 30 : 10)),
        70,
      ),
    );
    expect(larger.length).toBeGreaterThan(0);
    expect(new Set(larger.map(dayOf))).toEqual(new Set([56]));
    expect(larger.every(({ kind }) => kind === HABIT.larger)).toBe(true);
  });

  it("is not missed where nothing was received", () => {
    const at = 8 * 7 * 24;
    const silent = Array.from({ length: 9 }, (_, k) => at - 1 + k);
    expect(
      news(
        said(
          weekly(10, (k) => (k === 8 ? 0 : 10)),
          70,
          silent,
        ),
      ),
    ).toEqual([]);
  });

  it("rests at weekends without news after the first of them", () => {
    const weekdays = daily(28, (k) => (k % 7 < 5 ? 10 : 0));
    const all = said(weekdays, 28);
    expect(news(all)).toEqual([]);
    expect(all.some((one) => dayOf(one) === 25)).toBe(true);
  });

  it("moves by an hour with the clocks", () => {
    const all = said([...daily(10, () => 10), ...daily(20, (k) => (k < 10 ? 0 : 10), 3)], 20);
    expect(news(all)).toEqual([]);
  });

  it("is given up when it does not come three times in a row", () => {
    const all = said(
      daily(12, () => 10),
      40,
    );
    expect(all.every((one) => dayOf(one) < 15)).toBe(true);
  });
});

describe("real faults that recur", () => {
  it("are not explained away when they come at any hour", () => {
    const hours = [2, 9, 17, 5, 22, 13, 1, 11, 19, 7, 15, 3, 20, 10, 23, 6, 14];
    const faults = hours.map((hour, k) => ({
      atMs: START_MS + k * DAY_MS + hour * HOUR_MS,
      size: 10,
    }));
    expect(said(faults, 30)).toEqual([]);
  });

  it("are not explained away at the time of a habit when they are of another size or direction", () => {
    const faults = daily(12, (k) => (k < 8 ? 10 : k < 10 ? -10 : 25));
    const came = said(faults, 12).filter(({ kind }) => kind === HABIT.came);
    const atFaults = came.filter(
      (one) => dayOf(one) >= 8 && faults.some(({ atMs }) => atMs === one.atMs),
    );
    expect(atFaults).toEqual([]);
  });

  it("of days are no jobs", () => {
    const long = Array.from({ length: 8 }, (_, k) => ({
      atMs: START_MS + 7 * k * DAY_MS,
      size: 10,
      hours: 30,
    }));
    expect(said(long, 60)).toEqual([]);
  });
});
