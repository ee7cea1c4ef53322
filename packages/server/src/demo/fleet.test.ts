import { DAY_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import type { IngestSeries } from "../platform/platform.ts";
import { type FleetBatch, type FleetOptions, SimulatedFleet, STEP_MS } from "./fleet.ts";
import { METRIC_NAMES } from "./metric-catalog.ts";
import type { KnownFault } from "./truth.ts";

const END_MS = Date.parse("2026-03-11T14:22:33Z");
const SMALL: FleetOptions = { seed: 1, nodes: 60, days: 14, endMs: END_MS, faults: true };

const keyOf = (tenantId: string, { clusterId, nodeId, metricName }: IngestSeries) =>
  `${tenantId}/${clusterId}/${nodeId}/${metricName}`;

/** All points of a fleet as one text per series, so that runs compare exactly. */
function pointsOf(batches: Iterable<FleetBatch>): Map<string, string> {
  const points = new Map<string, string>();
  for (const { tenantId, series } of batches) {
    for (const one of series) {
      const key = keyOf(tenantId, one);
      const text = Array.from(one.values, (value, i) => `${one.timestampsMs[i]}=${value}`).join(
        " ",
      );
      points.set(key, `${points.get(key) ?? ""} ${text}`);
    }
  }
  return points;
}

/** Values by instant of the wanted series; a counter's are its rates a second, resets left out. */
function valuesOf(
  fleet: SimulatedFleet,
  keys: readonly string[],
): Map<string, Map<number, number>> {
  const found = new Map(keys.map((key) => [key, new Map<number, number>()]));
  const before = new Map<string, { atMs: number; value: number }>();
  for (const { tenantId, series } of fleet.history(fleet.endMs)) {
    for (const one of series) {
      const key = keyOf(tenantId, one);
      const values = found.get(key);
      if (values === undefined) continue;
      one.values.forEach((value, i) => {
        const atMs = one.timestampsMs[i]!;
        const last = before.get(key);
        if (!one.counter) values.set(atMs, value);
        else if (last !== undefined && value >= last.value) {
          values.set(atMs, ((value - last.value) * 1000) / (atMs - last.atMs));
        }
        before.set(key, { atMs, value });
      });
    }
  }
  return found;
}

function meanIn(values: Map<number, number>, startMs: number, endMs: number): number {
  const inside = [...values].filter(([atMs]) => atMs >= startMs && atMs < endMs);
  return inside.reduce((sum, [, value]) => sum + value, 0) / inside.length;
}

describe("SimulatedFleet", () => {
  it("has three tenants, twelve clusters, all nodes, twelve metrics each, to the last whole step", () => {
    const fleet = new SimulatedFleet({ ...SMALL, nodes: 65 });
    expect(fleet.endMs).toBe(Date.parse("2026-03-11T14:20:00Z"));
    const keys = [...pointsOf(fleet.advance(fleet.startMs + DAY_MS)).keys()];
    expect(keys.length).toBe(65 * METRIC_NAMES.length);
    const parts = keys.map((key) => key.split("/"));
    expect(new Set(parts.map(([tenant]) => tenant)).size).toBe(3);
    expect(new Set(parts.map(([, cluster]) => cluster)).size).toBe(12);
    expect(new Set(parts.map(([tenant, , node]) => `${tenant}/${node}`)).size).toBe(65);
  });

  it("gives the same points for the same options, however time is cut, and others for another seed", () => {
    const untilMs = new SimulatedFleet(SMALL).startMs + 1.25 * DAY_MS;
    const byDay = pointsOf(new SimulatedFleet(SMALL).history(untilMs));
    const fleet = new SimulatedFleet(SMALL);
    const steps: FleetBatch[] = [];
    while (fleet.cursorMs < untilMs) steps.push(...fleet.advance(fleet.cursorMs + 7 * STEP_MS));
    const whole = pointsOf(new SimulatedFleet(SMALL).advance(fleet.cursorMs));
    expect(pointsOf(steps)).toEqual(whole);
    for (const [key, text] of byDay) expect(whole.get(key)!.startsWith(text)).toBe(true);
    const other = pointsOf(new SimulatedFleet({ ...SMALL, seed: 2 }).history(untilMs));
    expect(other).not.toEqual(byDay);
  });

  it("differs from the fleet without faults only where and when the answer key says so", () => {
    const ill = new SimulatedFleet(SMALL);
    const healthy = new SimulatedFleet({ ...SMALL, faults: false });
    const { faults } = ill.truth;
    const wrong = new Set<string>();
    const batches = [...healthy.history(healthy.endMs)];
    let index = 0;
    for (const batch of ill.history(ill.endMs)) {
      const other = new Map(batches[index++]!.series.map((one) => [keyOf("", one), one]));
      for (const one of batch.series) {
        const partner = other.get(keyOf("", one))!;
        if (one.counter || same(one, partner)) continue;
        const known = faults.some(
          (fault) =>
            fault.cluster === one.clusterId &&
            fault.nodes.includes(one.nodeId) &&
            (fault.metrics.length === 0 || fault.metrics.includes(one.metricName)) &&
            fault.startMs < batch.endMs &&
            fault.endMs > batch.startMs,
        );
        const wiggle = one.clusterId === "catalog" && one.metricName === "latency_p99";
        if (!known && !wiggle) wrong.add(keyOf(batch.tenantId, one));
      }
    }
    expect([...wrong]).toEqual([]);
  });

  it("puts every fault where the answer key says", () => {
    const fleet = new SimulatedFleet(SMALL);
    const { faults } = fleet.truth;
    const keyOfFault = ({ tenant, cluster, nodes, metrics }: KnownFault) =>
      `${tenant}/${cluster}/${nodes[0]}/${metrics[0] ?? "cpu_usage"}`;
    const ill = valuesOf(fleet, faults.map(keyOfFault));
    const healthy = new SimulatedFleet({ ...SMALL, faults: false });
    const well = valuesOf(healthy, faults.map(keyOfFault));
    for (const fault of faults) {
      const { id, startMs, endMs } = fault;
      const withFault = ill.get(keyOfFault(fault))!;
      const without = well.get(keyOfFault(fault))!;
      const end = Math.min(endMs, fleet.endMs);
      const [a, b] = [meanIn(withFault, startMs, end), meanIn(without, startMs, end)];
      if (id === "f5-silent-node") expect(a).toBeNaN();
      else if (id === "f6-stuck-sensors")
        expect(spread(withFault, startMs, end)).toBeLessThan(1e-9);
      else if (id === "f7-latency-variance") {
        expect(spread(withFault, startMs, end)).toBeGreaterThan(4 * spread(without, startMs, end));
        expect(Math.abs(a / b - 1)).toBeLessThan(0.15);
      } else expect(Math.abs(a / b - 1)).toBeGreaterThan(0.2);
    }
  });

  it("injects live on a healthy node, from the next step on, and says so in the answer key", () => {
    const fleet = new SimulatedFleet(SMALL);
    for (const _ of fleet.history(fleet.endMs));
    const fault = fleet.inject("overload");
    expect(fault.startMs).toBe(fleet.endMs);
    expect(fleet.truth.faults.at(-1)).toEqual(fault);
    const known = fleet.truth.faults.slice(0, -1);
    expect(
      known.some((one) => one.endMs > fault.startMs && one.nodes.includes(fault.nodes[0]!)),
    ).toBe(false);
    const batch = fleet
      .advance(fleet.endMs + 2 * STEP_MS)
      .find(({ tenantId }) => tenantId === fault.tenant)!;
    const disk = batch.series.find(
      (one) => one.nodeId === fault.nodes[0] && one.metricName === "disk_io",
    )!;
    expect(Math.min(...disk.values)).toBeGreaterThan(60);
  });

  it("refuses options that cannot be, and says which", () => {
    expect(() => new SimulatedFleet({ ...SMALL, nodes: 10 })).toThrow(/nodes .* from 60 to/);
    expect(() => new SimulatedFleet({ ...SMALL, days: 3 })).toThrow(/days .* from 14 to/);
    expect(() => new SimulatedFleet({ ...SMALL, seed: 1.5 })).toThrow(/seed/);
    expect(() => new SimulatedFleet({ ...SMALL, endMs: Number.NaN })).toThrow(/endMs/);
  });
});

function same(a: IngestSeries, b: IngestSeries): boolean {
  return a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);
}

/** Standard deviation inside a range. */
function spread(values: Map<number, number>, startMs: number, endMs: number): number {
  const mean = meanIn(values, startMs, endMs);
  const squares = new Map([...values].map(([atMs, value]) => [atMs, (value - mean) ** 2]));
  return Math.sqrt(meanIn(squares, startMs, endMs));
}
