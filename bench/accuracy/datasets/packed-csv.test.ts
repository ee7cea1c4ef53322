import { describe, expect, it } from "vitest";
import { epochSeconds } from "./packed-csv.ts";
import { medianStep, runsOf } from "./record.ts";

describe("epochSeconds", () => {
  it("reads times without a zone as UTC and drops fractions", () => {
    expect(epochSeconds("1970-01-02 00:00:01.750000")).toBe(86_401);
    expect(epochSeconds("1970-01-02T00:00:01Z")).toBe(86_401);
    expect(epochSeconds("yesterday")).toBeNaN();
  });
});

describe("runsOf", () => {
  it("gives the first and last index of each run", () => {
    expect(runsOf([1, 1, 0, 1, 0, 0, 1])).toEqual([
      [0, 1],
      [3, 3],
      [6, 6],
    ]);
    expect(runsOf([])).toEqual([]);
  });
});

describe("medianStep", () => {
  it("is the mean of the middle two steps of an even count, and 0 for a single point", () => {
    expect(medianStep(Float64Array.of(0, 1, 3, 7, 17))).toBe(3);
    expect(medianStep(Float64Array.of(5))).toBe(0);
  });
});
