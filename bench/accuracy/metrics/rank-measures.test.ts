import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nabScore } from "./nab-score.ts";
import { aucPr, aucRoc, bestF1 } from "./rank-curve.ts";
import { tsbWindow } from "./tsb-window.ts";
import { vus } from "./vus.ts";

const labels = Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 0);

describe("rank measures", () => {
  it("by hand: 1 for a perfect order, the labelled share for an empty one", () => {
    const perfect = Float64Array.from(labels);
    expect([aucPr(perfect, labels), aucRoc(perfect, labels), bestF1(perfect, labels)]).toEqual([
      1, 1, 1,
    ]);
    expect(aucPr(new Float64Array(8), labels)).toBe(0.25);
    expect(aucRoc(new Float64Array(8), labels)).toBe(0.5);
  });

  it("by hand: a false point ahead of both labelled ones gives (1/2 + 2/3) / 2", () => {
    const score = Float64Array.of(9, 0, 8, 7, 0, 0, 0, 0);
    expect(aucPr(score, labels)).toBeCloseTo((1 / 2 + 2 / 3) / 2, 12);
  });

  it("have no value where nothing is labelled", () => {
    const nothing = new Uint8Array(8);
    expect(aucPr(labels, nothing)).toBeNaN();
    expect(vus(labels, nothing, 4)).toEqual({ pr: Number.NaN, roc: Number.NaN });
  });

  it("look at the order alone: doubling and shifting scores changes nothing", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(scores, (given) => {
        const moved = given.map((value) => 2 * value + 3);
        expect(vus(moved, labels, 4)).toEqual(vus(given, labels, 4));
        expect(aucPr(moved, labels)).toBe(aucPr(given, labels));
      }),
    );
  });

  it("rank points without a score after all others", () => {
    const score = Float64Array.of(Number.NaN, 0, 1, 1, 0, 0, 0, 0);
    expect(aucPr(score, labels)).toBe(1);
  });
});

describe("tsbWindow", () => {
  it("is the period of a wave, and 125 for a flat line", () => {
    const wave = Float64Array.from({ length: 2000 }, (_, i) => Math.sin((2 * Math.PI * i) / 50));
    expect(tsbWindow(wave)).toBe(50);
    expect(tsbWindow(new Float64Array(2000).fill(7))).toBe(125);
  });
});

describe("nabScore", () => {
  const length = 200;
  const windows = [[100, 119]] as const;
  const alarmAt = (at: number) => {
    const score = new Float64Array(length);
    score[at] = 1;
    return [{ score, windows }];
  };

  it("is 100 for one alarm at the window's start, less for a later one, 0 for silence", () => {
    expect(nabScore(alarmAt(100), "standard", 0.5).score).toBeCloseTo(100, 6);
    const late = nabScore(alarmAt(118), "standard", 0.5).score;
    expect(late).toBeLessThan(90);
    expect(late).toBeGreaterThan(0);
    expect(nabScore(alarmAt(100), "standard", 2).score).toBe(0);
  });

  it("by hand: a false alarm costs .11 of the 2 between silence and perfection, twice that at low-FP", () => {
    expect(nabScore(alarmAt(60), "standard", 0.5).score).toBeCloseTo(-5.5, 9);
    expect(nabScore(alarmAt(60), "low-FP", 0.5).score).toBeCloseTo(-11, 9);
  });

  it("does not count the first 15 % of a series", () => {
    expect(nabScore(alarmAt(10), "standard", 0.5).score).toBe(0);
  });

  it("stays silent as the best threshold where every alarm is false", () => {
    expect(nabScore(alarmAt(60), "standard")).toEqual({
      score: 0,
      threshold: Number.POSITIVE_INFINITY,
    });
  });
});
