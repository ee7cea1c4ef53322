import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { likelyUnitOf } from "./epoch.ts";
import type { TimeOptions } from "./time-column.ts";
import { instantMs, timeReading } from "./time-reading.ts";

const NOON = Date.UTC(2026, 6, 1, 12, 0, 0);

/** A column as a file's reader sees it: epoch milliseconds, or what was wrong. */
function columnOf(texts: readonly string[], options: TimeOptions = {}, name = "t") {
  const decided = timeReading({ name, texts, isAll: true }, options);
  if (decided === "more") throw new Error("it wanted more rows than there are");
  if ("refused" in decided) return `${decided.refused.problem}: ${decided.refused.remedy}`;
  return texts.map((text) => decided.reading.read(text));
}

describe("epoch numbers", () => {
  it("are seconds to nanoseconds by their size", () => {
    for (const text of ["1782907200", "1782907200000", "1782907200000000", "1782907200000000000"]) {
      expect(instantMs(text)).toBe(NOON);
      expect(columnOf([text])).toEqual([NOON]);
    }
    expect([99_999_999_999, 100_000_000_000].map(likelyUnitOf)).toEqual(["s", "ms"]);
  });

  it("may be written with a power of ten, unless digits were rounded away", () => {
    expect(columnOf(["1.782907200e+09", "1.782907200000E+12"])).toEqual([NOON, Number.NaN]);
    expect(columnOf(["1.782907200000E+12"])).toEqual([NOON]);
    expect(columnOf(["1782907200", "1.7829e+09"])).toEqual([NOON, Number.NaN]);
  });

  it("all have the unit of the first: another one is not taken for a time", () => {
    expect(columnOf(["1700000000", "200000000000"])).toEqual([1_700_000_000_000, Number.NaN]);
  });

  it("before 2000 or after 2100 are refused with the date that they would be", () => {
    expect(columnOf(["500000000", "500000300"])).toContain(
      '"500000000" in seconds would be 1985-11-05: correct it, or name the unit with --time-unit',
    );
    expect(columnOf(["500000000", "500000300"], { timeUnit: "s" })).toEqual([
      5e11, 500_000_300_000,
    ]);
    expect(columnOf(["29540160", "29540161"])).toContain("--time-unit");
  });
});

describe("numbers from an origin of their own", () => {
  it("are told by the first step", () => {
    expect(columnOf(["0", "0", "300", "600"])).toEqual([0, 0, 300_000, 600_000]);
    expect(columnOf(["0", "300000", "600000"])).toEqual([0, 300_000, 600_000]);
    expect(columnOf(["5", "86405", "172805"])).toEqual([5000, 86_405_000, 172_805_000]);
    expect(columnOf(["60000", "0"])).toEqual([60_000, 0]);
  });

  it("are refused where points are stored", () => {
    expect(columnOf(["0", "300", "600"], { realTimesOnly: true })).toContain("would be 1970-01-01");
  });

  it("take the unit they are told", () => {
    expect(instantMs("300", "ms")).toBe(300);
    expect(instantMs("1.5", "s")).toBe(1500);
    expect(columnOf(["2500"], { timeUnit: "us" })).toEqual([2.5]);
  });
});

describe("days of a spreadsheet", () => {
  const start = Date.UTC(2026, 2, 2);
  const five = ["46083.00000000", "46083.00347222", "46083.00694444"];

  it("are told by their steps, which are whole seconds of a day", () => {
    const expected = [start, start + 300_000, start + 600_000];
    expect(columnOf(five)).toEqual(expected);
    expect(columnOf(five.map((text) => text.replace(".", ",")))).toEqual(expected);
    expect(columnOf(["45000.5", "45000.75"], { timeFormat: "excel" })).toEqual([
      Date.UTC(2023, 2, 15, 12),
      Date.UTC(2023, 2, 15, 18),
    ]);
  });

  it("without fractions are refused, but for a column that says it holds dates", () => {
    const days = ["46083", "46084", "46085"];
    expect(columnOf(days)).toContain("--time-format excel or --time-unit s");
    expect(columnOf(days, {}, "Date")).toEqual([0, 1, 2].map((i) => start + i * 86_400_000));
    expect(columnOf(["46083.5", "46084.5", "46085.5"])).toContain("--time-format excel");
  });
});

describe("dates as one number", () => {
  it.each([
    [
      ["20260101", "20260102"],
      [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)],
    ],
    [
      ["202601011230", "202601011235"],
      [Date.UTC(2026, 0, 1, 12, 30), Date.UTC(2026, 0, 1, 12, 35)],
    ],
    [["20260101123000"], [Date.UTC(2026, 0, 1, 12, 30)]],
    [
      ["2026010122", "2026010123", "2026010200"],
      [22, 23, 24].map((hour) => Date.UTC(2026, 0, 1, hour)),
    ],
  ])("%s", (texts, expected) => {
    expect(columnOf(texts)).toEqual(expected);
  });

  it("are no dates where one of them is none", () => {
    expect(columnOf(["20260101", "20261301"])).toContain("--time-unit");
  });
});

describe("dates", () => {
  it("are read in UTC where no zone is named", () => {
    for (const text of [
      "2026-07-01 12:00:00",
      "2026-07-01T12:00:00",
      "2026/07/01 12:00",
      "2026-07-01T12:00:00Z",
      "2026-07-01T14:00:00+02:00",
      "2026-07-01 06:30:00.000-0530",
      " 2026-07-01 12:00:00 UTC ",
      "2026-07-01 12:00:00.000000000 +0000 UTC m=+0.11",
      "Jul 1, 2026 @ 12:00:00.000",
      "July 1, 2026 12:00 PM",
      "1 Jul 2026 12:00:00",
      "01-Jul-2026 12:00:00",
      "01/Jul/2026:12:00:00 +0000",
      "01.07.2026 12:00",
      "Wed, 01 Jul 2026 14:00:00 CEST",
      "Wed Jul  1 12:00:00 2026",
      "20260701T12:00:00Z",
      "20260701T120000Z",
      "20260701 120000",
      "20260701T120000.000+0000",
      "[01/Jul/2026:12:00:00 +0000]",
      "Wed Jul 01 2026 14:00:00 GMT+0200 (Central European Summer Time)",
    ]) {
      expect(columnOf([text]), text).toEqual([NOON]);
    }
    expect(instantMs("2026-07-01")).toBe(NOON - 12 * 3_600_000);
    expect(columnOf(["2026-07"])).toEqual([NOON - 12 * 3_600_000]);
    expect(instantMs("2026-07-01 12:00:00.25")).toBe(NOON + 250);
  });

  it("have a clock of 12 hours where they say so", () => {
    const noonAndMidnight = [
      "2026-07-01 12:00:00 PM",
      "2026-07-01 12:00:00 AM",
      "2026-07-01 1:05 p.m.",
    ];
    expect(columnOf(noonAndMidnight)).toEqual([NOON, NOON - 43_200_000, NOON + 3_900_000]);
    expect(columnOf(["2026-07-01 13:00 PM"])).toEqual([Number.NaN]);
  });

  it("give back every instant that toISOString writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(instantMs(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });

  it("with day and month in numbers are read where a 13th or the steps tell, else refused", () => {
    expect(columnOf(["13/02/2026 10:00", "01/03/2026 10:00"])).toEqual([
      Date.UTC(2026, 1, 13, 10),
      Date.UTC(2026, 2, 1, 10),
    ]);
    expect(columnOf(["03/02/2026", "03/03/2026"])).toEqual([
      Date.UTC(2026, 2, 2),
      Date.UTC(2026, 2, 3),
    ]);
    expect(columnOf(["02/03/2026", "03/03/2026"])).toEqual([
      Date.UTC(2026, 2, 2),
      Date.UTC(2026, 2, 3),
    ]);
    expect(columnOf(["03/02/2026 10:00", "03/02/2026 10:05"])).toContain("--time-format");
    expect(columnOf(["03/02/2026"], { timeFormat: "MM/dd/yyyy" })).toEqual([Date.UTC(2026, 2, 2)]);
    expect(columnOf(["03/02/2026"], { timeFormat: "dd-MM-yyyy" })).toContain("--time-format");
    expect(instantMs("03/02/2026")).toBeNaN();
  });

  it("before 2000 among later ones are none, and a file of them is read", () => {
    expect(columnOf(["2026-07-01", "1970-01-01"])).toEqual([Date.UTC(2026, 6, 1), Number.NaN]);
    expect(columnOf(["1996-07-01", "1996-07-02"])).toEqual([
      Date.UTC(1996, 6, 1),
      Date.UTC(1996, 6, 2),
    ]);
  });

  it("of two digits for the year are not guessed at", () => {
    expect(columnOf(["26-03-02 00:00"])).toEqual([Number.NaN]);
    expect(columnOf(["02.03.26"], { timeFormat: "dd.MM.yy" })).toEqual([Date.UTC(2026, 2, 2)]);
  });

  it.each([
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
  ])("%j is none", (text) => {
    expect(instantMs(text)).toBeNaN();
  });
});

describe("times of a zone", () => {
  const zone = "Europe/Berlin";

  it("are what its clock showed, in winter and in summer", () => {
    expect(columnOf(["2026-01-01 12:00:00", "2026-07-01 14:00:00"], { zone })).toEqual([
      Date.UTC(2026, 0, 1, 11),
      NOON,
    ]);
    expect(columnOf(["2026-07-01 12:00:00Z"], { zone })).toEqual([NOON]);
    expect(columnOf(["20260701"], { zone })).toEqual([Date.UTC(2026, 5, 30, 22)]);
  });

  it("go on through the hour that comes twice, and are refused in the one that never was", () => {
    const hour = ["02:00", "02:30", "02:00", "02:30", "03:00"].map((at) => `2026-10-25 ${at}:00`);
    const first = Date.UTC(2026, 9, 25, 0);
    expect(columnOf(hour, { zone })).toEqual([0, 1, 2, 3, 4].map((i) => first + i * 1_800_000));
    const spring = columnOf(["2026-03-29 01:30:00", "2026-03-29 02:30:00"], { zone });
    expect(spring).toEqual([Date.UTC(2026, 2, 29, 0, 30), Number.NaN]);
  });

  it("need a zone that exists", () => {
    expect(columnOf(["2026-07-01"], { zone: "Berlin" })).toContain('no zone is called "Berlin"');
  });
});
