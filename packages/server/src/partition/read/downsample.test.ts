import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChartColumns, downsample } from "./downsample.ts";

describe("downsample", () => {
  it("gives few points as they are, missing ones as null", () => {
    const { stepMs, columns } = downsample(
      chart([1, Number.NaN, 3]),
      { startMs: 0, endMs: 30 },
      10,
    );
    expect(stepMs).toBe(0);
    expect(columns.value).toEqual([1, null, 3]);
    expect(columns.min).toEqual([1, null, 3]);
  });

  it("means by hand: 4 points in 2 buckets of 20 ms are (1+5)/2 and (2+8)/2, extremes kept", () => {
    const { columns } = downsample(chart([1, 5, 2, 8]), { startMs: 0, endMs: 40 }, 3);
    expect(columns.at).toEqual([0, 20]);
    expect(columns.value).toEqual([3, 5]);
    expect(columns.min).toEqual([1, 2]);
    expect(columns.max).toEqual([5, 8]);
    expect(columns.score).toEqual([0.1, 0.3]);
  });

  it("never gives more rows than asked and never loses the worst score", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
      minLength: 2,
      maxLength: 300,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 50 }), (given, pointsMax) => {
        const { columns } = downsample(
          chart(given),
          { startMs: 0, endMs: given.length * 10 },
          pointsMax,
        );
        expect(columns.at.length).toBeLessThanOrEqual(Math.max(pointsMax, 2));
        expect(Math.max(...columns.score.map(Number))).toBeCloseTo((given.length - 1) / 10, 12);
        expect(Math.max(...columns.alarmScore.map(Number))).toBeCloseTo((given.length - 1) / 20);
        expect(Math.max(...columns.max.map(Number))).toBe(Math.max(...given));
      }),
    );
  });
});

/** Points every 10 ms; score = index / 10. */
function chart(values: readonly number[]): ChartColumns {
  const value = Float64Array.from(values);
  return {
    at: value.map((_, i) => i * 10),
    value,
    expected: value,
    lower: value,
    upper: value,
    score: value.map((_, i) => i / 10),
    alarmScore: value.map((_, i) => i / 20),
  };
}
