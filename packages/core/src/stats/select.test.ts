import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantileInPlace, selectSmallest } from "./select.ts";

describe("selection", () => {
  it("finds what sorting finds, and interpolates quantiles like it", () => {
    const column = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(column, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (list, pick, q) => {
        const sorted = Float64Array.from(list).sort();
        const k = pick % list.length;
        expect(selectSmallest(Float64Array.from(list), list.length, k)).toBe(sorted[k]);
        const position = (list.length - 1) * q;
        const low = sorted[Math.floor(position)]!;
        const high = sorted[Math.ceil(position)]!;
        expect(quantileInPlace(Float64Array.from(list), list.length, q)).toBeCloseTo(
          low + (high - low) * (position % 1),
          9,
        );
      }),
    );
  });
});
