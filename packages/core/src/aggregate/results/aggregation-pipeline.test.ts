import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnomalyResult } from "../../model/anomaly-result.ts";
import { Refusal } from "../../model/refusal.ts";
import { pOfScore, scoreOfP } from "../../stats/return-period.ts";
import { AggregationPipeline } from "./aggregation-pipeline.ts";
import { NodeAnomalyAggregator } from "./node-anomaly-aggregator.ts";

const INTERVAL_MS = 60_000;
const WINDOW_MS = 600_000;

interface Given {
  readonly tenant?: string;
  readonly cluster?: string;
  readonly node?: string;
  readonly metric?: string;
  readonly window?: number;
  readonly score: number;
}

function result({ tenant, cluster, node, metric, window = 0, score }: Given): AnomalyResult {
  return new AnomalyResult({
    tenantId: tenant ?? "acme",
    clusterId: cluster ?? "east",
    nodeId: node ?? "n1",
    metricName: metric ?? "cpu",
    engine: "stream",
    windowStart: window * WINDOW_MS,
    windowEnd: (window + 1) * WINDOW_MS,
    intervalMs: INTERVAL_MS,
    anomalyScore: score,
    anomalyLabel: score >= 0.5 ? "spike" : "normal",
    kind: score >= 0.5 ? "spike" : "normal",
    magnitude: 0,
  });
}

const FOUR = [0.1, 0.2, 0.4, 0.9].map((score, i) => result({ metric: `m${i}`, score }));

describe("AggregationPipeline", () => {
  it("by hand: raw max .9, mean .4, weighted (3 x .9 + .1 + .2 + .4) / 6 = .5667, p95 .4 + .85 x .5 = .825", () => {
    const raw = (["max", "mean", "weighted", "p95"] as const).map((strategy) => {
      const [node] = new AggregationPipeline({ strategy, weights: { m3: 3 } }).aggregateNodes(FOUR);
      expect(node!.calibrated).toBe(false);
      return node!.aggregateScore;
    });
    [0.9, 0.4, 3.4 / 6, 0.825].forEach((score, i) => {
      expect(raw[i]).toBeCloseTo(score, 12);
    });
  });

  it("by hand: calibrated max of one odd metric among four is four times as often as that metric alone", () => {
    const scores = [0, 0, 0, 0.95].map((score, i) => result({ metric: `m${i}`, score }));
    const [node] = new AggregationPipeline({ strategy: "max", calibrated: true }).aggregateNodes(
      scores,
    );
    const days = (score: number) => WINDOW_MS / 86_400_000 / pOfScore(score, WINDOW_MS);
    expect(days(0.95) / days(node!.aggregateScore)).toBeCloseTo(4, 1);
    expect(node).toMatchObject({
      calibrated: true,
      numMetricsAnalyzed: 4,
      numAnomaliesDetected: 1,
      windowStart: 0,
      windowEnd: WINDOW_MS,
    });
  });

  it("auto leaves the score of a single metric as it was, but for the points of its window", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 0.999, noNaN: true }), (score) => {
        const [node] = new AggregationPipeline().aggregateNodes([result({ score })]);
        expect(node!.aggregateScore).toBeCloseTo(score, 1);
        expect(node!.calibrated).toBe(true);
      }),
    );
  });

  it("auto does not call a hundred ordinary windows an anomaly, which raw max does", () => {
    // Ten points each: the largest of ten ordinary points, evenly spread over what chance gives.
    const ordinary = Array.from({ length: 100 }, (_, i) => {
      const windowP = (i + 0.5) / 100;
      const pointP = -Math.expm1(Math.log1p(-windowP) / 10);
      return result({ metric: `m${i}`, score: scoreOfP(pointP, INTERVAL_MS) });
    });
    const [auto] = new AggregationPipeline().aggregateNodes(ordinary);
    const [max] = new AggregationPipeline({ strategy: "max" }).aggregateNodes(ordinary);
    expect(auto!.aggregateScore).toBeLessThan(0.1);
    expect(max!.aggregateScore).toBeGreaterThan(0.5);
  });

  it("groups by entity and aligned window, and never mixes tenants", () => {
    const results = [
      result({ score: 0.6, node: "n2" }),
      result({ score: 0.2, node: "n1" }),
      result({ score: 0.3, node: "n1", window: 1 }),
      result({ score: 0.4, node: "n1", cluster: "west" }),
      result({ score: 0.7, node: "n1", tenant: "other" }),
    ];
    const pipeline = new AggregationPipeline({ strategy: "max" });
    expect(
      pipeline
        .aggregateNodes(results)
        .map((n) => [n.windowStart, n.tenantId, n.clusterId, n.nodeId]),
    ).toEqual([
      [0, "acme", "east", "n1"],
      [0, "acme", "east", "n2"],
      [0, "acme", "west", "n1"],
      [0, "other", "east", "n1"],
      [WINDOW_MS, "acme", "east", "n1"],
    ]);
    expect(
      pipeline.aggregateClusters(results).map((c) => [c.tenantId, c.clusterId, c.aggregateScore]),
    ).toEqual([
      ["acme", "east", 0.6],
      ["acme", "west", 0.4],
      ["other", "east", 0.7],
      ["acme", "east", 0.3],
    ]);
    const tenants = pipeline.aggregateTenants(results);
    expect(tenants.map((t) => [t.tenantId, t.aggregateScore, t.numMetricsAnalyzed])).toEqual([
      ["acme", 0.6, 3],
      ["other", 0.7, 1],
      ["acme", 0.3, 1],
    ]);
    expect(tenants[0]!.clusterId).toBeUndefined();
  });

  it("gives the worst nodes of a cluster, each once, worst first, from the last call", () => {
    const pipeline = new AggregationPipeline({ strategy: "max" });
    expect(pipeline.topNodes("east", 3)).toEqual([]);
    pipeline.aggregateNodes([
      result({ node: "a", score: 0.3 }),
      result({ node: "a", score: 0.8, window: 1 }),
      result({ node: "b", score: 0.9 }),
      result({ node: "c", score: 0.1 }),
      result({ node: "d", score: 0.99, cluster: "west" }),
    ]);
    const top = pipeline.topNodes("east", 2);
    expect(top.map(({ nodeId, aggregateScore }) => [nodeId, aggregateScore])).toEqual([
      ["b", 0.9],
      ["a", 0.8],
    ]);
  });

  it("does not care about the order of the results", () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(scores, (list) => {
        const results = list.map((score, i) =>
          result({ node: `n${i % 4}`, metric: `m${i % 7}`, window: i % 2, score }),
        );
        const pipeline = new AggregationPipeline();
        expect(pipeline.aggregateNodes(results.toReversed())).toEqual(
          pipeline.aggregateNodes(results),
        );
      }),
    );
  });

  it("has nothing to say about nothing, and refuses unknown strategies and bad windows", () => {
    expect(new AggregationPipeline().aggregateNodes([])).toEqual([]);
    expect(() => new AggregationPipeline({ strategy: "median" as "max" })).toThrow(Refusal);
    expect(() => new AggregationPipeline({ windowMs: 0 })).toThrow(Refusal);
    expect(() => new AggregationPipeline({ weights: { cpu: -1 } })).toThrow(Refusal);
  });
});

describe("NodeAnomalyAggregator", () => {
  it("gives what the pipeline gives for one node, and refuses two", () => {
    const aggregator = new NodeAnomalyAggregator();
    expect(aggregator.aggregate(FOUR)).toEqual(new AggregationPipeline().aggregateNodes(FOUR));
    const two = [result({ node: "a", score: 0.1 }), result({ node: "b", score: 0.1 })];
    expect(() => aggregator.aggregate(two)).toThrow(Refusal);
  });

  it("names the metrics behind a node in order of onset, with shares that add up to 1", () => {
    const parts = new NodeAnomalyAggregator().contributions([
      result({ metric: "late", window: 2, score: 0.99 }),
      result({ metric: "early", window: 1, score: 0.95 }),
      result({ metric: "quiet", window: 1, score: 0.05 }),
    ]);
    expect(parts.map(({ metricName, onset }) => [metricName, onset])).toEqual([
      ["early", WINDOW_MS],
      ["late", 2 * WINDOW_MS],
    ]);
    expect(parts[1]!.share).toBeGreaterThan(parts[0]!.share);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
