import { describe, expect, it } from "vitest";
import type { FleetStep } from "../aggregate/fleet/fleet-step.ts";
import { createStreamEngine } from "../detect/stream-engine.ts";
import { Dice } from "../generator/dice.ts";
import { FoldRow } from "./fold-row.ts";
import { type ReplayedPoints, replaySeries, replaySteps, TenantReplay } from "./replay.ts";
import { SeriesFold } from "./series-fold.ts";
import { TenantFold } from "./tenant-fold.ts";

const STEP_MS = 300_000;
const PER_DAY = 288;
const COUNT = 8 * PER_DAY;
const NODES = 4;
const METRICS = ["cpu", "load", "latency"];
const FAULT = { node: 2, from: COUNT - 60, to: COUNT - 40 };
const END_MS = COUNT * STEP_MS;
const TENANT = { stepMs: STEP_MS, budgetDays: 7, rewindMs: 7_200_000 };
const engine = createStreamEngine();

/** Daily wave and noise; the metrics of one node move together for 20 points. */
const series = Array.from({ length: NODES }, (_, node) =>
  METRICS.map((metricName) => {
    const dice = new Dice(`${node} ${metricName}`);
    const values = Float64Array.from({ length: COUNT }, (_one, i) => {
      const faulty = node === FAULT.node && i >= FAULT.from && i < FAULT.to;
      const wave = 8 * Math.sin((2 * Math.PI * i) / PER_DAY);
      return 50 + wave + 2 * dice.gaussian() + (faulty ? 40 : 0);
    });
    return { place: { clusterId: "eu", nodeId: `node-${node}`, metricName }, values };
  }),
).flat();

const timestampsMs = Float64Array.from({ length: COUNT }, (_, i) => i * STEP_MS);

function pointsOf(values: Float64Array, from = 0, to = COUNT): ReplayedPoints {
  return { timestampsMs: timestampsMs.subarray(from, to), values: values.subarray(from, to) };
}

/** p of the nodes and findings, in slices of this many points. */
function replayed(slice: number) {
  const replay = new TenantReplay({ ...TENANT, engine });
  const nodeP: number[][] = [];
  for (let from = 0; from < COUNT; from += slice) {
    const to = Math.min(from + slice, COUNT);
    for (const { place, values } of series) {
      replay.push(replay.series(place), pointsOf(values, from, to));
    }
    replay.advance(to * STEP_MS, (step) => nodeP.push(nodePOf(step)));
  }
  return { nodeP, findings: replay.findings };
}

function nodePOf({ nodes }: FleetStep): number[] {
  return [...nodes.p.subarray(0, nodes.count)];
}

describe("TenantReplay", () => {
  const whole = replayed(COUNT);

  it("finds the node whose metrics move together", () => {
    const [finding] = [...whole.findings.values()];
    expect(whole.findings.size).toBe(1);
    expect(finding).toMatchObject({ level: "node", clusterId: "eu", nodeId: "node-2" });
    expect(finding!.openedMs).toBeGreaterThanOrEqual(FAULT.from * STEP_MS);
    expect(finding!.openedMs).toBeLessThan(FAULT.to * STEP_MS);
  });

  it.each([1, 7, PER_DAY])("comes to the same in slices of %d points, bit for bit", (slice) => {
    expect(replayed(slice)).toEqual(whole);
  });

  it("comes to the same by its two halves, as the server runs them on different threads", () => {
    const tenant = new TenantFold(TENANT);
    const findings = new Map();
    const nodeP: number[][] = [];
    const row = new FoldRow();
    for (const { place, values } of series) {
      const fold = new SeriesFold({ open: () => engine.open(), counter: false });
      const number = tenant.addSeries(place.clusterId, place.nodeId, place.metricName);
      replaySeries(fold, pointsOf(values), row, (i, { valueP, flatP, phase }) => {
        tenant.put(number, timestampsMs[i]!, valueP, flatP, phase);
      });
      tenant.setInterval(number, fold.intervalMs);
    }
    replaySteps(tenant, END_MS, findings, (step) => nodeP.push(nodePOf(step)));
    expect({ nodeP, findings }).toEqual(whole);
  });

  it("comes to the same where a series starts from scratch and only its newest points are news", () => {
    const replay = new TenantReplay({ ...TENANT, engine });
    for (const { place, values } of series) {
      replay.push(replay.series(place), pointsOf(values, 0, COUNT - 10));
    }
    const first = replay.series(series[0]!.place);
    replay.restart(first);
    replay.push(first, pointsOf(series[0]!.values), timestampsMs[COUNT - 10]!);
    for (const { place, values } of series.slice(1)) {
      replay.push(replay.series(place), pointsOf(values, COUNT - 10));
    }
    const nodeP: number[][] = [];
    replay.advance(END_MS, (step) => nodeP.push(nodePOf(step)));
    expect({ nodeP, findings: replay.findings }).toEqual(whole);
  });

  it("gives a place the same series again", () => {
    const replay = new TenantReplay({ ...TENANT, engine });
    const { place } = series[0]!;
    expect(replay.series({ ...place })).toBe(replay.series(place));
  });
});
