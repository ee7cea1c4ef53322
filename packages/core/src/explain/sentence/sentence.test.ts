import { describe, expect, it } from "vitest";
import { rarityWords } from "./locale-en.ts";
import { type SentenceFacts, sentence } from "./sentence.ts";

const AT = Date.UTC(2025, 2, 11, 14, 5);
const MINUTE = 60_000;

const explanation: SentenceFacts["explanation"] = {
  kind: "spike",
  direction: "up",
  onset: AT,
  peak: AT,
  actual: 93.1,
  typical: { low: 31.2, high: 44.3, level: 37.7 },
  deviation: { absolute: 55.4, percent: 147, sigma: 10.6 },
  returnPeriodDays: 63,
  factors: [],
  confidence: 1,
};

const cpu: SentenceFacts = {
  subject: { level: "metric", metricName: "cpu_usage", nodeId: "node-042" },
  shape: "spike",
  explanation,
  unit: "percent",
  intervalMs: MINUTE,
};

function said(facts: Partial<SentenceFacts>, changed: Partial<typeof explanation> = {}): string {
  return sentence({ ...cpu, ...facts, explanation: { ...explanation, ...changed } });
}

describe("sentence", () => {
  it("tells change, shape, rarity, agreement and what came first", () => {
    const precededBy = { metricName: "disk_io", lagMs: 2 * MINUTE, score: 0.8 };
    expect(said({ agreement: { count: 3, total: 12 }, precededBy })).toBe(
      "cpu_usage on node-042 rose from a typical 31-44 % to 93 % at 14:05; a sudden spike; " +
        "about once in 9 weeks for this metric; 3 of 12 metrics on this node agree; " +
        "started 2 min after disk_io.",
    );
  });

  it("names the pattern instead of the rarity where its model won", () => {
    expect(said({ pattern: "Tuesday 14:00" })).toBe(
      "cpu_usage on node-042 rose from a typical 31-44 % to 93 % at 14:05; a sudden spike; " +
        "11 sigma above its Tuesday 14:00 pattern.",
    );
  });

  it("tells for which value it would have been normal, and when where that is another point", () => {
    const counterfactual = { atMs: AT, value: 61, bound: "at-most", score: 0.49 } as const;
    expect(said({}, { counterfactual })).toBe(
      "cpu_usage on node-042 rose from a typical 31-44 % to 93 % at 14:05; a sudden spike; " +
        "about once in 9 weeks for this metric; normal if <= 61 %.",
    );
    const later = {
      ...counterfactual,
      atMs: AT + MINUTE,
      value: 12.25,
      bound: "at-least",
    } as const;
    expect(said({}, { counterfactual: later })).toContain("; normal at 14:06 if >= 12.25 %.");
  });

  it("leaves out what it does not know", () => {
    const unknown = { low: Number.NaN, high: Number.NaN, level: Number.NaN };
    expect(said({ unit: "" }, { typical: unknown, returnPeriodDays: Number.NaN })).toBe(
      "cpu_usage on node-042 went to 93 at 14:05; a sudden spike.",
    );
  });

  it("lets the cluster speak for the peers above a fifth of them, and the metrics up to it", () => {
    const agreement = { count: 3, total: 12 };
    const whole = said({ agreement, peers: { count: 212, total: 240 } });
    expect(whole).toContain("; whole cluster moved: 212 of 240 nodes.");
    expect(whole).not.toContain("agree");
    expect(said({ agreement, peers: { count: 48, total: 240 } })).toContain("3 of 12 metrics");
  });

  it.each([
    ["less than a step before", { lagMs: MINUTE / 2, score: 0.9 }],
    ["more than 15 minutes before", { lagMs: 16 * MINUTE, score: 0.9 }],
    ["by a metric below 0.5", { lagMs: 2 * MINUTE, score: 0.4 }],
  ])("does not say what came first when it was %s", (_, before) => {
    const precededBy = { metricName: "disk_io", ...before };
    expect(said({ precededBy })).not.toContain("started");
  });

  it("names the node of what came first when it is another one, and never a cause", () => {
    const precededBy = { metricName: "disk_io", nodeId: "node-007", lagMs: 5 * MINUTE, score: 0.5 };
    const text = said({ precededBy });
    expect(text).toContain("; started 5 min after disk_io on node-007.");
    expect(text).not.toMatch(/caus/i);
  });

  const down = { direction: "down", actual: 12e6 } as const;
  const network = { low: 310e6, high: 420e6, level: 365e6 };

  it("tells a level shift of many nodes as one of the cluster", () => {
    const subject = {
      level: "cluster",
      metricName: "net_rx",
      clusterId: "edge-us",
      nodesMoved: 14,
      nodesTotal: 20,
    } as const;
    const facts = { subject, shape: "level-shift", unit: "bytes/s" } as const;
    expect(said(facts, { ...down, typical: network, returnPeriodDays: 30 })).toBe(
      "14 of 20 nodes in edge-us: net_rx fell from a typical 310-420 MB/s to 12 MB/s at 14:05; " +
        "a level shift; about once in 4 weeks for this cluster.",
    );
    expect(said({ ...facts, shape: "silent" }, { returnPeriodDays: Number.NaN })).toBe(
      "14 of 20 nodes in edge-us stopped reporting at 14:05.",
    );
  });

  it("tells a silent node by its name alone", () => {
    const subject = { level: "node", metricName: "cpu_usage", nodeId: "node-042" } as const;
    expect(said({ subject, shape: "silent", agreement: { count: 12, total: 12 } })).toBe(
      "node-042 stopped reporting at 14:05; about once in 9 weeks for this node; " +
        "12 of 12 metrics silent.",
    );
  });

  const quiet = { direction: "none", returnPeriodDays: Number.NaN } as const;

  it("tells a stuck value, more exactly than a moving one", () => {
    expect(said({ shape: "flatline", unit: "" }, { ...quiet, actual: 412 })).toBe(
      "cpu_usage on node-042 stuck at 412 since 14:05.",
    );
  });

  it("tells a peak that did not come", () => {
    const typical = { low: 60, high: 80, level: 70 };
    const peak = Date.UTC(2025, 2, 11, 2, 0);
    expect(said({ shape: "missed-peak" }, { ...quiet, direction: "down", typical, peak })).toBe(
      "cpu_usage on node-042 did not rise to its usual 60-80 % at 02:00; a missed peak.",
    );
  });

  it("tells usual values at an unusual hour", () => {
    expect(said({ shape: "odd-hour" }, { ...quiet, direction: "up" })).toBe(
      "cpu_usage on node-042 was at 93 % at 14:05, where 31-44 % is usual; " +
        "usual values at an unusual hour.",
    );
  });

  it("tells variance with its ratio, and without where it is not known", () => {
    expect(said({ shape: "variance", varianceRatio: 3.14 }, quiet)).toBe(
      "cpu_usage on node-042 varies 3.1 times as much as usual since 14:05.",
    );
    expect(said({ shape: "variance" }, quiet)).toBe(
      "cpu_usage on node-042 varies more than usual since 14:05.",
    );
  });

  it("tells a slow ramp as going on", () => {
    expect(said({ shape: "trend" }, { returnPeriodDays: Number.NaN })).toBe(
      "cpu_usage on node-042 has risen slowly since 14:05, from a typical 31-44 % to 93 %; " +
        "a slow rise.",
    );
  });

  it("dates instants of another day than the reader's, in the reader's zone", () => {
    expect(said({ readAtMs: AT + 86_400_000 })).toContain("at 14:05 on 11 Mar 2025;");
    expect(said({ readAtMs: AT + MINUTE })).toContain("at 14:05;");
    expect(said({ timeZone: "Asia/Tokyo" })).toContain("at 23:05;");
  });
});

describe("rarityWords", () => {
  it.each([
    [0.2, "more than once a day"],
    [1, "about once a day"],
    [5.5, "about once in 6 days"],
    [7, "about once a week"],
    [30, "about once in 4 weeks"],
    [63, "about once in 9 weeks"],
    [120, "about once in 4 months"],
    [365, "about once a year"],
    [5000, "less than once a year"],
    [Number.NaN, ""],
  ])("says %d days as %s", (days, words) => {
    expect(rarityWords(days)).toBe(words);
  });
});
