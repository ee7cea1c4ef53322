import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../model/time.ts";
import { daysOfScore, pOfScore, returnPeriodDays, scoreOfDays, scoreOfP } from "./rarity.ts";

describe("scores", () => {
  it.each([
    [1, 0.5],
    [5.5, 0.75],
    [30, 0.9],
    [217, 0.97],
  ])("say once in %d days as %d", (days, score) => {
    expect(scoreOfDays(days)).toBeCloseTo(score, 2);
  });

  it("mean the same at every sampling interval: p = 1/1440 at a minute is once a day, as 1/24 at an hour", () => {
    expect(scoreOfP(1 / 1440, 60_000)).toBeCloseTo(0.5, 12);
    expect(scoreOfP(1 / 24, 3_600_000)).toBeCloseTo(0.5, 12);
    expect(returnPeriodDays(1 / 1440, 60_000)).toBeCloseTo(1, 12);
  });

  it("grow as p falls, and stay in [0, 1]", () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(p, p, fc.integer({ min: 1, max: DAY_MS }), (a, b, intervalMs) => {
        const [rare, common] = [Math.min(a, b), Math.max(a, b)];
        expect(scoreOfP(rare, intervalMs)).toBeGreaterThanOrEqual(scoreOfP(common, intervalMs));
        expect(scoreOfP(rare, intervalMs)).toBeLessThanOrEqual(1);
        expect(scoreOfP(common, intervalMs)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("give p back", () => {
    const p = fc.double({ min: 1e-12, max: 1, noNaN: true });
    fc.assert(
      fc.property(p, fc.constantFrom(1000, 60_000, 3_600_000), (probability, intervalMs) => {
        const back = pOfScore(scoreOfP(probability, intervalMs), intervalMs);
        expect(Math.abs(back / probability - 1)).toBeLessThan(1e-6);
      }),
    );
    expect(pOfScore(0, 60_000)).toBe(1);
    expect(daysOfScore(1)).toBe(Number.POSITIVE_INFINITY);
    expect(scoreOfDays(Number.POSITIVE_INFINITY)).toBe(1);
  });

  it("claim nothing rarer than p = 1e-12 of one point", () => {
    expect(scoreOfP(0, 60_000)).toBe(scoreOfP(1e-12, 60_000));
  });
});
