import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dice } from "../generator/dice.ts";
import { wholeTail } from "./whole-tail.ts";

/** A nonconformity as healthy series show it: median 1.14, 98 % point 2.4. */
function healthy(pointCount: number): Float64Array {
  const dice = new Dice("whole tail");
  return new Float64Array(pointCount).map(() => {
    const share = dice.uniform();
    return 1.14 * (share / (1 - share)) ** 0.19;
  });
}

describe("wholeTail", () => {
  it("gives p 1 for missing points and an empty column for none", () => {
    expect(wholeTail(Float64Array.of(Number.NaN, Number.NaN))).toEqual(Float64Array.of(1, 1));
    expect(wholeTail(new Float64Array())).toEqual(new Float64Array());
  });

  it("counts by hand: the lowest of n equal points is no surprise at all, p 1", () => {
    expect(wholeTail(new Float64Array(500))).toEqual(new Float64Array(500).fill(1));
  });

  it("counts runs above the 98 % point: 10 others of 9,000 + 1,000 reach as high, so p is at least 0.001", () => {
    const column = healthy(9000).map((size) => Math.min(size, 2));
    const runs = [500, 1300, 2100, 2900, 3700, 4500, 5300, 6100, 6900, 7700, 8500];
    for (const at of runs) column.fill(40, at, at + 5);
    const p = wholeTail(column);
    expect(p[500]).toBeGreaterThanOrEqual(10 / 10_000);
    expect(p[500]).toBeLessThan(11 / 10_000);
  });

  it("does not hold a run against itself: alone it is far rarer than once in the series", () => {
    const column = healthy(9000).map((size) => Math.min(size, 2));
    column.fill(40, 4000, 4100);
    const p = wholeTail(column);
    expect(p[4050]).toBeLessThan(1e-4 / 5);
    expect(p[4050]).toBe(p[4000]);
  });

  it("keeps its promise: runs of p <= 0.1 % come about once in 1,000 points", () => {
    const p = wholeTail(healthy(40_000));
    let runs = 0;
    p.forEach((one, i) => {
      if (one <= 1e-3 && !p.subarray(Math.max(0, i - 11), i).some((q) => q <= 1e-3)) runs++;
    });
    expect(runs).toBeGreaterThan(20);
    expect(runs).toBeLessThan(60);
  });

  it("gives a larger point of the same run, and of all ordinary ones, a p at most as large", () => {
    const size = fc.double({ min: 0, max: 60, noNaN: true });
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 200 }), (sizes) => {
        const column = Float64Array.from(sizes);
        const p = wholeTail(column);
        expect(p.every((one) => one > 0 && one <= 1)).toBe(true);
        const order = sizes.map((_, i) => i).sort((a, b) => column[a]! - column[b]!);
        const [lowest, highest] = [order[0]!, order.at(-1)!];
        expect(p[highest]).toBeLessThanOrEqual(p[lowest]! * (1 + 1e-9));
      }),
    );
  });
});
