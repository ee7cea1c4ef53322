import fc from "fast-check";
import { expect } from "vitest";
import { LABEL_OF_KIND } from "../../model/anomaly-type.ts";
import type { MetricSeries } from "../../model/metric-series.ts";
import { ANOMALOUS_SCORE } from "../../model/severity.ts";
import type { AnomalyDetectionEngine } from "../engine.ts";
import type { Check } from "./check.ts";
import { KEY, prefixOf, RUNS, seriesOf, someSeries } from "./some-series.ts";

type MakeEngine = () => AnomalyDetectionEngine;

/** What every engine owes in `detect` and `explain`, beside finding something. */
export function resultChecks(makeEngine: MakeEngine): Check[] {
  return [
    {
      says: "has a name and a version, which are part of its results' keys",
      run: () => isNamed(makeEngine()),
    },
    {
      says: "gives results of this series in order of time, normal exactly where the score is below 0.5",
      run: () => givesOrderedResults(makeEngine),
    },
    {
      says: "answers the same series the same way, and leaves it as it was",
      run: () => answersAlike(makeEngine),
    },
    {
      says: "explains a result as it did when it gave it",
      run: () => explainsAlike(makeEngine),
    },
    {
      says: "finds nothing in nothing, in one point, in a constant series, in missing points",
      run: () => findsNothingInNothing(makeEngine),
    },
    {
      says: "copes with huge and tiny values",
      run: () => copesWithExtremes(makeEngine),
    },
  ];
}

/** The rule of names and versions, for engines and scorers alike. */
export function isNamed({ name, version }: { name: string; version: number }): void {
  expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(Number.isInteger(version)).toBe(true);
}

async function givesOrderedResults(makeEngine: MakeEngine): Promise<void> {
  const check = async (series: MetricSeries) => {
    let before = Number.NEGATIVE_INFINITY;
    for (const result of await makeEngine().detect(series)) {
      expect(result).toMatchObject({ ...KEY, engine: makeEngine().name });
      expect(result.windowStart).toBeGreaterThanOrEqual(before);
      before = result.windowStart;
      expect(result.anomalyLabel === "normal").toBe(result.anomalyScore < ANOMALOUS_SCORE);
      expect(LABEL_OF_KIND[result.kind]).toBe(result.anomalyLabel);
      expect(result.magnitude).toBeGreaterThanOrEqual(0);
      expect(result.intervalMs).toBeGreaterThan(0);
    }
  };
  await fc.assert(fc.asyncProperty(someSeries(), check), RUNS);
}

async function answersAlike(makeEngine: MakeEngine): Promise<void> {
  const check = async (series: MetricSeries) => {
    const { timestamps, values } = prefixOf(series, series.length);
    const results = await makeEngine().detect(series);
    expect(await makeEngine().detect(series)).toEqual(results);
    expect(series.values).toEqual(values);
    expect(series.timestamps).toEqual(timestamps);
  };
  await fc.assert(fc.asyncProperty(someSeries(), check), RUNS);
}

async function explainsAlike(makeEngine: MakeEngine): Promise<void> {
  const check = async (series: MetricSeries) => {
    const engine = makeEngine();
    for (const result of await engine.detect(series)) {
      if (result.explanation === undefined) continue;
      expect(await engine.explain(series, result)).toEqual(result.explanation);
    }
  };
  await fc.assert(fc.asyncProperty(someSeries(1, 60), check), { numRuns: 10 });
}

async function findsNothingInNothing(makeEngine: MakeEngine): Promise<void> {
  expect(await makeEngine().detect(seriesOf([]))).toEqual([]);
  for (const values of [[7], Array(300).fill(7), Array(300).fill(0), Array(100).fill(Number.NaN)]) {
    const results = await makeEngine().detect(seriesOf(values));
    expect(results.every((result) => result.anomalyLabel === "normal")).toBe(true);
  }
}

async function copesWithExtremes(makeEngine: MakeEngine): Promise<void> {
  const extremes = fc.constantFrom(1e308, -1e308, 1e-300, 5e-324, 0, 1, Number.MAX_VALUE);
  const check = async (values: number[]) => {
    for (const result of await makeEngine().detect(seriesOf(values))) {
      expect(result.anomalyScore).toBeGreaterThanOrEqual(0);
      expect(result.anomalyScore).toBeLessThanOrEqual(1);
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(extremes, { maxLength: 120 }), check), RUNS);
}
