import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRange, formatValue } from "./format-value.ts";

describe("formatValue", () => {
  it.each([
    [1_234_567, "bytes", "1.2 MB"],
    [3.2e8, "Bps", "320 MB/s"],
    [310e6, "bytes per second", "310 MB/s"],
    [512, "MiB", "540 MB"],
    [0, "bytes", "0 B"],
    [412, "ms", "410 ms"],
    [0.0421, "seconds", "42 ms"],
    [3e-6, "s", "3 µs"],
    [5e-10, "", "5e-10"],
    [1.234e-12, "ratio", "1.2e-10 %"],
    [-0.00012, "", "-0.00012"],
    [3.456e100, "", "3.5e100"],
    [2e30, "widgets", "2e30 widgets"],
    [1e-12, "s", "1e-12 s"],
    [4e40, "bytes", "4e40 B"],
    [7200, "s", "2 h"],
    [93.1, "percent", "93 %"],
    [0.25, "ratio", "25 %"],
    [1234, "requests/s", "1,200 requests/s"],
    [2_500_000, "requests", "2.5 M requests"],
    [0.0034, "", "0.0034"],
    [-3.14, "count", "-3.1"],
    [5, "°C", "5 °C"],
    [Number.NaN, "bytes", "?"],
  ])("says %d %s as %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it("keeps two significant digits: what it says is within 5 % of the value", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (value) => {
        const said = Number(formatValue(value, "").replace(/,/g, "").replace(" M", "e6"));
        expect(Math.abs(said / value - 1)).toBeLessThanOrEqual(0.05 + 1e-9);
      }),
    );
  });
});

describe("formatRange", () => {
  it("gives the range one unit and the value its own", () => {
    expect(formatRange(310e6, 420e6, 12e3, "bytes/s")).toEqual({
      range: "310-420 MB/s",
      value: "12 kB/s",
    });
  });

  it("takes more digits until the value reads other than the range", () => {
    expect(formatRange(99.1, 99.2, 99.4, "%")).toEqual({ range: "99.1-99.2 %", value: "99.4 %" });
    expect(formatRange(412, 412, 413, "")).toEqual({ range: "412", value: "413" });
  });

  it("cuts sizes and shares at 0, and says below-zero ranges with a word", () => {
    expect(formatRange(-2, 5, 12, "ms").range).toBe("0-5 ms");
    expect(formatRange(-2, 5, 12, "").range).toBe("-2 to 5");
  });
});
