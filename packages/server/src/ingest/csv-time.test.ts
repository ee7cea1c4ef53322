import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantMs, timeReader, unitOf } from "./csv-time.ts";

const NOON = Date.UTC(2026, 6, 1, 12, 0, 0);

describe("timeReader", () => {
  it("tells the unit of numbers by their size: seconds, milliseconds, micro- and nanoseconds", () => {
    for (const text of ["1782907200", "1782907200000", "1782907200000000", "1782907200000000000"]) {
      expect(timeReader()(text)).toBe(NOON);
    }
    expect([99_999_999_999, 100_000_000_000].map(unitOf)).toEqual(["s", "ms"]);
  });

  it("keeps the unit of the first number for the whole file", () => {
    const read = timeReader();
    expect([read("0"), read("200000000000")]).toEqual([0, 200_000_000_000_000]);
  });

  it("takes the unit it is told", () => {
    expect(timeReader("ms")("300")).toBe(300);
    expect(timeReader("s")("1.5")).toBe(1500);
    expect(timeReader("us")("2500")).toBe(2.5);
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

  it("refuses what is no time", () => {
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
