import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../model/refusal.ts";
import { TailCalibrator } from "./tail-calibrator.ts";

/** A nonconformity as healthy series show it: median 1.14, 98 % point 2.4. */
function healthy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const share = (state + 0.5) / 4_294_967_296;
    return 1.14 * (share / (1 - share)) ** 0.19;
  };
}

function fed(calibrator: TailCalibrator, values: readonly number[]): TailCalibrator {
  for (const value of values) calibrator.push(value);
  return calibrator;
}

describe("TailCalibrator", () => {
  it("starts from the law of healthy series: half of them lie above 1.14, one in ten above 1.65, 2 % above 2.4", () => {
    expect(new TailCalibrator().push(1.14)).toBeCloseTo(0.5, 1);
    expect(new TailCalibrator().push(1.65)).toBeCloseTo(0.1, 1);
    expect(Math.abs(new TailCalibrator().push(2.4) - 0.02)).toBeLessThan(0.001);
  });

  it("goes on as a Pareto tail by hand: 0.02 (4.8 / 2.4)^-4 = 0.00125 at twice the threshold", () => {
    expect(new TailCalibrator().push(4.8)).toBeCloseTo(0.00125, 4);
  });

  it("gives p 1 for a missing point and does not learn it", () => {
    const calibrator = fed(new TailCalibrator(), [1, 2, 3]);
    const before = calibrator.save();
    expect(calibrator.push(Number.NaN)).toBe(1);
    expect(calibrator.save()).toEqual(before);
  });

  it("gives a larger nonconformity a p at most as large", () => {
    const past = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { maxLength: 300 });
    const value = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(past, value, value, (values, a, b) => {
        const larger = fed(new TailCalibrator(), values).push(Math.max(a, b));
        const smaller = fed(new TailCalibrator(), values).push(Math.min(a, b));
        expect(larger).toBeLessThanOrEqual(smaller * (1 + 1e-6));
        expect(larger > 0 && smaller <= 1).toBe(true);
      }),
    );
  });

  it("keeps its promise on a law that it has to learn: p <= 1 % for about 1 % of the points", () => {
    const next = healthy(3);
    const calibrator = new TailCalibrator();
    let rare = 0;
    for (let i = 0; i < 60_000; i++) {
      const p = calibrator.push(3 * next());
      if (i >= 20_000 && p <= 0.01) rare++;
    }
    expect(rare / 40_000).toBeGreaterThan(0.005);
    expect(rare / 40_000).toBeLessThan(0.015);
  });

  it("stops being surprised by what it sees every week", () => {
    const next = healthy(4);
    const calibrator = new TailCalibrator();
    const surprises: number[] = [];
    for (let i = 0; i < 20_160; i++) {
      if (i % 2016 === 2015) surprises.push(calibrator.push(12));
      else calibrator.push(next());
    }
    expect(surprises[9]! / surprises[0]!).toBeGreaterThan(3);
  });

  it("learns an incident about once: 100 points of it weigh less than 3", () => {
    const once = fed(new TailCalibrator(), [20]).push(20);
    const long = fed(new TailCalibrator(), Array(100).fill(20)).push(20);
    expect(long).toBeLessThan(4 * once);
  });

  it("stands 2 million points: weights are scaled back before they grow out of hand", () => {
    const next = healthy(5);
    const calibrator = new TailCalibrator();
    let rare = 0;
    for (let i = 0; i < 2_000_000; i++) if (calibrator.push(next()) <= 0.02) rare++;
    expect(rare / 2_000_000).toBeGreaterThan(0.015);
    expect(rare / 2_000_000).toBeLessThan(0.025);
  });

  it("takes negative answers for 0 and any size for a number", () => {
    expect(new TailCalibrator().push(-5)).toBe(new TailCalibrator().push(0));
    const infinite = new TailCalibrator().push(Number.POSITIVE_INFINITY);
    expect(infinite > 0 && infinite < 0.01).toBe(true);
  });

  it("goes on from saved bytes as if nothing had happened, and forgets on reset", () => {
    const next = healthy(6);
    const calibrator = fed(new TailCalibrator(), Array.from({ length: 500 }, next));
    const heir = new TailCalibrator();
    heir.restore(calibrator.save());
    for (let i = 0; i < 500; i++) {
      const value = next() * (i % 50 === 0 ? 5 : 1);
      expect(heir.push(value)).toBe(calibrator.push(value));
    }
    heir.reset();
    expect(heir.save()).toEqual(new TailCalibrator().save());
  });

  it("refuses damaged bytes and then is what it was", () => {
    const calibrator = fed(new TailCalibrator(), [1, 2, 9]);
    const good = calibrator.save();
    for (let at = 0; at < good.length; at += 7) {
      const bad = good.slice();
      bad[at]! ^= 0x10;
      expect(() => calibrator.restore(bad)).toThrow(Refusal);
    }
    expect(calibrator.save()).toEqual(good);
  });
});
