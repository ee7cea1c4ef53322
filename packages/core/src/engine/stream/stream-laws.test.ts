import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSeriesDetector } from "../../detect/series-detector.ts";
import { generateSeries } from "../../generator/generate-series.ts";
import { DETECTOR_OUT, DETECTOR_OUT_LENGTH } from "../engine.ts";
import { SCORER_OUT, SCORER_OUT_LENGTH } from "../scorer.ts";
import { streamScorer } from "./stream-scorer.ts";

const STEP_MS = 300_000;
const DAY_POINTS = 288;

/** Ten days of processor load, the same for a seed. */
function load(seed: number): Float64Array {
  const days = 10;
  return generateSeries({ kind: "cpu", seed: `laws ${seed}`, days, intervalMs: STEP_MS }).values;
}

/** p and score of every point, and the state after the last one. */
function judged(values: Float64Array) {
  const detector = openSeriesDetector(streamScorer(), STEP_MS);
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  const p = new Float64Array(values.length);
  const score = values.map((value, i) => {
    detector.push(i * STEP_MS, value, out);
    p[i] = out[DETECTOR_OUT.p]!;
    return out[DETECTOR_OUT.score]!;
  });
  return { p, score, state: detector.save() };
}

/** Nonconformity of every point. */
function surprise(values: Float64Array): Float64Array {
  const open = streamScorer().open(STEP_MS);
  const out = new Float64Array(SCORER_OUT_LENGTH);
  return values.map((value, i) => {
    open.push(i * STEP_MS, value, out);
    return out[SCORER_OUT.nonconformity]!;
  });
}

/** Largest change of a nonconformity in its own size, counted as 1 at least, when every value changes. */
function largestChange(values: Float64Array, change: (value: number) => number): number {
  const before = surprise(values);
  const after = surprise(values.map(change));
  return Math.max(...after.map((one, i) => Math.abs(one - before[i]!) / Math.max(before[i]!, 1)));
}

/** The same values with `size` added to `length` points, seven days in. */
function shifted(values: Float64Array, size: number, length: number): Float64Array {
  const from = 7 * DAY_POINTS;
  return values.map((value, i) => (i >= from && i < from + length ? value + size : value));
}

const seeds = fc.integer({ min: 1, max: 40 });

describe("laws of the stream engine's scores", () => {
  it("knows no past but its own: a prefix of a series is judged as the whole is", () => {
    const cuts = fc.integer({ min: 1, max: 10 * DAY_POINTS });
    fc.assert(
      fc.property(seeds, cuts, (seed, cut) => {
        const values = load(seed);
        expect(judged(values.slice(0, cut)).p).toEqual(judged(values).p.slice(0, cut));
      }),
      { numRuns: 8 },
    );
  });

  it("gives the same bytes on every run: answers and state", () => {
    const once = judged(load(1));
    expect(judged(load(1))).toEqual(once);
    expect(once.state.some((byte) => byte !== 0)).toBe(true);
  });

  it("does not care about the unit: factors from a thousandth to a million change no answer by 1e-5", () => {
    const factors = fc.double({ min: -3, max: 6, noNaN: true }).map((power) => 10 ** power);
    fc.assert(
      fc.property(seeds, factors, (seed, factor) => {
        const values = load(seed);
        expect(largestChange(values, (value) => value * factor)).toBeLessThan(1e-5);
      }),
      { numRuns: 12 },
    );
  });

  it("does not care about the zero: moving it by a hundred times the noise changes no answer by 1 %", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: -300, max: 300 }), (seed, by) => {
        expect(largestChange(load(seed), (value) => value + by)).toBeLessThan(1e-2);
      }),
      { numRuns: 12 },
    );
  });

  it("finds a larger shift as rare or rarer, within a tenth, for its own points are learnt on the way", () => {
    const sizes = fc.double({ min: 10, max: 1000, noNaN: true });
    fc.assert(
      fc.property(seeds, sizes, sizes, (seed, a, b) => {
        const values = load(seed);
        const rarest = (size: number) => Math.min(...judged(shifted(values, size, 12)).p);
        expect(rarest(Math.max(a, b))).toBeLessThanOrEqual(1.1 * rarest(Math.min(a, b)));
      }),
      { numRuns: 12 },
    );
  });
});
