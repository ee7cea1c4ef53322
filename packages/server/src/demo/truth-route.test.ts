import { describe, expect, it } from "vitest";
import { SimulatedFleet } from "./fleet.ts";
import { demoFaults } from "./truth-route.ts";

const { truth } = new SimulatedFleet({
  seed: 1,
  nodes: 60,
  days: 14,
  endMs: Date.parse("2026-03-11T14:20:00Z"),
  faults: true,
});

describe("demoFaults", () => {
  it("shows a tenant its own faults and no other's", () => {
    const ids = ["acme", "globex", "initech"].map((tenant) =>
      demoFaults(truth, tenant)
        .filter(({ silent }) => !silent)
        .map(({ id }) => id),
    );
    expect(ids).toEqual([
      ["f1-disk-then-cpu", "f2-memory-leak", "f6-stuck-sensors"],
      ["f3-missed-batch", "f4-half-network"],
      ["f5-silent-node", "f7-latency-variance"],
    ]);
    expect(demoFaults(truth, "nobody")).toEqual([]);
  });

  it("marks what must stay silent, a row a spell", () => {
    const silent = demoFaults(truth, "globex").filter((fault) => fault.silent);
    expect(silent).toMatchObject([{ id: "n2-small-wiggle", kind: "normal", cluster: "catalog" }]);
  });
});
