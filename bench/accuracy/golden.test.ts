import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { judgedAsReference, readGolden } from "./golden.ts";

const SHARED = resolve(
  process.env.FORESHOCK_SHARED ?? join(import.meta.dirname, "../../../shared"),
);
const missing = existsSync(join(SHARED, "reference", "golden"))
  ? undefined
  : "the research folder is not there: set FORESHOCK_SHARED to it";

/** Limits of golden/README.md for a port that computes the tail at every point. */
const EXPECTED_RELATIVE = 1e-5;
const EXPECTED_FLOOR = 1e-3;
const SCORE_CORRELATION = 0.9999;
const SCORE_MEAN_DIFFERENCE = 1e-4;

describe.skipIf(missing !== undefined && process.env.CI === undefined)(
  `the stream engine and the reference's goldens${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it("agrees on all eight series: expected values, scores", () => {
      const goldens = readGolden(SHARED);
      expect(goldens.length).toBe(8);
      for (const golden of goldens) {
        const mine = judgedAsReference(golden);
        const floor = EXPECTED_FLOOR * spread(golden.values);
        const off = golden.expected.map((expected, i) => {
          if (Number.isNaN(expected)) return Number.isNaN(mine.expected[i]!) ? 0 : 1;
          return Math.abs(mine.expected[i]! - expected) / Math.max(Math.abs(expected), floor);
        });
        expect(Math.max(...off), golden.name).toBeLessThanOrEqual(EXPECTED_RELATIVE);
        const difference = mean(mine.score.map((score, i) => Math.abs(score - golden.score[i]!)));
        expect(difference, golden.name).toBeLessThanOrEqual(SCORE_MEAN_DIFFERENCE);
        expect(correlation(mine.score, golden.score)).toBeGreaterThanOrEqual(SCORE_CORRELATION);
      }
    });
  },
);

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const center = mean(known);
  return Math.sqrt(mean(known.map((value) => (value - center) ** 2)));
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  return product / (spread(a) * spread(b));
}
