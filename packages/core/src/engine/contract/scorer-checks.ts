import fc from "fast-check";
import { expect } from "vitest";
import type { MetricSeries } from "../../model/metric-series.ts";
import { type BatchScorer, SCORER_OUT_LENGTH, type StreamScorer } from "../scorer.ts";
import type { Check } from "./check.ts";
import { nonconformityOf } from "./rank-checks.ts";
import { isNamed } from "./result-checks.ts";
import { prefixOf, RUNS, someSeries } from "./some-series.ts";
import { stateChecks } from "./state-checks.ts";

type MakeScorer = () => StreamScorer | BatchScorer;

/** What every scorer owes, beside finding something; a streaming one keeps the rules of states too. */
export function scorerChecks(makeScorer: MakeScorer): Check[] {
  const checks = [
    {
      says: "has a name and a version, which are part of saved states",
      run: () => isNamed(makeScorer()),
    },
    {
      says: "gives one nonconformity per point, never negative, NaN exactly where the value is missing",
      run: () => scoresEveryPoint(makeScorer),
    },
    {
      says: "answers the same series the same way, and leaves it as it was",
      run: () => answersAlike(makeScorer),
    },
  ];
  const scorer = makeScorer();
  if (!("open" in scorer)) return checks;
  const open = () => (makeScorer() as StreamScorer).open(60_000);
  return [...checks, ...stateChecks(open, SCORER_OUT_LENGTH)];
}

function scoresEveryPoint(makeScorer: MakeScorer): void {
  const check = (series: MetricSeries) => {
    const nonconformity = nonconformityOf(makeScorer(), series);
    expect(nonconformity.length).toBe(series.length);
    series.values.forEach((value, i) => {
      expect(Number.isNaN(nonconformity[i]!)).toBe(Number.isNaN(value));
      expect(nonconformity[i]! < 0).toBe(false);
    });
  };
  fc.assert(fc.property(someSeries(), check), RUNS);
}

function answersAlike(makeScorer: MakeScorer): void {
  const check = (series: MetricSeries) => {
    const { timestamps, values } = prefixOf(series, series.length);
    const first = nonconformityOf(makeScorer(), series);
    expect(nonconformityOf(makeScorer(), series)).toEqual(first);
    expect(series.values).toEqual(values);
    expect(series.timestamps).toEqual(timestamps);
  };
  fc.assert(fc.property(someSeries(), check), RUNS);
}
