import { describe, expect, it } from "vitest";
import type { IngestSeries } from "../ingest/ingest-series.ts";
import { SeriesDirectory } from "./directory.ts";
import { FUTURE_MAX_MS, gate, LATE_MAX_MS } from "./ingest-gate.ts";

const NOW = Date.UTC(2026, 0, 2);
const LIMITS = { activeSeriesMax: 2 };

describe("gate", () => {
  it("refuses single points that lie in the future, too late, nowhere or nowhere finite", () => {
    const directory = new SeriesDirectory(4);
    const announced = new Set<number>();
    gate("acme", [series("cpu", [[NOW, 1]])], directory, announced, LIMITS, NOW);
    const points: [number, number][] = [
      [NOW - LATE_MAX_MS, 2],
      [NOW - LATE_MAX_MS - 1, 3],
      [NOW + FUTURE_MAX_MS, 4],
      [NOW + FUTURE_MAX_MS + 1, 5],
      [Number.NaN, 6],
      [NOW + 1, Number.POSITIVE_INFINITY],
      [NOW + 2, Number.NaN],
    ];
    const { report, messages } = gate(
      "acme",
      [series("cpu", points)],
      directory,
      announced,
      LIMITS,
      NOW,
    );
    expect(report.acceptedPoints).toBe(3);
    expect(report.rejected.map(({ reason, points: n }) => [reason, n])).toEqual([
      ["too-late", 1],
      ["future", 1],
      ["invalid-time", 1],
      ["infinite", 1],
    ]);
    expect(report.rejected[0]!.examples).toEqual(["eu/node-1/cpu"]);
    expect(Array.from(messages[0]!.times)).toEqual([
      NOW - LATE_MAX_MS,
      NOW + FUTURE_MAX_MS,
      NOW + 2,
    ]);
  });

  it("takes what it knows and refuses new series over the limit", () => {
    const directory = new SeriesDirectory(4);
    const batch = ["cpu", "load", "disk"].map((name) => series(name, [[NOW, 1]]));
    const { report } = gate("acme", batch, directory, new Set(), LIMITS, NOW);
    expect(report.acceptedPoints).toBe(2);
    expect(report.rejected[0]).toMatchObject({ reason: "series-limit", points: 1 });
  });

  it("keeps nothing of a series of which no point was accepted", () => {
    const directory = new SeriesDirectory(4);
    const future = series("cpu", [[NOW + FUTURE_MAX_MS + 1, 1]]);
    expect(gate("acme", [future], directory, new Set(), LIMITS, NOW).messages).toEqual([]);
    expect(directory.tenant("acme").series).toEqual([]);
  });

  it("announces a series to its worker once and keeps a node's metrics together", () => {
    const directory = new SeriesDirectory(8);
    const announced = new Set<number>();
    const batch = ["cpu", "load"].map((name) => series(name, [[NOW, 1]]));
    const first = gate("acme", batch, directory, announced, LIMITS, NOW);
    expect(first.messages.length).toBe(1);
    expect(first.messages[0]!.fresh.map(({ key }) => key.metricName)).toEqual(["cpu", "load"]);
    const again = gate("acme", [series("cpu", [[NOW + 1, 2]])], directory, announced, LIMITS, NOW);
    expect(again.messages[0]!.fresh).toEqual([]);
    expect(Array.from(again.messages[0]!.handles)).toEqual([0]);
  });

  it("hands a staleness marker on as the end of the series", () => {
    const directory = new SeriesDirectory(1);
    const ended: IngestSeries = { ...series("cpu", [[NOW, Number.NaN]]), staleAt: [0] };
    const { messages } = gate("acme", [ended], directory, new Set(), LIMITS, NOW);
    expect(messages[0]!.values[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

function series(metricName: string, points: readonly (readonly [number, number])[]): IngestSeries {
  return {
    clusterId: "eu",
    nodeId: "node-1",
    metricName,
    timestampsMs: Float64Array.from(points, ([at]) => at),
    values: Float64Array.from(points, ([, value]) => value),
  };
}
