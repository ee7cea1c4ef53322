import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { UTC } from "./calendar.ts";
import { type FleetPlan, type GeneratedNode, generateFleet, kindOf } from "./generate-fleet.ts";
import { ORIGIN_MS } from "./generate-series.ts";
import { NOISE_SIZE } from "./metric-kinds.ts";

const PLAN: FleetPlan = {
  seed: "fleet",
  grid: { startMs: ORIGIN_MS, intervalMs: 5 * MINUTE_MS, pointCount: 7 * 288 },
  tenantCount: 2,
  clusterCount: 2,
  nodeCount: 4,
  metricCount: 12,
  common: { correlation: 0.8, law: "normal" },
  zones: [UTC],
  changes: [],
};

const all = (plan: Partial<FleetPlan> = {}) => [...generateFleet({ ...PLAN, ...plan })];
const named = (node: GeneratedNode, name: string) =>
  node.metrics.find(({ metricName }) => metricName === name)!.values;

/** Correlation of steps from point to point: what the daily course leaves alone. */
function likeness(a: Float64Array, b: Float64Array): number {
  const step = (values: Float64Array) => values.subarray(1).map((value, i) => value - values[i]!);
  const [x, y] = [step(a), step(b)];
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  return sum((i) => x[i]! * y[i]!) / Math.sqrt(sum((i) => x[i]! ** 2) * sum((i) => y[i]! ** 2));
}

describe("generateFleet", () => {
  it("gives every node of every cluster of every tenant once, with different metric names", () => {
    const nodes = all();
    const keys = nodes.map(
      ({ tenantId, clusterId, nodeId }) => `${tenantId}/${clusterId}/${nodeId}`,
    );
    expect(new Set(keys).size).toBe(2 * 2 * 4);
    for (const { metrics } of nodes) {
      expect(new Set(metrics.map(({ metricName }) => metricName)).size).toBe(12);
      for (const { values } of metrics) {
        expect(values.length).toBe(PLAN.grid.pointCount);
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("is the same for the same seed, and a node does not change when others join", () => {
    expect(all()).toEqual(all());
    const [first] = all();
    const [same] = all({ nodeCount: 9, tenantCount: 1 });
    expect(same).toEqual(first);
    expect(all({ seed: "other" })[0]!.metrics[0]!.values).not.toEqual(first!.metrics[0]!.values);
  });

  it("metrics of a node move together, those of other nodes of its cluster less, of other clusters not", () => {
    // The queue is not the place to look: it is skewed. cpu and rps both follow their shocks.
    const [here, next, , , elsewhere] = all({ clusterCount: 11 });
    const inNode = likeness(named(here!, "cpu"), named(here!, "cpu_2"));
    const inCluster = likeness(named(here!, "cpu"), named(next!, "cpu"));
    const apart = likeness(named(here!, "cpu"), named(elsewhere!, "cpu"));
    expect(inNode).toBeGreaterThan(0.3);
    expect(inCluster).toBeGreaterThan(0.2);
    expect(inNode).toBeGreaterThan(inCluster);
    expect(Math.abs(apart)).toBeLessThan(0.1);
    const [alone] = all({ common: { correlation: 0, law: "normal" } });
    expect(Math.abs(likeness(named(alone!, "cpu"), named(alone!, "cpu_2")))).toBeLessThan(0.1);
  });

  it("a change moves its metrics on its nodes, in units of their noise, while it lasts", () => {
    const startMs = ORIGIN_MS + 2 * DAY_MS;
    const place = { tenant: 1, cluster: 0, nodes: [2], metrics: [0, 1] };
    const deploy = { ...place, startMs, endMs: Number.POSITIVE_INFINITY, size: 4 };
    const fault = { ...place, metrics: [3], startMs, endMs: startMs + HOUR_MS, size: 16 };
    const clean = all();
    const changed = all({ changes: [deploy, fault] });
    changed.forEach((node, n) => {
      node.metrics.forEach(({ values, kind }, m) => {
        const by = values.map((value, i) => value - clean[n]!.metrics[m]!.values[i]!);
        const size = n === 10 ? (m < 2 ? 4 : m === 3 ? 16 : 0) : 0;
        expect(by[575]).toBeCloseTo(0, 9);
        expect(by[576]! / NOISE_SIZE[kind]).toBeCloseTo(size, 6);
        expect(by[588]! / NOISE_SIZE[kind]).toBeCloseTo(m < 2 ? size : 0, 6);
      });
    });
  });

  it("clusters of two time zones peak at different hours", () => {
    const zones = [UTC, { offsetMs: 8 * HOUR_MS, daylightSaving: "none" as const }];
    const nodes = all({ zones, metricCount: 10, nodeCount: 1 });
    const [here, there] = nodes.map((node) => named(node, "temp"));
    const shifted = there!.subarray(0, 288 * 6);
    const late = here!.subarray(8 * 12, 8 * 12 + 288 * 6);
    expect(gap(shifted, late)).toBeLessThan(gap(shifted, here!.subarray(0, 288 * 6)));
    expect(kindOf(1, 0)).not.toBe(kindOf(0, 0));
  });
});

function gap(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}
