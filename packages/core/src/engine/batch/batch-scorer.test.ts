import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateSeries } from "../../generator/generate-series.ts";
import { MINUTE_MS } from "../../model/time.ts";
import { batchScorer } from "./batch-scorer.ts";
import { residualSize, shiftSize } from "./directed-size.ts";
import { withSurroundings } from "./incident-surroundings.ts";

const STEP_MS = 5 * MINUTE_MS;
const { timestampsMs, values } = generateSeries({
  kind: "cpu",
  seed: "batch",
  days: 7,
  intervalMs: STEP_MS,
});

function scored(column: Float64Array) {
  return batchScorer().score(timestampsMs, column, STEP_MS);
}

describe("residualSize", () => {
  it("by hand: one residual of 3 counts sqrt(9 (1/3 + 1/10 + 1/30) / 3) = 1.183 at its own point, then fades", () => {
    const z = Float64Array.of(0, 0, 3, 0, 0);
    const size = residualSize(z, "past");
    expect(size[2]).toBeCloseTo(1.183, 3);
    expect([size[1], size[3]! < size[2]!]).toEqual([0, true]);
    expect(residualSize(z, "future")[1]).toBe(size[3]);
  });

  it("gives the same when past and future are swapped", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -30, max: 30, noNaN: true })), (numbers) => {
        const z = Float64Array.from(numbers);
        for (const sizeOf of [residualSize, shiftSize]) {
          expect(sizeOf(z.toReversed(), "past").reverse()).toEqual(sizeOf(z, "future"));
        }
      }),
    );
  });
});

describe("withSurroundings", () => {
  it("lifts ordinary points near an incident, the nearer the more, and none above the 90 % point", () => {
    const sizes = new Float64Array(1000).fill(1).fill(1.2, 800);
    sizes[300] = 12;
    const lifted = withSurroundings(sizes);
    expect(lifted[299]).toBeGreaterThan(lifted[280]!);
    expect(lifted[280]).toBeGreaterThan(lifted[0]!);
    expect(Math.max(...lifted.filter((_, i) => i !== 300))).toBeLessThanOrEqual(1.2 + 1e-8);
    expect(lifted[300]).toBe(12);
  });

  it("leaves a series without an incident as it is", () => {
    const sizes = Float64Array.from({ length: 300 }, (_, i) => 0.5 + (i % 7) / 2);
    expect(withSurroundings(sizes)).toEqual(sizes);
  });
});

describe("batchScorer", () => {
  it("sees an event from both sides: the point before a shift is nearly as odd as the one after it", () => {
    const shifted = values.map((value, i) => (i >= 1000 && i < 1060 ? value + 40 : value));
    const { nonconformity } = scored(shifted);
    const usual = nonconformity.toSorted()[1000]!;
    for (const at of [1000, 1030, 1059]) expect(nonconformity[at]).toBeGreaterThan(2.5 * usual);
    const middle = nonconformity[1030]!;
    expect(Math.max(...nonconformity.subarray(0, 950))).toBeLessThan(middle);
    expect(Math.max(...nonconformity.subarray(1110))).toBeLessThan(middle);
  });

  it("judges the first day too: a spike at point 15 is the oddest point of the week", () => {
    const spiked = values.with(15, values[15]! + 60);
    const { nonconformity } = scored(spiked);
    expect(nonconformity.indexOf(Math.max(...nonconformity))).toBeLessThan(20);
  });

  it("says in parts what adds up to the nonconformity, NaN where and only where a value is missing", () => {
    const holed = values.with(700, Number.NaN).with(701, Number.POSITIVE_INFINITY);
    const { nonconformity, parts } = scored(holed);
    nonconformity.forEach((size, i) => {
      expect(Number.isNaN(size)).toBe(i === 700 || i === 701);
      if (Number.isNaN(size)) return;
      const { sudden, hour, recent, shift } = parts!;
      const sum = sudden![i]! + hour![i]! + recent![i]! + shift![i]!;
      expect(sum).toBeCloseTo(size, 9);
    });
  });

  it("does not care about the unit: doubled values and a moved zero change nothing that counts", () => {
    const other = scored(values.map((value) => 2 * value + 64)).nonconformity;
    scored(values).nonconformity.forEach((size, i) => {
      expect(other[i]).toBeCloseTo(size, 2);
    });
  });
});
