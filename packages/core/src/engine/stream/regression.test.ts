import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dice } from "../../generator/dice.ts";
import { medianOfSorted } from "../../stats/sorted-median.ts";
import { SCORER_OUT, SCORER_OUT_LENGTH } from "../scorer.ts";
import { streamScorer } from "./stream-scorer.ts";

const STEP_MS = 300_000;
const DAY_POINTS = 288;
const QUIET_DAYS = 2;
const DAYS_AFTER = 5;

/** Days of noise around 1000, then `above(i)` on top of it for a day and the days that count. */
function quietThen(seed: number, above: (i: number) => number): Float64Array {
  const dice = new Dice(`regression ${seed}`);
  const begin = QUIET_DAYS * DAY_POINTS;
  const length = begin + (1 + DAYS_AFTER) * DAY_POINTS;
  return Float64Array.from(
    { length },
    (_, i) => 1000 + dice.gaussian() + (i < begin ? 0 : above(i - begin)),
  );
}

/**
 * Median miss of the one-step prediction over the median step from point to point, which is how far
 * the value before would have missed; from a day after the change on.
 */
function missOverStep(values: Float64Array): number {
  const open = streamScorer().open(STEP_MS);
  const out = new Float64Array(SCORER_OUT_LENGTH);
  const misses = values.map((value, i) => {
    open.push(i * STEP_MS, value, out);
    return Math.abs(value - out[SCORER_OUT.expected]!);
  });
  const steps = values.map((value, i) => Math.abs(value - values[Math.max(i - 1, 0)]!));
  const counted = (QUIET_DAYS + 1) * DAY_POINTS;
  return middle(misses.subarray(counted)) / middle(steps.subarray(counted));
}

const middle = (values: Float64Array) => medianOfSorted(values.toSorted());

const seeds = fc.integer({ min: 1, max: 1000 });

describe("the regression after points far outside of what it learnt from", () => {
  it("stays within ten steps on a daily square wave of 32 noises after a quiet start; one step in most", () => {
    const wave = (i: number) => (i % DAY_POINTS < DAY_POINTS / 3 ? 32 : 0);
    const misses: number[] = [];
    fc.assert(
      fc.property(seeds, (seed) => {
        misses.push(missOverStep(quietThen(seed, wave)));
        expect(misses.at(-1)).toBeLessThan(10);
      }),
      { numRuns: 25 },
    );
    expect(middle(Float64Array.from(misses))).toBeLessThan(2);
  });

  it("predicts better than the value before does, once a burst of any size is over", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 2, max: 9, noNaN: true }), (seed, power) => {
        const burst = (i: number) => (i < DAY_POINTS / 8 ? 10 ** power : 0);
        expect(missOverStep(quietThen(seed, burst))).toBeLessThan(1);
      }),
      { numRuns: 12 },
    );
  });
});
