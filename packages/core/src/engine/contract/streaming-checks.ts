import fc from "fast-check";
import { expect } from "vitest";
import type { MetricSeries } from "../../model/metric-series.ts";
import { largestOf } from "../../stats/extremes.ts";
import { DETECTOR_OUT, DETECTOR_OUT_LENGTH, type StreamingEngine } from "../engine.ts";
import { SCORER_OUT } from "../scorer.ts";
import type { Check } from "./check.ts";
import { ORIGIN_MS, prefixOf, RUNS, someSeries } from "./some-series.ts";

type MakeEngine = () => StreamingEngine;

/** What an engine owes that works point by point as they come. */
export function streamingChecks(makeEngine: MakeEngine): Check[] {
  return [
    {
      says: "gives one p in (0, 1] and one score in [0, 1] per point; a missing point has p 1 and score 0",
      run: () => givesOneAnswerPerPoint(makeEngine),
    },
    {
      says: "scores a whole series as the fold of push over its points, bit for bit",
      run: () => scoresAsTheFold(makeEngine),
    },
    {
      says: "looks at the past alone: a prefix of a series gets the same scores",
      run: () => looksAtThePastAlone(makeEngine),
    },
    {
      says: "gives in detect the highest point score of each window",
      run: () => givesHighestScores(makeEngine),
    },
    {
      says: "takes an infinity for a missing point",
      run: () => takesInfinityForMissing(makeEngine),
    },
  ];
}

function givesOneAnswerPerPoint(makeEngine: MakeEngine): void {
  const check = (series: MetricSeries) => {
    const scores = makeEngine().score(series);
    for (const column of columnsOf(scores)) expect(column.length).toBe(series.length);
    series.values.forEach((value, i) => {
      const missing = Number.isNaN(value);
      expect(Number.isNaN(scores.nonconformity[i]!)).toBe(missing);
      if (missing) expect([scores.p[i], scores.score[i]]).toEqual([1, 0]);
      if (!missing) expect(scores.nonconformity[i]).toBeGreaterThanOrEqual(0);
      expect(scores.p[i]! > 0 && scores.p[i]! <= 1).toBe(true);
      expect(scores.score[i]! >= 0 && scores.score[i]! <= 1).toBe(true);
    });
  };
  fc.assert(fc.property(someSeries(), check), RUNS);
}

function scoresAsTheFold(makeEngine: MakeEngine): void {
  const check = (series: MetricSeries) => {
    const scores = makeEngine().score(series);
    const detector = makeEngine().open();
    const out = new Float64Array(DETECTOR_OUT_LENGTH);
    for (let i = 0; i < series.length; i++) {
      detector.push(series.timestamps[i]!, series.values[i]!, out);
      expect(out[DETECTOR_OUT.p]).toBe(scores.p[i]);
      expect(out[DETECTOR_OUT.score]).toBe(scores.score[i]);
      expect(out[SCORER_OUT.nonconformity]).toBe(scores.nonconformity[i]);
      expect(out[SCORER_OUT.expected]).toBe(scores.expected[i]);
      expect(out[SCORER_OUT.level]).toBe(scores.level[i]);
    }
    expect(detector.pointCount).toBe(series.values.filter(Number.isFinite).length);
  };
  fc.assert(fc.property(someSeries(), check), RUNS);
}

function looksAtThePastAlone(makeEngine: MakeEngine): void {
  const check = (series: MetricSeries, share: number) => {
    const length = Math.floor(share * series.length);
    const whole = makeEngine().score(series);
    const part = makeEngine().score(prefixOf(series, length));
    expect(columnsOf(part)).toEqual(columnsOf(whole).map((column) => column.slice(0, length)));
  };
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(someSeries(), share, check), RUNS);
}

async function givesHighestScores(makeEngine: MakeEngine): Promise<void> {
  const check = async (series: MetricSeries) => {
    const { score } = makeEngine().score(series);
    for (const result of await makeEngine().detect(series)) {
      const inside = score.filter((_, i) => {
        const atMs = series.timestamps[i]!;
        return atMs >= result.windowStart && atMs < result.windowEnd;
      });
      expect(result.anomalyScore).toBe(largestOf(inside));
    }
  };
  await fc.assert(fc.asyncProperty(someSeries(), check), { numRuns: 20 });
}

function takesInfinityForMissing(makeEngine: MakeEngine): void {
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  const detector = makeEngine().open(60_000);
  for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    detector.push(ORIGIN_MS, value, out);
    expect([out[DETECTOR_OUT.p], out[DETECTOR_OUT.score]]).toEqual([1, 0]);
  }
}

function columnsOf(scores: ReturnType<StreamingEngine["score"]>): Float64Array[] {
  const { p, score, nonconformity, expected, level, lower, upper } = scores;
  return [p, score, nonconformity, expected, level, lower, upper];
}
