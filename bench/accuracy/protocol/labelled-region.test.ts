import { describe, expect, it } from "vitest";
import type { LabelledSeries } from "../datasets/record.ts";
import { labelledRegion } from "./labelled-region.ts";

/** 1,000 rows for learning with a rhythm of 20, then 1,000 with a rhythm of 50 and one event. */
function turning(metrics: number): LabelledSeries {
  const column = Float64Array.from({ length: 2000 }, (_, i) =>
    Math.sin((2 * Math.PI * i) / (i < 1000 ? 20 : 50)),
  );
  return {
    dataset: "made",
    group: "made",
    series: "turning",
    timestampsMs: Float64Array.from(column, (_, i) => i * 60_000),
    columns: Array.from({ length: metrics }, () => column),
    metricNames: Array.from({ length: metrics }, (_, k) => `m${k}`),
    labels: Uint8Array.from(column, (_, i) => (i >= 1500 && i < 1510 ? 1 : 0)),
    intervalMs: 60_000,
    windows: [[1500, 1509]],
    trainEnd: 1000,
    causes: [],
  };
}

describe("labelledRegion", () => {
  it("takes a node's buffer from the rows that count: the rhythm of 50", () => {
    expect(labelledRegion(turning(2)).vusWindow).toBe(50);
  });

  it("takes a single series' buffer from all of it, where both rhythms come round after 100", () => {
    expect(labelledRegion(turning(1)).vusWindow).toBe(100);
  });

  it("needs no buffer where the rows that count hold no event", () => {
    const { labels, ...rest } = turning(2);
    const region = labelledRegion({ ...rest, labels: new Uint8Array(labels.length) });
    expect([region.hasEvents, region.vusWindow]).toEqual([false, 0]);
  });
});
