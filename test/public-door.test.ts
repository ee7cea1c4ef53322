import {
  AggregatedAnomalyScore,
  AggregationPipeline,
  type AnomalyDetectionEngine,
  AnomalyResult,
  type AnomalyType,
  createStreamEngine,
  EngineRegistry,
  ExplanationClassifier,
  MetricSeries,
  type MetricSource,
  memoryStore,
  metricSource,
  NodeAnomalyAggregator,
  Refusal,
  SlidingWindowExtractor,
  TimeBasedWindowExtractor,
  type TimeWindow,
  tenantIdOf,
} from "@foreshock/core";
import { describe, expect, it } from "vitest";

const timestamps = Float64Array.from({ length: 1200 }, (_, i) => 1_764_000_000_000 + i * 60_000);
const values = timestamps.map((_, i) => 40 + (i % 7) + (i >= 1000 && i < 1005 ? 60 : 0));
const place = {
  tenantId: "acme-corp",
  clusterId: "prod-us-east",
  nodeId: "node-042",
  metricName: "cpu_usage",
};

const HOUR_MS = 3_600_000;
const SERIES = new MetricSeries({ ...place, timestamps, values });

describe("the public door of the core", () => {
  it("runs the design's own example as written", async () => {
    const engine: AnomalyDetectionEngine = createStreamEngine();
    const windows: TimeWindow[] = new SlidingWindowExtractor({
      windowSizePoints: 100,
      stridePoints: 50,
    }).extract(SERIES);
    const results = await engine.detect(SERIES);
    const pipeline = new AggregationPipeline();
    const nodes = pipeline.aggregateNodes(results);
    expect(windows.length).toBe(23);
    const worst = results.reduce((a, b) => (b.anomalyScore > a.anomalyScore ? b : a));
    const label: AnomalyType = worst.anomalyLabel;
    expect(worst).toBeInstanceOf(AnomalyResult);
    expect([label, worst.windowStart <= timestamps[1004]!]).toEqual(["spike", true]);
    expect(nodes.every((node) => node instanceof AggregatedAnomalyScore)).toBe(true);
    expect(pipeline.aggregateClusters(results).length).toBeGreaterThan(0);
    expect(pipeline.aggregateTenants(results)[0]).toMatchObject({ tenantId: "acme-corp" });
    const [top] = pipeline.topNodes("prod-us-east", 1);
    expect(top).toMatchObject({ nodeId: "node-042" });
  });

  it("has engines by name, and refuses one that nobody knows", () => {
    const registry = new EngineRegistry();
    registry.register({ name: "stream", summary: "the default", make: () => createStreamEngine() });
    expect(registry.get("stream").name).toBe("stream");
    expect(() => registry.get("strea")).toThrow(Refusal);
  });

  it("cuts twenty hours of minutes into twenty windows of sixty points", () => {
    const windows = new TimeBasedWindowExtractor({ windowMs: HOUR_MS }).extract(SERIES);
    expect(windows.map(({ values }) => values.length)).toEqual(Array(20).fill(60));
    expect(windows[0]).toMatchObject({ startMs: timestamps[0], endMs: timestamps[60] });
  });

  it("adds up the metrics of one node, and refuses those of two", async () => {
    const results = await createStreamEngine().detect(SERIES);
    const scores = new NodeAnomalyAggregator({ windowMs: HOUR_MS }).aggregate(results);
    const worst = scores.reduce((a, b) => (b.aggregateScore > a.aggregateScore ? b : a));
    expect(worst).toMatchObject({ nodeId: "node-042", numMetricsAnalyzed: 1 });
    expect(worst.aggregateScore).toBeGreaterThan(0.5);
    expect([worst.windowStart <= timestamps[1000]!, worst.windowEnd > timestamps[1000]!]).toEqual([
      true,
      true,
    ]);
    const other = new MetricSeries({ ...place, nodeId: "node-043", timestamps, values });
    const both = [...results, ...(await createStreamEngine().detect(other))];
    expect(() => new NodeAnomalyAggregator().aggregate(both)).toThrow(Refusal);
  });

  it("calls five raised points a spike", () => {
    const range = { startMs: timestamps[1000]!, endMs: timestamps[1005]! };
    expect(new ExplanationClassifier().classify(SERIES, range)).toMatchObject({ label: "spike" });
  });

  it("gives one continuous series through the integration contract", async () => {
    const store = memoryStore();
    const { tenantId, ...inside } = place;
    const tenant = store.forTenant(tenantIdOf(tenantId));
    await tenant.append([{ place: inside, timestampsMs: timestamps, values }]);
    const source: MetricSource = metricSource(store);
    const series = await source.getMetricSeries(
      tenantId,
      place.clusterId,
      place.nodeId,
      place.metricName,
      timestamps[10]!,
      timestamps[20]!,
    );
    expect(series.length).toBe(10);
  });
});
