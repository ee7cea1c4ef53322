import { describe, expect, it } from "vitest";
import { GOALS, missedGates, reaches } from "./goals.ts";

describe("goals", () => {
  const goal = GOALS.find(({ measure }) => measure === "vus-pr/stream/nab")!;

  it("compares values as printed: .3251 reads .33 and reaches it, .3249 does not", () => {
    expect(reaches(goal, 0.3251, 0.33)).toBe(true);
    expect(reaches(goal, 0.3249, 0.33)).toBe(false);
  });

  it("takes fewer false alarms for better", () => {
    const rate = GOALS.find(({ measure }) => measure === "opening-false@5.5/nab")!;
    expect(reaches(rate, 0.07, rate.gate)).toBe(true);
    expect(reaches(rate, 0.1, rate.gate)).toBe(false);
  });

  it("names the gates that are missed and is silent about what was not measured", () => {
    const missed = missedGates(new Map([[goal.measure, 0.2]]));
    expect(missed).toEqual([{ goal, value: 0.2 }]);
    expect(missedGates(new Map([[goal.measure, 0.4]]))).toEqual([]);
    expect(missedGates(new Map())).toEqual([]);
  });

  it("asks for each measure once", () => {
    const measures = GOALS.map(({ measure }) => measure);
    expect(new Set(measures).size).toBe(measures.length);
  });
});
