import { describe, expect, it } from "vitest";
import { MetricSeries } from "../model/metric-series.ts";
import { createStreamEngine } from "./stream-engine.ts";

const MINUTE = 60_000;
const START = Date.UTC(2025, 2, 3);
const key = { tenantId: "t", clusterId: "c", nodeId: "n", metricName: "m" };

/** Even noise without dice: the same on every machine. */
function noise(i: number): number {
  return Math.sin(i * 12.9898) + Math.sin(i * 78.233) + Math.sin(i * 37.719);
}

/** Four days of five-minute points with a daily swing, and faults of several kinds on the last. */
function faulty(): MetricSeries {
  const timestamps = Float64Array.from({ length: 4 * 288 }, (_, i) => START + 5 * i * MINUTE);
  const values = timestamps.map((_, i) => {
    const usual = 100 + 20 * Math.sin((2 * Math.PI * i) / 288) + 2 * noise(i);
    if (i === 900) return usual + 60;
    if (i === 960) return usual - 40;
    if (i >= 1000 && i < 1030) return usual + 45;
    return i >= 1090 ? usual + 6 * noise(3 * i) : usual;
  });
  return new MetricSeries({ ...key, timestamps, values });
}

describe("severity of an injected fault", () => {
  it("never falls as the fault grows: spikes and dips from 1 to 64 usual steps", () => {
    const engine = createStreamEngine();
    const clean = Float64Array.from({ length: 3 * 288 }, (_, i) => 100 + noise(i));
    const timestamps = clean.map((_, i) => START + 5 * i * MINUTE);
    for (const sign of [1, -1]) {
      const scores = [0, 1, 2, 4, 8, 16, 32, 64].map((size) => {
        const values = clean.slice();
        values[800] = 100 + sign * size;
        return engine.score(new MetricSeries({ ...key, timestamps, values })).score[800]!;
      });
      expect(scores).toEqual(scores.toSorted((a, b) => a - b));
      expect(scores[0]).toBeLessThan(0.5);
      expect(scores.at(-1)).toBeGreaterThan(0.9);
    }
  });
});

describe("counterfactuals of results", () => {
  const engine = createStreamEngine();
  const series = faulty();

  it("are below 0.5 when the series is scored again with them, every single one", async () => {
    const told = (await engine.detect(series)).flatMap(({ explanation }) =>
      explanation?.counterfactual === undefined ? [] : [explanation.counterfactual],
    );
    expect(told.length).toBeGreaterThan(4);
    for (const { atMs, value, score } of told) {
      const end = series.timestamps.indexOf(atMs) + 1;
      const values = series.values.slice(0, end);
      values[end - 1] = value;
      const timestamps = series.timestamps.slice(0, end);
      const changed = engine.score(new MetricSeries({ ...key, timestamps, values }));
      expect(changed.score[end - 1]).toBe(score);
      expect(score).toBeLessThan(0.5);
    }
  });

  it("are between the actual value and what is usual there", async () => {
    const scores = engine.score(series);
    for (const { explanation } of await engine.detect(series)) {
      const told = explanation?.counterfactual;
      if (told === undefined) continue;
      const at = series.timestamps.indexOf(told.atMs);
      const higher = series.values[at]! > scores.level[at]!;
      expect(told.bound).toBe(higher ? "at-most" : "at-least");
      expect(told.value < series.values[at]!).toBe(higher);
    }
  });

  it("are the same for one result asked for as for all of them", async () => {
    const [result] = (await engine.detect(series)).filter(({ anomalyScore }) => anomalyScore > 0.9);
    const explanation = await engine.explain(series, result!);
    expect(explanation).toEqual(result!.explanation);
    expect(explanation.text).toMatch(/; normal (at \d\d:\d\d )?if [<>]= \d/);
  });

  it("are not given to windows that are normal", async () => {
    const results = await engine.detect(series);
    const normal = results.filter(({ anomalyScore }) => anomalyScore < 0.5);
    expect(normal.length).toBeGreaterThan(50);
    const explanation = await engine.explain(series, normal[20]!);
    expect(explanation.counterfactual).toBeUndefined();
  });
});
