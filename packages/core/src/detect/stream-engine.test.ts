import { describe, expect, it } from "vitest";
import { engineContract, prefixOf, seriesOf, withPoints } from "../engine/contract.ts";
import { MetricSeries } from "../model/metric-series.ts";
import { Refusal } from "../model/refusal.ts";
import { DAY_MS, HOUR_MS } from "../model/time.ts";
import { SlidingWindowExtractor } from "../window/sliding-window-extractor.ts";
import { explainWindow } from "./explain-window.ts";
import { scoreSeries } from "./score-series.ts";
import { createStreamEngine } from "./stream-engine.ts";
import { windowEpisode } from "./window-episode.ts";

const STEP_MS = 300_000;
const SPIKE_AT = 2500;

engineContract("stream", () => createStreamEngine());
engineContract("stream with sliding windows", () =>
  createStreamEngine({
    intervalMs: STEP_MS,
    windows: new SlidingWindowExtractor({ windowSizePoints: 30, stridePoints: 10 }),
  }),
);

/** Ten days of daily load with noise; one spike of three points. */
function loadWithSpike(): MetricSeries {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const values = Float64Array.from({ length: 2880 }, (_, i) => {
    const noise = 3 * (uniform() + uniform() + uniform() - 1.5);
    const spike = i >= SPIKE_AT && i < SPIKE_AT + 3 ? 60 : 0;
    return 35 + 15 * Math.sin((2 * Math.PI * i) / 288) + noise + spike;
  });
  const { timestamps } = seriesOf(values, STEP_MS);
  return new MetricSeries({
    tenantId: "acme",
    clusterId: "prod",
    nodeId: "node-042",
    metricName: "cpu_usage",
    timestamps,
    values,
    metadata: { unit: "percent" },
  });
}

describe("createStreamEngine", () => {
  const series = loadWithSpike();
  const engine = createStreamEngine();

  it("finds the spike in its hour, names it and says how large it is", async () => {
    const results = await engine.detect(series);
    const worst = results.toSorted((a, b) => b.anomalyScore - a.anomalyScore)[0]!;
    const spikeMs = series.timestamps[SPIKE_AT]!;
    expect(worst.windowStart).toBe(Math.floor(spikeMs / HOUR_MS) * HOUR_MS);
    expect(worst.windowEnd - worst.windowStart).toBe(HOUR_MS);
    expect(worst.anomalyScore).toBeGreaterThan(0.75);
    expect(worst).toMatchObject({ anomalyLabel: "spike", kind: "spike", intervalMs: STEP_MS });
    expect(worst.magnitude).toBeGreaterThan(5);
    expect(worst.explanation!.direction).toBe("up");
    expect(worst.explanation!.onset).toBe(spikeMs);
    expect(worst.explanation!.text).toContain("cpu_usage on node-042 rose from a typical");
  });

  it("explains normal windows when asked, and leaves their results short", async () => {
    const [first] = await engine.detect(series);
    expect(first).toMatchObject({ anomalyLabel: "normal", magnitude: 0, explanation: undefined });
    const explanation = await engine.explain(series, first!);
    expect(explanation.kind).toBe("normal");
    expect(explanation.text).toContain("cpu_usage on node-042 was as usual");
  });

  it("gives a prefix of the series the same results for its whole windows", async () => {
    const results = await engine.detect(series);
    for (const length of [500, SPIKE_AT + 8, SPIKE_AT + 40]) {
      const part = await engine.detect(prefixOf(series, length));
      const endMs = series.timestamps[length - 1]! + STEP_MS;
      const whole = part.filter((result) => result.windowEnd <= endMs);
      expect(whole).toEqual(results.slice(0, whole.length));
      expect(whole.length).toBeGreaterThan(30);
    }
  });

  it("cuts a coarse series into windows of twelve points, aligned to the epoch", async () => {
    const hourly = seriesOf(Array(48).fill(1), HOUR_MS);
    const windows = (await engine.detect(hourly)).map((result) => result.windowStart);
    expect(windows.every((startMs) => startMs % (DAY_MS / 2) === 0)).toBe(true);
    expect(windows.length).toBe(4);
  });

  it("takes an explainer of the guest's for anomalous windows alone", async () => {
    const scores: number[] = [];
    const own = createStreamEngine({
      explainer: (window) => {
        scores.push(window.episode.peakScore);
        return { ...explainWindow(window), kind: "variance", text: "mine" };
      },
    });
    const loud = (await own.detect(series)).filter((result) => result.anomalyLabel !== "normal");
    expect(loud.length).toBe(scores.length);
    expect(loud.every((result) => result.kind === "variance")).toBe(true);
    expect(scores.every((score) => score >= 0.5)).toBe(true);
  });

  it("refuses to explain a result of another time", async () => {
    const [first] = await engine.detect(series);
    const later = series.timestamps.map((atMs) => atMs + 365 * DAY_MS);
    const nextYear = withPoints(series, later, series.values);
    await expect(engine.explain(nextYear, first!)).rejects.toThrow("no point in this result");
    await expect(engine.explain(seriesOf([]), first!)).rejects.toThrow(Refusal);
  });
});

describe("scoreSeries", () => {
  it("continues from the state of the detector, so a series may come in pieces", () => {
    const series = loadWithSpike();
    const whole = createStreamEngine().score(series);
    const detector = createStreamEngine().open();
    const head = scoreSeries(detector, prefixOf(series, 1000));
    const rest = withPoints(series, series.timestamps.slice(1000), series.values.slice(1000));
    const tail = scoreSeries(detector, rest);
    expect([...head.score, ...tail.score]).toEqual([...whole.score]);
  });
});

describe("windowEpisode", () => {
  const series = loadWithSpike();
  const scores = createStreamEngine().score(series);

  it("knows where the event began, its highest point and its farthest one", () => {
    const episode = windowEpisode(series, scores, SPIKE_AT - 20, SPIKE_AT + 20);
    expect(episode.onsetIndex).toBe(SPIKE_AT);
    expect(episode.firstMs).toBe(series.timestamps[SPIKE_AT]);
    expect(episode.peakScore).toBe(Math.max(...scores.score));
    expect(episode.farthest.atMs).toBeLessThan(series.timestamps[SPIKE_AT + 3]!);
    expect(episode.sumParts.sudden).toBeGreaterThan(0);
  });

  it("finds the onset before the window when the event began there", () => {
    const episode = windowEpisode(series, scores, SPIKE_AT + 2, SPIKE_AT + 20);
    expect(episode.onsetIndex).toBe(SPIKE_AT);
  });
});
