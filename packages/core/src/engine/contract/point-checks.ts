import fc from "fast-check";
import { expect } from "vitest";
import type { MetricSeries } from "../../model/metric-series.ts";
import type { PointEngine } from "../engine.ts";
import type { Check } from "./check.ts";
import { prefixOf, RUNS, someSeries } from "./some-series.ts";

/** Points from which an interval is learnt: a shorter prefix may be judged by another one. */
const PREFIX_POINTS_MIN = 21;

/** What an engine owes that also says what it thinks of every point. */
export function pointChecks(makeEngine: () => PointEngine): Check[] {
  const scoring = {
    says: "scores every point: p in (0, 1], score in [0, 1], nonconformity never negative",
    run: () => scoresEveryPoint(makeEngine),
  };
  if (makeEngine().looksAhead) return [scoring];
  const causal = {
    says: `does not look ahead: a prefix of ${PREFIX_POINTS_MIN} points or more has the same p`,
    run: () => doesNotLookAhead(makeEngine),
  };
  return [scoring, causal];
}

function scoresEveryPoint(makeEngine: () => PointEngine): void {
  const check = (series: MetricSeries) => {
    const { p, score, nonconformity, intervalMs } = makeEngine().score(series);
    for (const column of [p, score, nonconformity]) expect(column.length).toBe(series.length);
    expect(intervalMs).toBeGreaterThan(0);
    for (let i = 0; i < series.length; i++) {
      expect(p[i]! > 0 && p[i]! <= 1).toBe(true);
      expect(score[i]! >= 0 && score[i]! <= 1).toBe(true);
      expect(nonconformity[i]! < 0).toBe(false);
    }
  };
  fc.assert(fc.property(someSeries(), check), RUNS);
}

function doesNotLookAhead(makeEngine: () => PointEngine): void {
  const check = (series: MetricSeries, share: number) => {
    const length = PREFIX_POINTS_MIN + Math.floor(share * (series.length - PREFIX_POINTS_MIN));
    const whole = makeEngine().score(series).p;
    expect(makeEngine().score(prefixOf(series, length)).p).toEqual(whole.slice(0, length));
  };
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(someSeries(PREFIX_POINTS_MIN), share, check), RUNS);
}
