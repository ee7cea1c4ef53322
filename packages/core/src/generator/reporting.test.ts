import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dice } from "./dice.ts";
import { asCounter, withLoss } from "./reporting.ts";

describe("asCounter", () => {
  it("adds up, starts again at a reset, keeps gaps", () => {
    const perPoint = Float64Array.of(2, 3, Number.NaN, 4, 5, 1);
    expect([...asCounter(perPoint, [4])]).toEqual([2, 5, Number.NaN, 9, 5, 6]);
  });

  it("its steps are the values again, everywhere but at resets and gaps", () => {
    const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.nat(49), (perPoint, reset) => {
        const counter = asCounter(Float64Array.from(perPoint), [reset]);
        for (let i = 1; i < perPoint.length; i++) {
          if (i !== reset) expect(counter[i]! - counter[i - 1]!).toBe(perPoint[i]);
        }
      }),
    );
  });
});

describe("withLoss", () => {
  it("loses about the share asked for and whole gaps, and no other point", () => {
    const values = new Float64Array(20_000).fill(1);
    const lossy = withLoss(
      values,
      { lostShare: 0.1, gapCount: 1, gapPoints: 500 },
      new Dice("loss"),
    );
    const lost = lossy.filter((value) => Number.isNaN(value)).length;
    expect(lost).toBeGreaterThan(2200);
    expect(lost).toBeLessThan(2700);
    expect(values.every((value) => value === 1)).toBe(true);
    const gap = withLoss(values, { lostShare: 0, gapCount: 1, gapPoints: 500 }, new Dice("gap"));
    expect(gap.filter((value) => Number.isNaN(value)).length).toBe(500);
  });
});
