import { createStreamEngine } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { floorRanks } from "../floors/root-floor.ts";
import { judgeRoots, scoredCases } from "../protocol/judge-roots.ts";
import { shopCases } from "./shops.ts";

const RULES = { lateMs: 0, graph: "without-graph" } as const;

describe("generated shops", () => {
  it("are ranked no worse than by the largest z, at low and at high traffic", () => {
    const cases = shopCases([20, 21]);
    const scored = scoredCases(cases, createStreamEngine());
    const ours = judgeRoots(cases, scored, RULES);
    const floor = judgeRoots(cases, scored, RULES, floorRanks);
    for (const traffic of ["low", "high"]) {
      expect(ours.get(traffic)!.as1, traffic).toBeGreaterThanOrEqual(floor.get(traffic)!.as1);
      expect(ours.get(traffic)!.as1, traffic).toBeGreaterThanOrEqual(0.9);
    }
  }, 120_000);

  it("are ranked with their call graph too, though a fault of a leaf is seen through its caller", () => {
    const cases = shopCases([20, 21]);
    const scored = scoredCases(cases, createStreamEngine());
    const graph = judgeRoots(cases, scored, { lateMs: 0, graph: "with-graph" });
    expect(graph.get("all")!.avg5).toBeGreaterThanOrEqual(0.85);
  }, 120_000);
});
