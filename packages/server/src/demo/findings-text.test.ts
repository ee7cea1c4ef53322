import { describe, expect, it } from "vitest";
import { byWeight, findingText, type TenantFinding } from "./findings-text.ts";

const finding = (over: Partial<TenantFinding>): TenantFinding => ({
  tenant: "acme",
  id: "fnd",
  level: "node",
  cluster: "web",
  node: "node-042",
  openedAt: Date.parse("2026-03-11T14:05:00Z"),
  closedAt: null,
  outcome: "open",
  onset: Date.parse("2026-03-11T14:00:00Z"),
  score: 0.97,
  severity: "critical",
  entityReturnPeriodDays: 63,
  fleetReturnPeriodDays: 30,
  label: "spike",
  kind: "spike",
  text: "cpu_usage rose",
  contributions: [],
  nodesMoved: 1,
  nodesTotal: 1,
  nodes: [],
  confidence: 1,
  ...over,
});

describe("findingText", () => {
  it("says how badly, where, since when and why", () => {
    const text = findingText(finding({}));
    expect(text).toMatch(/\^ critical 97 +acme\/web\/node-042 +open since 2026-03-11 14:05/);
    expect(text).toContain("cpu_usage rose");
  });

  it("names the cluster alone for a cluster's finding, and says when it is over", () => {
    const closedAt = Date.parse("2026-03-11T15:20:00Z");
    const text = findingText(finding({ node: null, closedAt, score: 1 }));
    expect(text).toMatch(/critical 99 +acme\/web +2026-03-11 14:05 to 2026-03-11 15:20/);
  });
});

describe("byWeight", () => {
  it("puts open findings first, then the rarest for the fleet", () => {
    const over = finding({ id: "over", closedAt: 1, fleetReturnPeriodDays: 300 });
    const rare = finding({ id: "rare", fleetReturnPeriodDays: 100 });
    const plain = finding({ id: "plain", fleetReturnPeriodDays: 20 });
    expect([plain, over, rare].sort(byWeight).map(({ id }) => id)).toEqual([
      "rare",
      "plain",
      "over",
    ]);
  });
});
