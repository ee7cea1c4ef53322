import { describe, expect, it } from "vitest";
import { offlineFindings } from "../../testing/offline-fold.ts";
import { SimulatedFleet } from "./fleet.ts";

const OPTIONS = { seed: 1, nodes: 60, days: 14, endMs: Date.parse("2026-03-11T14:20:00Z") };
const BUDGET_DAYS = 7;

function summaryOf(faults: boolean) {
  const fleet = new SimulatedFleet({ ...OPTIONS, faults });
  const found = offlineFindings(fleet, BUDGET_DAYS);
  return {
    truth: fleet.truth,
    found: found.map(({ tenant, finding }) => {
      const { clusterId: cluster, nodeId: node, openedMs } = finding;
      return { tenant, cluster, node, openedMs };
    }),
  };
}

describe("offlineFindings", () => {
  const ill = summaryOf(true);
  const healthy = summaryOf(false);

  it("finds the starved node and the silent node of a small fleet, at their places", () => {
    for (const id of ["f1-disk-then-cpu", "f5-silent-node"]) {
      const fault = ill.truth.faults.find((one) => one.id === id)!;
      const hit = ill.found.find(
        ({ cluster, node, openedMs }) =>
          cluster === fault.cluster &&
          node === fault.nodes[0] &&
          openedMs >= fault.startMs &&
          openedMs < fault.endMs,
      );
      expect(hit, id).toBeDefined();
    }
  });

  it("finds nothing at those places and times in the same fleet without faults", () => {
    for (const fault of ill.truth.faults.filter(({ place }) => place === "node")) {
      const hits = healthy.found.filter(
        ({ cluster, node, openedMs }) =>
          cluster === fault.cluster &&
          node === fault.nodes[0] &&
          openedMs >= fault.startMs &&
          openedMs < fault.endMs,
      );
      expect(hits, fault.id).toEqual([]);
    }
  });

  it("finds the same until a fault begins, with and without it", () => {
    const firstMs = Math.min(...ill.truth.faults.map(({ startMs }) => startMs));
    const before = (run: typeof ill) => run.found.filter(({ openedMs }) => openedMs < firstMs);
    expect(before(healthy)).toEqual(before(ill));
  });
});
