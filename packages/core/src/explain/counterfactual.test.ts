import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counterfactualOf, valueTells } from "./counterfactual.ts";

const atMs = Date.UTC(2025, 2, 11, 14, 5);

/** A judge by hand: a value is anomalous from `reach` away from `usual`. */
const judge = (usual: number, reach: number) => (value: number) =>
  Math.abs(value - usual) >= reach ? 0.7 : 0.3;

describe("counterfactualOf", () => {
  it("by hand: usual 100 +- 40, so 412 would have been normal up to 139.98, told as 139", () => {
    const point = { atMs, actual: 412, level: 100, scoreOf: judge(100, 40) };
    expect(counterfactualOf(point)).toEqual({ atMs, value: 139, bound: "at-most", score: 0.3 });
  });

  it("by hand: and 12 from 61 on, as 60 itself is anomalous", () => {
    const point = { atMs, actual: 12, level: 100, scoreOf: judge(100, 40) };
    expect(counterfactualOf(point)).toEqual({ atMs, value: 61, bound: "at-least", score: 0.3 });
  });

  it("keeps as many digits as the distance asks for: 100.3 of 100 +- .02 is not told as 100", () => {
    const point = { atMs, actual: 100.3, level: 100, scoreOf: judge(100.02, 0.1) };
    expect(counterfactualOf(point)?.value).toBeCloseTo(100.11, 9);
  });

  it("is silent where no value would do, and where nothing is usual", () => {
    const always = { atMs, actual: 412, level: 100, scoreOf: () => 0.9 };
    expect(counterfactualOf(always)).toBeUndefined();
    expect(counterfactualOf({ ...always, level: 412 })).toBeUndefined();
    expect(counterfactualOf({ ...always, level: Number.NaN })).toBeUndefined();
  });

  it("tells a value that has been scored below 0.5, between the actual one and the far side", () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const reach = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, reach, (actual, usual, width) => {
        const scoreOf = judge(usual, width);
        fc.pre(scoreOf(actual) >= 0.5);
        const told = counterfactualOf({ atMs, actual, level: usual, scoreOf });
        if (told === undefined) return;
        expect(told.score).toBeLessThan(0.5);
        expect(scoreOf(told.value)).toBe(told.score);
        expect(Math.sign(told.value - actual)).toBe(Math.sign(usual - actual));
      }),
    );
  });
});

it("has nothing to say about values that stand still or are missing", () => {
  expect([valueTells("flatline"), valueTells("missing"), valueTells("spike")]).toEqual([
    false,
    false,
    true,
  ]);
});
