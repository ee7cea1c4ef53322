import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LABEL_OF_KIND } from "../model/anomaly-type.ts";
import { MetricSeries } from "../model/metric-series.ts";
import { Refusal } from "../model/refusal.ts";
import { seriesKey } from "../model/series-key.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import { largestOf } from "../stats/extremes.ts";
import {
  type AnomalyDetectionEngine,
  DETECTOR_OUT,
  DETECTOR_OUT_LENGTH,
  type PointEngine,
  type StreamingEngine,
} from "./engine.ts";
import { SCORER_OUT } from "./scorer.ts";

/** Runs of each property: a second or two for an engine that takes a microsecond a point. */
const RUNS = { numRuns: 40 };

const KEY = { tenantId: "acme", clusterId: "prod", nodeId: "node-1", metricName: "cpu" };
const ORIGIN_MS = 1_699_920_000_000;

/**
 * What every engine owes, ours or a guest's: call it once in the engine's test file. Engines that
 * also work point by point (they have `open` and `score`) are held to the streaming rules too.
 */
export function engineContract(
  name: string,
  makeEngine: () => AnomalyDetectionEngine | StreamingEngine,
): void {
  describe(`${name} keeps the contract of engines`, () => {
    resultsContract(makeEngine);
    const engine = makeEngine();
    if ("score" in engine) pointContract(makeEngine as () => PointEngine);
    if (isStreaming(engine)) streamingContract(makeEngine as () => StreamingEngine);
  });
}

/** Series as sources send them: gaps, repeated stamps, missing values, spikes, flat stretches. */
export function someSeries(pointsMin = 0, pointsMax = 160): fc.Arbitrary<MetricSeries> {
  const value = fc.oneof(
    { arbitrary: fc.double({ min: -3, max: 3, noNaN: true }), weight: 20 },
    { arbitrary: fc.constant(0), weight: 4 },
    { arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }), weight: 1 },
    { arbitrary: fc.constant(Number.NaN), weight: 2 },
  );
  const step = fc.oneof(
    { arbitrary: fc.constant(1), weight: 20 },
    { arbitrary: fc.integer({ min: 0, max: 30 }), weight: 1 },
  );
  const points = fc.array(fc.tuple(value, step), { minLength: pointsMin, maxLength: pointsMax });
  const intervalMs = fc.constantFrom(1000, 60_000, 300_000, 3_600_000);
  return fc.tuple(points, intervalMs, fc.constantFrom(0, 50, 1e9)).map(([rows, stepMs, level]) => {
    let atMs = ORIGIN_MS;
    const timestamps = Float64Array.from(rows, ([, steps]) => (atMs += steps * stepMs));
    const values = Float64Array.from(rows, ([deviation]) => level + deviation);
    return new MetricSeries({ ...KEY, timestamps, values });
  });
}

/** A series at one-minute steps. */
export function seriesOf(values: readonly number[] | Float64Array, stepMs = 60_000): MetricSeries {
  const timestamps = Float64Array.from(values, (_, i) => ORIGIN_MS + i * stepMs);
  return new MetricSeries({ ...KEY, timestamps, values: Float64Array.from(values) });
}

/** The first `length` points of a series. */
export function prefixOf(series: MetricSeries, length: number): MetricSeries {
  return withPoints(series, series.timestamps.slice(0, length), series.values.slice(0, length));
}

/** The same series with other points. */
export function withPoints(
  series: MetricSeries,
  timestamps: Float64Array,
  values: Float64Array,
): MetricSeries {
  const { metadata } = series;
  return new MetricSeries({ ...seriesKey(series), timestamps, values, metadata });
}

function isStreaming(engine: AnomalyDetectionEngine): engine is StreamingEngine {
  return "open" in engine && "score" in engine;
}

function resultsContract(makeEngine: () => AnomalyDetectionEngine): void {
  it("has a name and a version, which are part of its results' keys", () => {
    const engine = makeEngine();
    expect(engine.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(Number.isInteger(engine.version)).toBe(true);
  });

  it("gives results of this series in order of time, normal exactly where the score is below 0.5", async () => {
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
  });

  it("answers the same series the same way, and leaves it as it was", async () => {
    const check = async (series: MetricSeries) => {
      const { timestamps, values } = prefixOf(series, series.length);
      const results = await makeEngine().detect(series);
      expect(await makeEngine().detect(series)).toEqual(results);
      expect(series.values).toEqual(values);
      expect(series.timestamps).toEqual(timestamps);
    };
    await fc.assert(fc.asyncProperty(someSeries(), check), RUNS);
  });

  it("explains a result as it did when it gave it", async () => {
    const check = async (series: MetricSeries) => {
      const engine = makeEngine();
      for (const result of await engine.detect(series)) {
        if (result.explanation === undefined) continue;
        expect(await engine.explain(series, result)).toEqual(result.explanation);
      }
    };
    await fc.assert(fc.asyncProperty(someSeries(1, 60), check), { numRuns: 10 });
  });

  it("finds nothing in nothing, in one point, in a constant series, in missing points", async () => {
    expect(await makeEngine().detect(seriesOf([]))).toEqual([]);
    for (const values of [
      [7],
      Array(300).fill(7),
      Array(300).fill(0),
      Array(100).fill(Number.NaN),
    ]) {
      const results = await makeEngine().detect(seriesOf(values));
      expect(results.every((result) => result.anomalyLabel === "normal")).toBe(true);
    }
  });

  it("stands huge and tiny values", async () => {
    const extremes = fc.constantFrom(1e308, -1e308, 1e-300, 5e-324, 0, 1, Number.MAX_VALUE);
    const check = async (values: number[]) => {
      for (const result of await makeEngine().detect(seriesOf(values))) {
        expect(result.anomalyScore).toBeGreaterThanOrEqual(0);
        expect(result.anomalyScore).toBeLessThanOrEqual(1);
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(extremes, { maxLength: 120 }), check), RUNS);
  });
}

function pointContract(makeEngine: () => PointEngine): void {
  it("scores every point: p in (0, 1], score in [0, 1], nonconformity never negative", () => {
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
  });

  if (makeEngine().looksAhead) return;
  it("does not look ahead: a prefix of 21 points or more has the same p", () => {
    const check = (series: MetricSeries, share: number) => {
      const length = 21 + Math.floor(share * (series.length - 21));
      const whole = makeEngine().score(series).p;
      expect(makeEngine().score(prefixOf(series, length)).p).toEqual(whole.slice(0, length));
    };
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(fc.property(someSeries(21), share, check), RUNS);
  });
}

function streamingContract(makeEngine: () => StreamingEngine): void {
  it("gives one p in (0, 1] and one score in [0, 1] a point; a missing point has p 1 and score 0", () => {
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
  });

  it("scores a whole series as the fold of push over its points, bit for bit", () => {
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
      expect(detector.pointCount).toBe(series.length);
    };
    fc.assert(fc.property(someSeries(), check), RUNS);
  });

  it("looks at the past alone: a prefix of a series gets the same scores", () => {
    const check = (series: MetricSeries, share: number) => {
      const length = Math.floor(share * series.length);
      const whole = makeEngine().score(series);
      const part = makeEngine().score(prefixOf(series, length));
      expect(columnsOf(part)).toEqual(columnsOf(whole).map((column) => column.slice(0, length)));
    };
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(fc.property(someSeries(), share, check), RUNS);
  });

  it("gives in detect the highest point score of each window", async () => {
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
  });

  it("takes an infinity for a missing point", () => {
    const out = new Float64Array(DETECTOR_OUT_LENGTH);
    const detector = makeEngine().open(60_000);
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      detector.push(ORIGIN_MS, value, out);
      expect([out[DETECTOR_OUT.p], out[DETECTOR_OUT.score]]).toEqual([1, 0]);
    }
  });

  stateContract(makeEngine);
}

function stateContract(makeEngine: () => StreamingEngine): void {
  it("goes on from saved bytes as if nothing had happened, whatever the cut", () => {
    const check = (series: MetricSeries) => {
      const whole = makeEngine().score(series);
      const saver = makeEngine().open();
      const out = new Float64Array(DETECTOR_OUT_LENGTH);
      for (let cut = 0; cut < series.length; cut++) {
        const heir = makeEngine().open();
        heir.restore(saver.save());
        expect(heir.save()).toEqual(saver.save());
        expect([heir.pointCount, heir.intervalMs]).toEqual([saver.pointCount, saver.intervalMs]);
        for (let i = cut; i < Math.min(cut + 3, series.length); i++) {
          heir.push(series.timestamps[i]!, series.values[i]!, out);
          expect(out[DETECTOR_OUT.score]).toBe(whole.score[i]);
        }
        saver.push(series.timestamps[cut]!, series.values[cut]!, out);
      }
    };
    fc.assert(fc.property(someSeries(1, 90), check), { numRuns: 10 });
  });

  it("refuses damaged bytes and then still is what it was", () => {
    const check = (series: MetricSeries, at: number, flip: number) => {
      const detector = makeEngine().open();
      const out = new Float64Array(DETECTOR_OUT_LENGTH);
      series.values.forEach((value, i) => {
        detector.push(series.timestamps[i]!, value, out);
      });
      const good = detector.save();
      const flipped = good.slice();
      flipped[Math.floor(at * good.length)]! ^= flip;
      const cut = good.slice(0, Math.floor(at * good.length));
      for (const bad of [flipped, cut, new Uint8Array(), Uint8Array.from([...good, 0])]) {
        expect(refusalOf(() => detector.restore(bad))).toBe("state/unreadable");
      }
      expect(detector.save()).toEqual(good);
    };
    const at = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    fc.assert(fc.property(someSeries(0, 60), at, fc.integer({ min: 1, max: 255 }), check), RUNS);
  });
}

function refusalOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
  return "accepted";
}

function columnsOf(scores: ReturnType<StreamingEngine["score"]>): Float64Array[] {
  const { p, score, nonconformity, expected, level, lower, upper } = scores;
  return [p, score, nonconformity, expected, level, lower, upper];
}
