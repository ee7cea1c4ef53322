import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../model/time.ts";
import { rankWindow } from "./rank-window.ts";

const ROWS = 400;
const START = 390;
const METRICS = 12;

/** Score of the last ten rows; one metric of twelve has this p in them, and moves by 20 noises. */
function scoreOf(p: number, moved: number): number {
  const wave = (n: number) =>
    Float64Array.from({ length: ROWS }, (_, row) => {
      const fault = n === 3 && row >= START ? moved : 0;
      return 100 + Math.sin(row * (n + 1)) + fault;
    });
  const usual = (n: number) =>
    Float64Array.from({ length: ROWS }, (_, row) => (n === 3 && row >= START ? p : 0.3));
  const numbers = Array.from({ length: METRICS }, (_, n) => n);
  return rankWindow({
    timestampsMs: Float64Array.from({ length: ROWS }, (_, row) => row * MINUTE_MS),
    columns: numbers.map((n) => ({ nodeId: "one", metricName: `m${n}` })),
    values: numbers.map(wave),
    p: numbers.map(usual),
    startMs: START * MINUTE_MS,
    endMs: ROWS * MINUTE_MS,
  }).score;
}

describe("the score of a window", () => {
  it("agrees with the alarm of one metric of many: once in years is not as in any healthy range", () => {
    expect(scoreOf(1e-7, 20)).toBeGreaterThan(0.9);
    expect(scoreOf(1e-5, 20)).toBeGreaterThan(0.75);
  });

  it("is low where nothing happened, and where a p is no rarer than the number of points asked", () => {
    expect(scoreOf(0.3, 0)).toBeLessThan(0.2);
    expect(scoreOf(5e-3, 1)).toBeLessThan(0.5);
  });
});
