import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantMs, TimeReader, type TimeUnit, unitOf } from "./csv-time.ts";

const NOON = Date.UTC(2026, 6, 1, 12, 0, 0);

describe("TimeReader", () => {
  it("tells the unit of numbers by their size: seconds, milliseconds, micro- and nanoseconds", () => {
    for (const text of ["1782907200", "1782907200000", "1782907200000000", "1782907200000000000"]) {
      expect(instantMs(text)).toBe(NOON);
    }
    expect([99_999_999_999, 100_000_000_000].map(unitOf)).toEqual(["s", "ms"]);
  });

  it("keeps the unit of the first number for the whole file", () => {
    const reader = new TimeReader();
    expect([reader.read("1700000000"), reader.read("200000000000")]).toEqual([
      1_700_000_000_000, 200_000_000_000_000,
    ]);
  });

  it("asks the first step where numbers count from a made-up origin", () => {
    expect(columnOf("0", "0", "300", "600")).toEqual([0, 0, 300_000, 600_000]);
    expect(columnOf("0", "300000", "600000")).toEqual([0, 300_000, 600_000]);
    expect(columnOf("5", "86405", "172805")).toEqual([5000, 86_405_000, 172_805_000]);
    expect(columnOf("60000", "0")).toEqual([60_000, 0]);
  });

  it("takes the unit it is told", () => {
    const read = (text: string, unit: TimeUnit) => instantMs(text, unit);
    expect(read("300", "ms")).toBe(300);
    expect(read("1.5", "s")).toBe(1500);
    expect(read("2500", "us")).toBe(2.5);
  });

  it("reads calendar times, in UTC where no zone is named", () => {
    for (const text of [
      "2026-07-01 12:00:00",
      "2026-07-01T12:00:00",
      "2026/07/01 12:00",
      "2026-07-01T12:00:00Z",
      "2026-07-01T14:00:00+02:00",
      "2026-07-01 06:30:00.000-0530",
      " 2026-07-01 12:00:00 UTC ",
    ]) {
      expect(instantMs(text), text).toBe(NOON);
    }
    expect(instantMs("2026-07-01")).toBe(NOON - 12 * 3_600_000);
    expect(instantMs("2026-07-01 12:00:00.25")).toBe(NOON + 250);
  });

  it("gives back every instant that toISOString writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(instantMs(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });

  it("refuses what is not a valid time", () => {
    for (const text of [
      "",
      "yesterday",
      "2026-13-01",
      "2026-02-30",
      "2026-07-01 25:00:00",
      "2026-07-01 12:61:00",
      "2026-07-01T12:00:00+99:00",
      "2026-07-01 noon",
      "1e9",
      "0x10",
    ]) {
      expect(instantMs(text), text).toBeNaN();
    }
  });
});

/** A column as a file's reader sees it: what was read before the unit was told is read again. */
function columnOf(...texts: string[]): number[] {
  const reader = new TimeReader();
  for (const text of texts) reader.read(text);
  return texts.map((text) => reader.read(text));
}
