import { describe, expect, it } from "vitest";
import type { FleetFinding } from "./fleet-finding.ts";
import { TenantFleet } from "./tenant-fleet.ts";

const STEP_MS = 300_000;
const NODES = 20;
const METRICS = 4;
const QUIET_STEPS = 1500;

/** Findings of a fleet of twenty nodes of which metric 0 shows `pOf` for an hour; undefined = a healthy p. */
function findingsOf(pOf: (node: number) => number | undefined): readonly FleetFinding[] {
  const fleet = new TenantFleet({ stepMs: STEP_MS, budgetDays: 7, rewindMs: 7_200_000 });
  const series = Array.from({ length: NODES * METRICS }, (_, s) =>
    fleet.addSeries("eu", `n${Math.floor(s / METRICS)}`, `m${s % METRICS}`),
  );
  const found = new Map<string, FleetFinding>();
  let state = 5;
  for (let step = 0; step < QUIET_STEPS + 12; step++) {
    series.forEach((number, s) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const healthy = (state + 0.5) / 4_294_967_296;
      const isDone = step >= QUIET_STEPS && s % METRICS === 0;
      const p = isDone ? pOf(Math.floor(s / METRICS)) : undefined;
      fleet.put(number, step * STEP_MS, p ?? healthy, "value");
    });
    fleet.advance((step + 1) * STEP_MS, ({ changed }) => {
      for (const finding of changed) found.set(finding.id, finding);
    });
  }
  return [...found.values()].filter(({ openedMs }) => openedMs >= QUIET_STEPS * STEP_MS);
}

describe("what a finding counts", () => {
  it.each([7, 12, 20])("is the nodes of which a metric moved, by hand: %i of 20", (count) => {
    const [finding] = findingsOf((node) => (node < count ? 1e-5 : undefined));
    expect(finding).toMatchObject({ level: "cluster", silentNodes: 0 });
    const metric = finding!.moved!.find(({ metricName }) => metricName === "m0");
    expect(metric).toEqual({ metricName: "m0", nodes: count, silent: 0 });
  });

  it("has the weak ones of a move of the whole: 16 of 20 far out, 4 at 0.012, 0.015, 0.03 and 0.04", () => {
    const weak = [0.012, 0.015, 0.03, 0.04];
    const [finding] = findingsOf((node) => weak[node] ?? 1e-5);
    expect(finding!.moved![0]).toEqual({ metricName: "m0", nodes: 20, silent: 0 });
  });

  it("has no healthy one beside a move of half: 10 of 20 far out, 10 at 0.012 and more", () => {
    const [finding] = findingsOf((node) => (node < 10 ? 1e-5 : 0.012 + 0.09 * (node - 10)));
    expect(finding!.moved![0]).toEqual({ metricName: "m0", nodes: 10, silent: 0 });
  });

  it("leaves out what is unusual by chance: the other metrics have at most two nodes", () => {
    const [finding] = findingsOf((node) => (node < 10 ? 1e-5 : undefined));
    const others = finding!.moved!.filter(({ metricName }) => metricName !== "m0");
    for (const { nodes } of others) expect(nodes).toBeLessThanOrEqual(2);
  });

  it("is one node where one moved", () => {
    const [finding] = findingsOf((node) => (node === 4 ? 1e-9 : undefined));
    expect(finding).toMatchObject({ level: "node", nodeId: "n4", silentNodes: 0 });
    expect(finding!.moved![0]).toEqual({ metricName: "m0", nodes: 1, silent: 0 });
  });
});
