import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstAtOrAfter } from "./bisect.ts";
import { lowerMedianOfSorted, medianOfSorted, upperMedianOfSorted } from "./sorted-median.ts";

const column = fc
  .array(fc.integer({ min: -20, max: 20 }), { maxLength: 60 })
  .map((numbers) => Float64Array.from(numbers).sort());

describe("firstAtOrAfter", () => {
  it("finds what a walk from the start finds, inside the part that is searched", () =>
    fc.assert(
      fc.property(
        column,
        fc.integer({ min: -22, max: 22 }),
        fc.nat(),
        fc.nat(),
        (all, at, a, b) => {
          const [from, to] = [a % (all.length + 1), b % (all.length + 1)].sort((x, y) => x - y);
          let walked = from!;
          while (walked < to! && all[walked]! < at) walked++;
          expect(firstAtOrAfter(all, at, from, to)).toBe(walked);
        },
      ),
    ));
});

describe("medians of a sorted column", () => {
  it("differ for even counts only: of 1 2 4 9 they are 3, 2 and 4", () => {
    const even = Float64Array.of(1, 2, 4, 9);
    const all = [medianOfSorted, lowerMedianOfSorted, upperMedianOfSorted];
    expect(all.map((median) => median(even))).toEqual([3, 2, 4]);
    expect(all.map((median) => median(Float64Array.of(1, 2, 9)))).toEqual([2, 2, 2]);
    expect(all.map((median) => median(new Float64Array()))).toEqual([NaN, NaN, NaN]);
  });
});
