import { describe, expect, it } from "vitest";
import { NumberOfPlace } from "./number-of-place.ts";

describe("NumberOfPlace", () => {
  it("knows nodes and clusters by their names, and those that join", () => {
    const names = {
      clusterIds: ["a"],
      nodeIds: ["n"],
      nodeCluster: [0],
      metricNames: [],
      seriesNode: [],
    };
    const numbers = new NumberOfPlace(() => names);
    expect([numbers.cluster("a"), numbers.cluster("b"), numbers.node("a", "n")]).toEqual([
      0, -1, 0,
    ]);
    names.clusterIds.push("b");
    names.nodeIds.push("n");
    names.nodeCluster.push(1);
    expect([numbers.cluster("b"), numbers.node("b", "n"), numbers.node("b", "x")]).toEqual([
      1, 1, -1,
    ]);
  });
});
