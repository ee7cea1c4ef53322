import type { ClusterRow, FindingRow, Summary } from "@foreshock/client";
import { describe, expect, it } from "vitest";
import { findingRange, rangeChange } from "./finding-place.ts";
import { budgetWords, closedFindings, openFindings, promiseWords, verdictOf } from "./verdict.ts";

const NOW = Date.parse("2026-11-24T14:22:00Z");

const SUMMARY: Summary = {
  tenant: "acme",
  clusters: 2,
  nodes: 10_000,
  nodesAsleep: 0,
  series: 120_000,
  seriesAsleep: 0,
  points: 1e9,
  watermark: "2026-11-24T14:20:00Z",
  isLoading: false,
  pipeline: {
    state: "flowing",
    newestAt: "2026-11-24T14:21:00Z",
    ageMs: 60_000,
    usualLagMs: 60_000,
    text: "",
  },
  score: 0.9,
  severity: "critical",
  openFindings: 2,
  budgetDays: 7,
  findings30d: 3,
  quarantine: null,
  promised30d: 4.3,
};

function finding(id: string, some: Partial<FindingRow> = {}): FindingRow {
  return {
    id,
    level: "node",
    cluster: "checkout-eu",
    node: "node-042",
    openedAt: "2026-11-24T14:06:00Z",
    closedAt: null,
    outcome: "open",
    onset: "2026-11-24T14:05:00Z",
    score: 0.97,
    severity: "critical",
    entityReturnPeriodDays: 63,
    fleetReturnPeriodDays: 31,
    label: "spike",
    kind: "spike",
    text: "cpu_usage rose",
    contributions: [],
    nodesMoved: 1,
    nodesTotal: 1,
    nodes: [],
    confidence: 1,
    ...some,
  };
}

function cluster(anomalousNodes: number): ClusterRow {
  return {
    cluster: `c${anomalousNodes}`,
    nodes: 5000,
    nodesAsleep: 0,
    series: 60_000,
    score: 0.9,
    severity: "critical",
    anomalousNodes,
    lastAt: null,
  };
}

function said(
  findings: readonly FindingRow[],
  clusters: readonly ClusterRow[],
  some: Partial<Summary> = {},
  learning = 0,
): string {
  const verdict = verdictOf({ ...SUMMARY, ...some }, findings, clusters, learning, NOW);
  return [verdict.headline, ...verdict.rest].join(" ");
}

describe("verdictOf", () => {
  it("is bad while no points come, whatever the nodes were, and says so first", () => {
    const text = "No points from any node since 14:00 UTC (22 min): the pipeline has stopped.";
    const pipeline = { ...SUMMARY.pipeline, state: "stopped" as const, text };
    const verdict = verdictOf({ ...SUMMARY, pipeline }, [], [], 0, NOW);
    expect(verdict).toMatchObject({ tone: "bad", headline: text });
  });

  it("names the worst finding, since when, and how much is well", () => {
    const findings = [
      finding("b", { cluster: "edge-us", node: null, score: 0.81, severity: "major" }),
      finding("a"),
    ];
    expect(said(findings, [cluster(13), cluster(1)])).toBe(
      "2 findings open. Worst: checkout-eu / node-042, critical, since 14:05 (17 min). " +
        "9,986 of 10,000 nodes normal.",
    );
  });

  it("leaves 'worst' out where there is one", () => {
    expect(said([finding("a")], [cluster(1)])).toMatch(/^1 finding open\. checkout-eu/);
  });

  it("does not call a node normal that has an open finding, even while its score rests", () => {
    const silent = finding("a", { nodes: [{ node: "node-042", score: 0.9 }] });
    expect(said([silent], [cluster(0)])).toContain("9,999 of 10,000 nodes normal.");
  });

  it("says that all is well where it is", () => {
    expect(said([], [cluster(0)])).toBe("No findings open. All 10,000 nodes normal.");
    expect(said([finding("a", { closedAt: "2026-11-24T14:10:00Z" })], [])).toMatch(/^No findings/);
  });

  it("says where data end that are older than late points may be", () => {
    expect(said([], [cluster(0)], { watermark: "2026-11-24T09:10:00Z" })).toBe(
      "No findings open. All 10,000 nodes normal. Data end at 09:10 (5 h 12 min ago).",
    );
    expect(said([finding("a")], [], { watermark: "2026-11-24T12:21:00Z" })).toContain("Data end");
    expect(said([finding("a")], [], { watermark: "2026-11-24T12:22:00Z" })).not.toContain("Data");
  });

  it("does not claim that all is well while every series is young, or without data", () => {
    expect(said([], [], {}, 120_000)).toMatch(/^Still learning\. 120,000 series seen/);
    expect(said([], [], { watermark: null, series: 0 })).toBe("No data yet.");
  });

  it("says that points have come before any is judged", () => {
    const few = { watermark: null, series: 12, points: 60, clusters: 1 };
    expect(said([], [], few)).toBe(
      "Data are coming in. 60 points of 12 series in 1 cluster so far. Judging begins when a series has about twenty.",
    );
  });

  it("says nothing of now while history loads, and ranks what is known", () => {
    const loading = { isLoading: true, watermark: "2026-11-12T04:00:00Z" };
    const upTo = "History is loading. Judged up to 12 Nov 04:00, 12 d 10 h before now.";
    expect(said([], [cluster(0)], loading)).toBe(`${upTo} Nothing open up to there.`);
    expect(said([finding("a")], [cluster(0)], loading)).toBe(
      `${upTo} 1 finding open there, the worst checkout-eu / node-042.`,
    );
  });
});

describe("findings", () => {
  it("come worst first while open, and newest first once they are over", () => {
    const rows = [
      finding("old", { closedAt: "2026-11-20T00:00:00Z" }),
      finding("low", { score: 0.8 }),
      finding("new", { closedAt: "2026-11-23T00:00:00Z" }),
      finding("high", { score: 0.99 }),
    ];
    expect(openFindings(rows).map(({ id }) => id)).toEqual(["high", "low"]);
    expect(closedFindings(rows).map(({ id }) => id)).toEqual(["new", "old"]);
  });

  it("are looked at from 8 hours before their onset to 2 hours after their end, on a grid", () => {
    const over = finding("a", { closedAt: "2026-11-24T11:00:00Z", onset: "2026-11-24T09:01:00Z" });
    expect(findingRange(over, NOW)).toEqual({
      startMs: Date.parse("2026-11-24T01:00:00Z"),
      endMs: Date.parse("2026-11-24T13:00:00Z"),
    });
    expect(findingRange(finding("b"), NOW).endMs).toBe(Date.parse("2026-11-24T14:25:00Z"));
  });

  it("keep a moving range while they are open and recent, a fixed one otherwise", () => {
    expect(rangeChange(finding("a"), NOW)).toEqual({
      ...{ finding: "a", from: "now-24h", to: "now" },
    });
    const old = finding("b", { onset: "2026-11-20T09:00:00Z" });
    expect(rangeChange(old, NOW).from).toBe("2026-11-20T01:00:00Z");
  });
});

describe("budgetWords", () => {
  it("says the budget as a person would", () => {
    expect([1, 7, 30, 3.5].map(budgetWords)).toEqual([
      "1 a day",
      "1 a week",
      "1 a month",
      "1 in 3.5 days",
    ]);
  });
});

describe("whether a promise is kept", () => {
  it.each([
    [0, null, null, null, "too little history to say"],
    [0.9, 1.1, 0.03, 6.2, "too little history to say"],
    [0.9, 9.6, 4.4, 18.3, "more than promised, ×9.6"],
    [4, 2.5, 1.2, 4.6, "more than promised, ×2.5"],
    [320, 0.47, 0.4, 0.55, "fewer than promised, ×0.5"],
    [28, 1, 0.66, 1.44, "kept, within chance"],
  ])(
    "says of %d promised, ratio %s in %s to %s: %s",
    (promised, ratio, ratioLow, ratioHigh, words) => {
      const realised = Math.round(promised * (ratio ?? 0));
      const row = { onceInDays: 7, promised, realised, ratio, ratioLow, ratioHigh };
      expect(promiseWords(row)).toBe(words);
    },
  );
});
