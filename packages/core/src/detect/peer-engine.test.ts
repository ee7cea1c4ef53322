import { describe, expect, it } from "vitest";
import { type ContractOptions, engineContract, seriesOf, withPoints } from "../engine/contract.ts";
import { Dice } from "../generator/dice.ts";
import { MetricSeries } from "../model/metric-series.ts";
import { seriesKey } from "../model/series-key.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { createPeerEngine } from "./peer-engine.ts";
import { createStreamEngine } from "./stream-engine.ts";

const STEP_MS = 5 * MINUTE_MS;
const NODES = 10;
const DAYS = 10;
const POINTS = (DAYS * DAY_MS) / STEP_MS;
const FAULT_AT = 2500;
const FAULT_POINTS = (4 * HOUR_MS) / STEP_MS;
/** An alarm counts up to 30 points after the fault: recovery belongs to it. */
const AFTER_POINTS = 30;

interface ClusterPlan {
  readonly seed: string;
  /** Factor of each node: 1 where all are of one size. */
  readonly sizeOf: (node: number) => number;
  /** Added to node `node` at point `i`, in units of its own noise. */
  readonly fault: (node: number, i: number) => number;
}

/** Daily load and slow noise that all nodes share, and a little noise of their own (sd 1). */
function cluster({ seed, sizeOf, fault }: ClusterPlan): MetricSeries[] {
  const common = new Dice(`${seed} common`);
  let slow = 0;
  const load = Float64Array.from({ length: POINTS }, (_, i) => {
    slow = 0.97 * slow + 1.2 * common.gaussian();
    return 100 + 20 * Math.sin((2 * Math.PI * i * STEP_MS) / DAY_MS) + slow;
  });
  return Array.from({ length: NODES }, (_, node) => {
    const own = new Dice(`${seed} ${node}`);
    const values = load.map((value, i) => sizeOf(node) * (value + own.gaussian() + fault(node, i)));
    const { timestamps } = seriesOf(values, STEP_MS);
    const key = { tenantId: "acme", clusterId: "web", nodeId: `node-${node}`, metricName: "rps" };
    return new MetricSeries({ ...key, timestamps, values });
  });
}

const inFault = (i: number) => i >= FAULT_AT && i < FAULT_AT + FAULT_POINTS;
const alarmed = (score: Float64Array) =>
  score.subarray(FAULT_AT, FAULT_AT + FAULT_POINTS + AFTER_POINTS).some((one) => one >= 0.75);

const ONE_NODE: ContractOptions = {
  faults: [{ kind: "one-node", among: (peers) => createPeerEngine().among(peers) }],
};
engineContract("peer without peers", () => createPeerEngine(), ONE_NODE);
engineContract(
  "peer among five",
  () => {
    const peers = Array.from({ length: 5 }, (_, node) => {
      const series = seriesOf(Array.from({ length: 400 }, (_one, i) => ((i + node) * 13) % 17));
      const { timestamps, values } = series;
      return new MetricSeries({ ...seriesKey(series), nodeId: `peer-${node}`, timestamps, values });
    });
    return createPeerEngine().among(peers);
  },
  ONE_NODE,
);

describe("createPeerEngine", () => {
  const engine = createPeerEngine();
  const stream = createStreamEngine();

  it.each([
    ["of one size", () => 1, "difference"],
    ["of sizes 1 to 10", (node: number) => 1 + node, "ratio"],
  ] as const)(
    "finds shifts of one node, %s, that the series alone does not show (gate: 95 of 100)",
    (_, sizeOf, form) => {
      let hidden = 0;
      let found = 0;
      for (let trial = 0; trial < 24; trial++) {
        const node = trial % NODES;
        const fault = (at: number, i: number) => (at === node && inFault(i) ? 5.4 : 0);
        const group = cluster({ seed: `shift ${trial}`, sizeOf, fault });
        const series = group[node]!;
        if (alarmed(stream.score(series).score)) continue;
        hidden++;
        const scores = engine.among(group).score(series);
        if (sizeOf(node) > 2) expect(scores.form).toBe(form);
        if (alarmed(scores.score)) found++;
      }
      expect(hidden).toBeGreaterThanOrEqual(12);
      expect(found / hidden).toBeGreaterThanOrEqual(0.95);
    },
  );

  it("does not alarm when the whole cluster moves, where every series alone does", () => {
    for (let trial = 0; trial < 6; trial++) {
      const fault = (_node: number, i: number) => (inFault(i) ? 60 : 0);
      const sizeOf = trial % 2 === 0 ? () => 1 : (node: number) => 1 + node;
      const group = cluster({ seed: `surge ${trial}`, sizeOf, fault });
      for (const series of group) {
        expect(alarmed(engine.among(group).score(series).score)).toBe(false);
      }
      expect(alarmed(stream.score(group[0]!).score)).toBe(true);
    }
  });

  it("goes on while nodes come and go, and expects in the metric's own unit", () => {
    const fault = (node: number, i: number) => (node === 3 && inFault(i) ? 12 : 0);
    const group = cluster({ seed: "come and go", sizeOf: () => 1, fault });
    const changing = group.map((series, node) => {
      const { timestamps, values } = series;
      if (node === 0)
        return withPoints(series, timestamps.subarray(0, 2000), values.subarray(0, 2000));
      if (node === 9) return withPoints(series, timestamps.subarray(1500), values.subarray(1500));
      const jitter = timestamps.map((atMs, i) => atMs + ((i * (node + 3)) % 7) * 9000);
      return withPoints(series, jitter, values);
    });
    const scores = engine.among(changing).score(changing[3]!);
    expect(alarmed(scores.score)).toBe(true);
    expect(scores.score.subarray(600, FAULT_AT).every((one) => one < 0.9)).toBe(true);
    expect([scores.peerCount[100], scores.peerCount[1800], scores.peerCount[2400]]).toEqual([
      8, 9, 8,
    ]);
    const at = FAULT_AT + 2;
    expect(scores.level[at]).toBeCloseTo(scores.median[at]!, -1);
    expect(scores.lower[at]).toBeLessThan(scores.level[at]!);
  });

  it("keeps the promise on a healthy cluster: at most one alarm of 0.9 per month and series", () => {
    let alarms = 0;
    for (const seed of ["calm 1", "calm 2"]) {
      const group = cluster({ seed, sizeOf: (node) => 1 + (node % 3), fault: () => 0 });
      for (const series of group) {
        let last = Number.NEGATIVE_INFINITY;
        engine
          .among(group)
          .score(series)
          .score.forEach((score, i) => {
            if (score < 0.9) return;
            if (i - last > 11) alarms++;
            last = i;
          });
      }
    }
    const months = (2 * NODES * DAYS) / 30;
    expect(alarms / months).toBeLessThanOrEqual(1);
  });

  it("calls what only one node does by its shape among the others, not by the load's", async () => {
    const fault = (node: number, i: number) => (node === 3 && i >= FAULT_AT ? 10 : 0);
    const group = cluster({ seed: "kind", sizeOf: () => 1, fault });
    const results = await engine.among(group).detect(group[3]!);
    const fromFault = results.filter(
      ({ windowEnd }) => windowEnd > group[3]!.timestamps[FAULT_AT]!,
    );
    const first = fromFault.find(({ anomalyScore }) => anomalyScore >= 0.75)!;
    expect(first).toMatchObject({ engine: "peer" });
    expect(first.explanation!.direction).toBe("up");
    expect(first.explanation!.deviation.absolute).toBeGreaterThan(5);
  });
});
