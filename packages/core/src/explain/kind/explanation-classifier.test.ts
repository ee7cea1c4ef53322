import { describe, expect, it } from "vitest";
import { MetricSeries } from "../../model/metric-series.ts";
import { EN } from "../sentence/locale-en.ts";
import { ExplanationClassifier } from "./explanation-classifier.ts";

const MINUTE = 60_000;

/** Four hours of small steps, then ten minutes 40 higher. */
function shifted(): MetricSeries {
  const timestamps = Float64Array.from({ length: 330 }, (_, i) => i * MINUTE);
  const values = timestamps.map((_, i) => 10 + Math.sin(i * 12.9) + (i >= 240 ? 40 : 0));
  const key = { tenantId: "t", clusterId: "c", nodeId: "n", metricName: "m" };
  return new MetricSeries({ ...key, timestamps, values });
}

describe("ExplanationClassifier", () => {
  const classifier = new ExplanationClassifier();

  it("names what happened inside a half-open range of a series, at the series' own step", () => {
    const range = { startMs: 240 * MINUTE, endMs: 330 * MINUTE };
    expect(classifier.classify(shifted(), range)).toMatchObject({
      kind: "shift_up",
      label: "trend",
    });
    const short = { startMs: 240 * MINUTE, endMs: 245 * MINUTE };
    expect(classifier.classify(shifted(), short).evidence.points).toBe(5);
  });

  it("does not guess about a range without points", () => {
    const after = { startMs: 400 * MINUTE, endMs: 500 * MINUTE };
    expect(() => classifier.classify(shifted(), after)).toThrow(/no point inside the range/);
  });

  it("speaks in the words that it was given", () => {
    const range = { startMs: 240 * MINUTE, endMs: 330 * MINUTE };
    const shouting = new ExplanationClassifier({
      locale: { ...EN, sentence: (clauses) => clauses.join(" / ").toUpperCase() },
    });
    const point = { value: 50, level: 10, scale: 1 };
    const explanation = shouting.explain({
      episode: {
        onsetMs: 240 * MINUTE,
        alarmCount: 90,
        absenceCount: 0,
        peakMs: 240 * MINUTE,
        peakP: 1e-3,
        peakValue: point.value,
        peakLevel: point.level,
        peakScale: point.scale,
        farthest: { atMs: 240 * MINUTE, ...point },
        sumParts: { sudden: 1, hour: 0, recent: 0, shift: 1 },
      },
      classification: classifier.classify(shifted(), range),
      pointCount: 330,
      subject: { level: "metric", metricName: "m", nodeId: "n" },
      intervalMs: MINUTE,
    });
    expect(explanation.text).toBe(
      "M ON N ROSE FROM A TYPICAL 7.5-13 TO 50 AT 04:00 / A LEVEL SHIFT / MORE THAN ONCE A DAY FOR THIS METRIC",
    );
  });
});
