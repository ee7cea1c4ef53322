import type { AnomalyRow, FindingPart, RankingRow, SeriesRow } from "@foreshock/client";
import { describe, expect, it } from "vitest";
import { laneRows } from "../chart/lane-rows.ts";
import { inOnsetOrder, toldOf, weightsInOnsetOrder } from "./node-order.ts";

const NOW_MS = Date.parse("2026-11-24T18:00:00Z");

function series(metric: string): SeriesRow {
  return {
    id: metric,
    cluster: "c",
    node: "n",
    metric,
    unit: "",
    metadata: {},
    intervalMs: 300_000,
    points: 1,
    firstAt: null,
    lastAt: null,
    lastValue: null,
    score: null,
    severity: "none",
    state: "live",
    confidence: 1,
  };
}

function anomaly(
  seriesId: string,
  onset: string,
  score: number,
  some: Partial<AnomalyRow> = {},
): AnomalyRow {
  const unknown = { low: null, high: null, level: null };
  return {
    id: `${seriesId}-${onset}`,
    seriesId,
    cluster: "c",
    node: "n",
    metric: seriesId,
    engine: "stream",
    windowStart: "2026-11-24T15:00:00Z",
    windowEnd: "2026-11-24T16:00:00Z",
    score,
    severity: "major",
    label: "spike",
    kind: "spike",
    magnitude: null,
    open: false,
    explanation: {
      text: "",
      kind: "spike",
      direction: "up",
      onset: `2026-11-24T${onset}:00Z`,
      peak: null,
      actual: null,
      typical: unknown,
      deviation: { absolute: null, percent: null, sigma: null },
      returnPeriodDays: null,
      factors: [],
      counterfactual: null,
      peers: null,
      confidence: 1,
    },
    ...some,
  };
}

describe("inOnsetOrder", () => {
  it("puts what began first before what began later, and the quiet last by name", () => {
    const stories = inOnsetOrder(
      [series("cpu"), series("zeta"), series("disk"), series("alpha")],
      [anomaly("cpu", "14:05", 0.97), anomaly("disk", "14:03", 0.8)],
      NOW_MS,
    );
    expect(stories.map((story) => story.series.metric)).toEqual(["disk", "cpu", "alpha", "zeta"]);
    expect(stories.map(({ told }) => told?.score)).toEqual([0.8, 0.97, undefined, undefined]);
  });

  it("orders by the anomaly that is shown, not by an older and weaker one", () => {
    const stories = inOnsetOrder(
      [series("cpu"), series("disk")],
      [anomaly("cpu", "02:00", 0.55), anomaly("cpu", "14:05", 0.97), anomaly("disk", "14:03", 0.8)],
      NOW_MS,
    );
    expect(stories.map((story) => story.series.metric)).toEqual(["disk", "cpu"]);
    expect(stories[1]!.anomalies).toHaveLength(2);
  });

  it("leaves out of the order what was over before the finding began, however high its score", () => {
    const spike = anomaly("cpu", "02:00", 0.99, { windowEnd: "2026-11-24T02:20:00Z" });
    const stuck = [anomaly("disk", "14:00", 0.7), anomaly("net", "14:02", 0.6)];
    const time = { startMs: Date.parse("2026-11-24T14:00:00Z"), endMs: NOW_MS };
    const about = { time, parts: [] };
    const all = ["cpu", "disk", "net"].map(series);
    const stories = inOnsetOrder(all, [spike, ...stuck], NOW_MS, about);
    expect(stories.map((one) => [one.series.metric, one.isOfThis])).toEqual([
      ["disk", true],
      ["net", true],
      ["cpu", false],
    ]);
    const alone = inOnsetOrder(all, [spike, ...stuck], NOW_MS);
    expect(alone.filter(({ isOfThis }) => isOfThis).map((one) => one.series.metric)).toEqual([
      "cpu",
    ]);
  });

  it("numbers what went silent by the finding's word, though it has no anomaly", () => {
    const time = { startMs: Date.parse("2026-11-24T14:00:00Z"), endMs: NOW_MS };
    const silent = { seriesId: "net", onset: "2026-11-24T13:59:00Z", kind: "missing" };
    const about = { time, parts: [silent as FindingPart] };
    const all = ["cpu", "disk", "net"].map(series);
    const stories = inOnsetOrder(all, [anomaly("disk", "14:01", 0.7)], NOW_MS, about);
    expect(stories.map((one) => [one.series.metric, one.isOfThis])).toEqual([
      ["net", true],
      ["disk", true],
      ["cpu", false],
    ]);
  });

  it("tells of each metric the anomaly of the finding's time, not a higher one of another", () => {
    const earlier = anomaly("cpu", "02:00", 0.99, { windowEnd: "2026-11-24T02:20:00Z" });
    const own = anomaly("cpu", "14:01", 0.6);
    const time = { startMs: Date.parse("2026-11-24T14:00:00Z"), endMs: NOW_MS };
    const about = { time, parts: [] };
    expect(inOnsetOrder([series("cpu")], [earlier, own], NOW_MS, about)[0]!.told).toBe(own);
  });
});

describe("toldOf", () => {
  it("shows an open anomaly rather than a closed one with a higher score", () => {
    const open = anomaly("cpu", "14:00", 0.6, { open: true });
    expect(toldOf([anomaly("cpu", "09:00", 0.99), open])).toBe(open);
    expect(toldOf([])).toBeUndefined();
  });
});

describe("laneRows", () => {
  it("cuts the columns into rows, the worst first, n2 before n10 where they are equal", () => {
    const rows = laneRows({
      level: "node",
      strategy: "auto",
      times: [0, 300_000],
      entities: { cluster: ["c", "c", "c"], node: ["n10", "n2", "n1"] },
      score: [0.1, 0.3, 0.3, null, null, 0.9],
    });
    expect(rows.map(({ name, worst, worstAtMs }) => [name, worst, worstAtMs])).toEqual([
      ["n1", 0.9, 300_000],
      ["n2", 0.3, 0],
      ["n10", 0.3, 300_000],
    ]);
  });
});

describe("weightsInOnsetOrder", () => {
  const row = (metric: string, share: number, onset: string | null) =>
    ({ metric, share, onset, severity: "major" }) as RankingRow;

  it("lists the metrics that count, the earliest first, those without an onset last", () => {
    const rows = [
      row("late", 0.7, "2026-07-01T10:05:00.000Z"),
      row("early", 0.2, "2026-07-01T10:00:00.000Z"),
      row("unknown", 0.1, null),
      row("idle", 0, "2026-07-01T09:00:00.000Z"),
    ];
    expect(weightsInOnsetOrder(rows).map(({ metric }) => metric)).toEqual([
      "early",
      "late",
      "unknown",
    ]);
  });

  it("says nothing while the ranking finds nothing unusual", () => {
    const calm: RankingRow = { ...row("cpu", 1, null), severity: "low" };
    expect(weightsInOnsetOrder([calm])).toEqual([]);
  });
});
