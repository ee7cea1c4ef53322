import { describe, expect, it } from "vitest";
import { HOUR_MS } from "../model/time.ts";
import { calendarOf, offsetAt, type TimeZone, timestampsOf, UTC } from "./calendar.ts";

const BERLIN: TimeZone = { offsetMs: HOUR_MS, daylightSaving: "eu" };
const NEW_YORK: TimeZone = { offsetMs: -5 * HOUR_MS, daylightSaving: "us" };

/** What the platform's own tables say. */
function offsetOfPlatform(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const name = parts.formatToParts(atMs).find(({ type }) => type === "timeZoneName")!.value;
  const [, sign, hours] = /GMT([+-])(\d\d)/.exec(name)!;
  return (sign === "-" ? -1 : 1) * Number(hours) * HOUR_MS;
}

describe("calendar", () => {
  it.each([
    ["Europe/Berlin", BERLIN],
    ["America/New_York", NEW_YORK],
  ] as const)(
    "the clock of %s goes as the platform's tables say, every 6 h of 2019-2030",
    (name, zone) => {
      for (let at = Date.UTC(2019, 0, 1); at < Date.UTC(2030, 0, 1); at += 6 * HOUR_MS) {
        const near = new Date(at).getUTCMonth() % 12;
        if (![2, 9, 10].includes(near)) continue;
        expect(offsetAt(at, zone), new Date(at).toISOString()).toBe(offsetOfPlatform(at, name));
      }
    },
  );

  it("summer in Berlin begins on 31 March 2024 at 01:00 UTC, to the millisecond", () => {
    const beginMs = Date.UTC(2024, 2, 31, 1);
    expect(offsetAt(beginMs - 1, BERLIN)).toBe(HOUR_MS);
    expect(offsetAt(beginMs, BERLIN)).toBe(2 * HOUR_MS);
  });

  it("Saturday and Sunday are the weekend, and minutes count from the local midnight", () => {
    const friday = Date.UTC(2024, 0, 5, 23);
    const grid = { startMs: friday, intervalMs: HOUR_MS, pointCount: 52 };
    const { weekend, minuteOfDay } = calendarOf(grid, UTC, 0);
    expect([...weekend]).toEqual([0, ...Array(48).fill(1), 0, 0, 0]);
    expect([minuteOfDay[0], minuteOfDay[1], minuteOfDay[25]]).toEqual([23 * 60, 0, 0]);
    expect(calendarOf(grid, BERLIN, 0).weekend[0]).toBe(1);
    expect(timestampsOf(grid)[51]).toBe(friday + 51 * HOUR_MS);
  });

  it("the daily load repeats every day but on the day the clock moves, when it comes an hour early", () => {
    const startMs = Date.UTC(2024, 2, 29);
    const grid = { startMs, intervalMs: HOUR_MS, pointCount: 96 };
    const { daily } = calendarOf(grid, BERLIN, 0);
    expect(daily[24 + 5]).toBeCloseTo(daily[5]!, 9);
    expect(daily[72 + 5]).toBeCloseTo(daily[6]!, 9);
  });
});
