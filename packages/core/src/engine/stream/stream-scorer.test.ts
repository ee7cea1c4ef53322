import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStreamEngine } from "../../detect/stream-engine.ts";
import { HOUR_MS } from "../../model/time.ts";
import { seriesOf } from "../contract.ts";
import { SCORER_OUT, SCORER_OUT_LENGTH } from "../scorer.ts";
import { streamScorer } from "./stream-scorer.ts";

const FIVE_MINUTES_MS = 300_000;

/** Rows of SCORER_OUT, one a value. */
function rowsOf(values: readonly number[], intervalMs = FIVE_MINUTES_MS): Float64Array[] {
  const open = streamScorer().open(intervalMs);
  return values.map((value, i) => {
    const out = new Float64Array(SCORER_OUT_LENGTH);
    open.push(i * intervalMs, value, out);
    return out;
  });
}

function scoresOf(values: readonly number[]): Float64Array {
  return createStreamEngine().score(seriesOf(values, FIVE_MINUTES_MS)).score;
}

/** Normal noise, the same for a seed. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Daily load with noise of standard deviation 1 around 50. */
function dailyLoad(seed: number, length: number): number[] {
  const next = noise(seed);
  return Array.from({ length }, (_, i) => 50 + 8 * Math.sin((2 * Math.PI * i) / 288) + next());
}

describe("streamScorer", () => {
  it("judges the first 12 after 24 tens by hand: every z is cut at 30, energies 300, 90, 30, so S = sqrt(140)", () => {
    const rows = rowsOf([...Array(24).fill(10), 12], HOUR_MS);
    const last = rows[24]!;
    expect(last[SCORER_OUT.nonconformity]).toBeCloseTo(Math.sqrt(140), 10);
    expect(last[SCORER_OUT.sudden]).toBeCloseTo(Math.sqrt(140) / 2, 10);
    expect(last[SCORER_OUT.hour]).toBeCloseTo(Math.sqrt(140) / 4, 10);
    expect(last[SCORER_OUT.shift]).toBe(0);
    expect([last[SCORER_OUT.expected], last[SCORER_OUT.level]]).toEqual([10, 10]);
  });

  it("says nothing before the 21st point", () => {
    const rows = rowsOf([...Array(19).fill(0), 1e6, 1e6]);
    expect(rows[19]![SCORER_OUT.nonconformity]).toBe(0);
    expect(rows[20]![SCORER_OUT.nonconformity]).toBeGreaterThan(0);
  });

  it("gives parts that add up to the nonconformity", () => {
    for (const row of rowsOf(dailyLoad(1, 600))) {
      const { sudden, hour, recent, shift, nonconformity } = SCORER_OUT;
      const sum = row[sudden]! + row[hour]! + row[recent]! + row[shift]!;
      expect(row[nonconformity]).toBeCloseTo(sum, 12);
    }
  });

  it("answers NaN for a missing point and learns nothing from it", () => {
    const scorer = streamScorer();
    const [seen, spared] = [scorer.open(FIVE_MINUTES_MS), scorer.open(FIVE_MINUTES_MS)];
    const [outSeen, outSpared] = [new Float64Array(8), new Float64Array(8)];
    const { expected, level, scale } = SCORER_OUT;
    dailyLoad(2, 400).forEach((value, i) => {
      if (i % 7 === 3) {
        seen.push(i * FIVE_MINUTES_MS, Number.NaN, outSeen);
        expect([...outSeen]).toEqual(Array(SCORER_OUT_LENGTH).fill(Number.NaN));
        return;
      }
      seen.push(i * FIVE_MINUTES_MS, value, outSeen);
      spared.push(i * FIVE_MINUTES_MS, value, outSpared);
      for (const at of [expected, level, scale]) expect(outSeen[at]).toBe(outSpared[at]);
    });
  });

  it("learns the time of day: a missing peak is surprising, the peak itself is not", () => {
    const values = dailyLoad(3, 288 * 14);
    const usual = scoresOf(values);
    const peak = 288 * 13 + 72;
    expect(Math.max(...usual.slice(peak - 12, peak + 12))).toBeLessThan(0.5);
    for (let i = peak - 20; i < peak + 20; i++) values[i] = values[i]! - 14;
    expect(Math.max(...scoresOf(values).slice(peak - 20, peak + 20))).toBeGreaterThan(0.75);
  });

  it("does not care which way up a metric is: the negative series scores the same, bit for bit", () => {
    const values = dailyLoad(4, 1500);
    values[1200] = 90;
    expect(scoresOf(values.map((value) => -value))).toEqual(scoresOf(values));
  });

  it("does not care about the unit: powers of two change no score by more than a millionth", () => {
    const values = dailyLoad(5, 1500);
    values[1200] = 90;
    const scores = scoresOf(values);
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 40 }), (power) => {
        const scaled = scoresOf(values.map((value) => value * 2 ** power));
        const off = scaled.map((score, i) => Math.abs(score - scores[i]!));
        expect(Math.max(...off)).toBeLessThan(1e-6);
      }),
      { numRuns: 15 },
    );
  });

  it("gives a larger spike a nonconformity at least as large", () => {
    const values = dailyLoad(6, 900);
    const surprise = (size: number) => {
      const spiked = values.map((value, i) => (i === 800 ? value + size : value));
      return rowsOf(spiked)[800]![SCORER_OUT.nonconformity]!;
    };
    const sizes = fc.double({ min: 6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        expect(surprise(Math.max(a, b))).toBeGreaterThanOrEqual(surprise(Math.min(a, b)));
      }),
      { numRuns: 25 },
    );
  });

  it("takes values beyond 1e36 for 1e36", () => {
    const far = rowsOf([...dailyLoad(7, 100), 1e308, 1, -1e308]);
    const near = rowsOf([...dailyLoad(7, 100), 1e36, 1, -1e36]);
    expect(far).toEqual(near);
    expect(far.flatMap((row) => [...row]).every(Number.isFinite)).toBe(true);
  });

  it("judges by the time of day before 1970 as after it", () => {
    const scorer = streamScorer();
    const [before, after] = [scorer.open(HOUR_MS), scorer.open(HOUR_MS)];
    const [outBefore, outAfter] = [new Float64Array(8), new Float64Array(8)];
    dailyLoad(8, 200).forEach((value, i) => {
      before.push((i - 100_000 * 24) * HOUR_MS, value, outBefore);
      after.push(i * HOUR_MS, value, outAfter);
      expect(outBefore).toEqual(outAfter);
    });
  });
});

describe("streamScorer on a series that was constant at first", () => {
  const SEEDS = 60;
  /** Found, and before that alarms after the awakening, in a series with an 8-sigma shift at its end. */
  function judge(constant: number, quiet: number, level: number, seed: number) {
    const next = noise(seed * 7919);
    const noisy = Array.from({ length: quiet + 24 }, (_, i) => {
      return level + next() + (i >= quiet ? 8 : 0);
    });
    const scores = scoresOf([...Array(constant).fill(10), ...noisy]);
    const awake = scores.slice(constant + 150, constant + quiet);
    return {
      found: Math.max(...scores.slice(constant + quiet)) >= 0.75,
      alarms: awake.filter((score) => score >= 0.75).length,
      noticed: Math.max(...scores.slice(constant, constant + 5)) >= 0.75,
    };
  }

  it.each([
    [60, 500, 10],
    [60, 3000, 10],
    [61, 1000, 25],
    [300, 1000, 10],
    [2000, 1000, 0],
  ])(
    "finds an 8-sigma shift in at least 95 %% of seeds: %d equal points, %d noisy ones around %d",
    (constant, quiet, level) => {
      const cases = Array.from({ length: SEEDS }, (_, seed) => judge(constant, quiet, level, seed));
      const found = cases.filter((one) => one.found).length;
      expect(found / SEEDS).toBeGreaterThanOrEqual(0.95);
      const alarms = cases.reduce((sum, one) => sum + one.alarms, 0);
      expect(alarms / SEEDS).toBeLessThanOrEqual(0.5);
      expect(cases.every((one) => one.noticed)).toBe(true);
    },
  );

  const restartsAlong = (values: readonly number[]) => {
    const open = streamScorer().open(FIVE_MINUTES_MS);
    const out = new Float64Array(SCORER_OUT_LENGTH);
    return values.map((value, i) => {
      open.push(i * FIVE_MINUTES_MS, value, out);
      return open.restartCount;
    });
  };

  it("restarts once, with the 104th point in a row that moved, and says how often it did", () => {
    const next = noise(1);
    const values = [...Array(100).fill(5), ...Array.from({ length: 500 }, () => 5 + next())];
    const restarts = restartsAlong(values);
    expect(restarts.slice(0, 203)).toEqual(Array(203).fill(0));
    expect(restarts.slice(203)).toEqual(Array(397).fill(1));
  });

  it("keeps what it knows through a burst of 60 points on a metric that hardly moves: all of it is anomalous", () => {
    const next = noise(2);
    const burst = () => Array.from({ length: 60 }, () => 5 + next());
    const values = [...Array(400).fill(5), ...burst(), ...Array(400).fill(5), ...burst()];
    expect(restartsAlong(values)).toEqual(Array(values.length).fill(0));
    const scores = scoresOf(values);
    expect(Math.min(...scores.slice(403, 460))).toBeGreaterThan(0.5);
    expect(Math.min(...scores.slice(863))).toBeGreaterThan(0.5);
  });

  it("does not restart for a series with variation from the start, nor for rounding noise", () => {
    const restartsOf = (values: readonly number[]) => restartsAlong(values).at(-1);
    expect(restartsOf(dailyLoad(9, 2000))).toBe(0);
    expect(
      restartsOf(Array.from({ length: 2000 }, (_, i) => 1 + (i > 60 ? i % 3 : 0) * 2 ** -50)),
    ).toBe(0);
  });
});
