import {
  AggregatedAnomalyScore,
  AggregationPipeline,
  type AnomalyDetectionEngine,
  AnomalyResult,
  AnomalyType,
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

describe("the public door of the core", () => {
  it("runs the design's own example as written", async () => {
    const engine: AnomalyDetectionEngine = createStreamEngine();
    const series = new MetricSeries({ ...place, timestamps, values });
    const windows: TimeWindow[] = new SlidingWindowExtractor({
      windowSizePoints: 100,
      stridePoints: 50,
    }).extract(series);
    const results = await engine.detect(series);
    const pipeline = new AggregationPipeline();
    const nodes = pipeline.aggregateNodes(results);
    expect(windows.length).toBe(23);
    const worst = results.reduce((a, b) => (b.anomalyScore > a.anomalyScore ? b : a));
    const label: AnomalyType = worst.anomalyLabel;
    expect(worst).toBeInstanceOf(AnomalyResult);
    expect([label, worst.windowStart <= timestamps[1004]!]).toEqual([AnomalyType.SPIKE, true]);
    expect(nodes.every((node) => node instanceof AggregatedAnomalyScore)).toBe(true);
    expect(pipeline.aggregateClusters(results).length).toBeGreaterThan(0);
    expect(pipeline.aggregateTenants(results)[0]).toMatchObject({ tenantId: "acme-corp" });
    const [top] = pipeline.topNodes("prod-us-east", 1);
    expect(top).toMatchObject({ nodeId: "node-042" });
  });

  it("has the other names of the contract, and refuses an engine nobody knows", () => {
    const registry = new EngineRegistry();
    registry.register({ name: "stream", summary: "the default", make: () => createStreamEngine() });
    expect(registry.get("stream").name).toBe("stream");
    expect(() => registry.get("strea")).toThrow(Refusal);
    const series = new MetricSeries({ ...place, timestamps, values });
    // 1,200 minutes from a full hour on are 20 windows.
    expect(new TimeBasedWindowExtractor({ windowMs: 3_600_000 }).extract(series).length).toBe(20);
    expect([NodeAnomalyAggregator, ExplanationClassifier].map((one) => typeof one)).toEqual([
      "function",
      "function",
    ]);
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
