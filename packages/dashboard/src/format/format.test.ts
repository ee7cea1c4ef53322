import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apart,
  change,
  count,
  counted,
  limit,
  measured,
  percent,
  percents,
  scored,
  tickTexts,
} from "./number.ts";
import { lasting, moment, rarity } from "./time.ts";
import { confidenceWord, listed } from "./word.ts";

const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("numbers", () => {
  it.each([
    [0, "", "0"],
    [93.14, "%", "93.1 %"],
    [412.4, "ms", "412 ms"],
    [9986, "", "9986"],
    [12_340, "", "12.3 k"],
    [12_340_000, "B", "12.3 MB"],
    [-4.236, "", "-4.24"],
    [0.0313, "s", "31.3 ms"],
    [0.42, "ratio", "42 %"],
    [1.5e6, "bytes/s", "1.5 MB/s"],
    [150, "seconds", "2.5 min"],
    [12_340, "%", "12340 %"],
    [12_340, "req/s", "12.3 k req/s"],
    [0.5, "/s", "0.5 /s"],
    [0.000012, "", "1.2e-5"],
    [5.5e12, "B", "5.5 TB"],
    [-3.456e100, "", "-3.46e100"],
    [1.2e-12, "s", "1.2e-12 s"],
  ])("writes %d %s as %s", (value, unit, text) => {
    expect(plain(measured(value, unit))).toBe(text);
  });

  it("keeps three significant digits of any value", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 9999, noNaN: true }), (value) => {
        expect(Math.abs(Number(measured(value)) / value - 1)).toBeLessThanOrEqual(0.0051);
      }),
    );
  });

  it("gives values side by side, and ticks of an axis, the digits that tell them apart", () => {
    expect(apart([1000.4, 1000.1, 1000.9]).map(plain)).toEqual(["1000.4", "1000.1", "1000.9"]);
    expect(apart([93.1, 31, 44], "%").map(plain)).toEqual(["93.1 %", "31 %", "44 %"]);
    expect(tickTexts([10_000_000, 10_000_500], "bytes").map(plain)).toEqual([
      "10.0000 MB",
      "10.0005 MB",
    ]);
    expect(tickTexts([0, 20, 40], "%").map(plain)).toEqual(["0 %", "20 %", "40 %"]);
    expect(tickTexts([0.2, 0.4], "ratio").map(plain)).toEqual(["20 %", "40 %"]);
    const lowest = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
    const units = fc.constantFrom("", "bytes", "seconds", "ratio", "req/s");
    fc.assert(
      fc.property(lowest, fc.integer({ min: -3, max: 6 }), units, (low, power, unit) => {
        const ticks = [0, 1, 2, 3].map((i) => low + i * 10 ** power);
        expect(new Set(tickTexts(ticks, unit)).size).toBe(4);
      }),
    );
  });

  it("writes limits with all the digits they were given in", () => {
    expect(plain(limit(139, "ms"))).toBe("139 ms");
    expect(plain(limit(59.4, "%"))).toBe("59.4 %");
    expect(plain(limit(10_910_000, "B"))).toBe("10.91 MB");
    expect(plain(limit(0.00125))).toBe("0.00125");
  });

  it("lets shares add up: 47.6, 22.4, 21.9 and 7.7 are 48, 22, 22 and 8", () => {
    expect(percents([0.476, 0.224, 0.219, 0.077]).map(plain)).toEqual([
      "48 %",
      "22 %",
      "22 %",
      "8 %",
    ]);
    const parts = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(parts, (given) => {
        const total = given.reduce((sum, part) => sum + part, 0);
        const shown = percents(given.map((part) => part / total)).map(Number.parseFloat);
        expect(shown.reduce((sum, part) => sum + part, 0)).toBe(100);
      }),
    );
  });

  it("never rounds a score or a share up into what it has not reached", () => {
    expect(scored(0.8999)).toBe("89");
    expect(scored(0.9)).toBe("90");
    expect(scored(0.29)).toBe("29");
    expect(scored(0.9999)).toBe("99");
    expect(plain(percent(0.99996, 2))).toBe("99.99 %");
    expect(plain(percent(1, 2))).toBe("100.00 %");
  });

  it("groups counts, makes plurals, signs changes, and shows nothing as a dash", () => {
    expect(count(9986)).toBe("9,986");
    expect(counted(1, "finding")).toBe("1 finding");
    expect(counted(2, "finding")).toBe("2 findings");
    expect(plain(change(-48.6))).toBe("−48.6 %");
    expect([count(null), measured(Number.NaN), scored(null), percent(null)]).toEqual(
      new Array(4).fill("—"),
    );
  });
});

describe("times", () => {
  const NOW = Date.parse("2026-11-24T14:22:05Z");

  it("drops the day within 18 hours, and the year where it is this one", () => {
    expect(moment(Date.parse("2026-11-24T14:05:00Z"), NOW)).toBe("14:05");
    expect(moment(Date.parse("2026-11-23T21:00:00Z"), NOW)).toBe("21:00");
    expect(moment(Date.parse("2026-11-23T20:00:00Z"), NOW)).toBe("23 Nov 20:00");
    expect(moment(Date.parse("2026-11-22T03:00:00Z"), NOW)).toBe("22 Nov 03:00");
    expect(moment(Date.parse("2025-01-02T03:00:00Z"), NOW)).toBe("2 Jan 2025 03:00");
  });

  it.each([
    [-5, "0 s"],
    [45_000, "45 s"],
    [17 * 60_000, "17 min"],
    [3 * 3_600_000, "3 h"],
    [200 * 60_000, "3 h 20 min"],
    [52 * 3_600_000, "2 d 4 h"],
  ])("says %d ms as %s", (ms, text) => {
    expect(lasting(ms)).toBe(text);
  });

  it.each([
    [0.2, "several times a day"],
    [1, "about once a day"],
    [5.5, "about once in 6 days"],
    [63, "about once in 9 weeks"],
    [217, "about once in 7 months"],
    [3650, "about once in 10 years"],
    [1e7, "less than once in 100 years"],
  ])("says a return period of %d days as %s", (days, text) => {
    expect(rarity(days)).toBe(text);
  });
});

describe("words", () => {
  it("lists names up to a limit, and never says 'and 1 more'", () => {
    expect(listed([], 2)).toBe("");
    expect(listed(["cpu"], 2)).toBe("cpu");
    expect(listed(["cpu", "disk"], 2)).toBe("cpu and disk");
    expect(listed(["cpu", "disk", "net"], 2)).toBe("cpu, disk and net");
    expect(listed(["cpu", "disk", "net", "mem"], 2)).toBe("cpu, disk and 2 more");
  });

  it("says how sure it is", () => {
    expect([0.9, 0.5, 0.1, null].map(confidenceWord)).toEqual(["high", "medium", "low", "unknown"]);
  });
});
