import type { NodeRow } from "@foreshock/client";
import { describe, expect, it } from "vitest";
import { fleetGroups, highestOf, rankedCells, stateCounts } from "./fleet-cells.ts";

function node(cluster: string, name: string, some: Partial<NodeRow> = {}): NodeRow {
  return {
    cluster,
    node: name,
    metrics: 12,
    score: 0.1,
    severity: "none",
    numAnomalies: 0,
    topMetrics: [],
    since: null,
    lastAt: null,
    state: "live",
    confidence: 1,
    ...some,
  };
}

const NODES = [
  node("b", "n10", { score: 0.95 }),
  node("b", "n2", { score: 0.6 }),
  node("a", "n1", { state: "silent", score: null }),
  node("a", "n3", { state: "learning", score: 0.99 }),
  node("a", "n2"),
];

describe("fleetGroups", () => {
  it("keeps nodes in their places by name: n2 before n10, whatever they score", () => {
    const groups = fleetGroups(NODES, undefined);
    expect(groups.map(({ cluster }) => cluster)).toEqual(["a", "b"]);
    expect(groups[1]!.cells.map(({ node }) => node.node)).toEqual(["n2", "n10"]);
  });

  it("colours by the highest score of the range where one is given", () => {
    const [a, b] = fleetGroups(NODES, new Map([["b/n2", { score: 0.91, atMs: 5 }]]));
    expect(b!.cells.map(({ state }) => state)).toEqual(["critical", "none"]);
    expect(a!.cells.map(({ state }) => state)).toEqual(["silent", "none", "learning"]);
  });

  it("counts each cell once", () => {
    const counts = stateCounts(fleetGroups(NODES, undefined));
    expect(counts).toEqual({
      critical: 1,
      major: 0,
      moderate: 1,
      low: 0,
      none: 1,
      learning: 1,
      silent: 1,
    });
  });
});

describe("rankedCells", () => {
  it("puts the worst first, the silent before the quiet, and keeps to the states asked for", () => {
    const groups = fleetGroups(
      NODES.filter(({ state }) => state !== "learning"),
      undefined,
    );
    const names = (show: Parameters<typeof rankedCells>[1]) =>
      rankedCells(groups, show).map(({ node }) => node.node);
    expect(names([])).toEqual(["n10", "n2", "n1", "n2"]);
    expect(names(["critical", "none"])).toEqual(["n10", "n2"]);
  });
});

describe("highestOf", () => {
  it("takes the highest known step of each node, by hand: null, .2, .7 and nothing at all", () => {
    const highest = highestOf({
      level: "node",
      strategy: "auto",
      times: [0, 1, 2],
      entities: { cluster: ["a", "a"], node: ["n1", "n2"] },
      score: [null, 0.2, 0.7, null, null, null],
    });
    expect([...highest]).toEqual([
      ["a/n1", { score: 0.7, atMs: 2 }],
      ["a/n2", { score: null, atMs: null }],
    ]);
  });
});
