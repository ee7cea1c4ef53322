import { startOf } from "@foreshock/core";
import { describe, expect, it } from "vitest";
import { batchOf } from "../platform/ingest-batch.ts";
import type { IngestSeries } from "../platform/ingest-series.ts";
import { SeriesDirectory } from "./directory.ts";
import { FUTURE_MAX_MS, type GatePlace, gate, LATE_MAX_MS } from "./ingest-gate.ts";

const NOW = Date.UTC(2026, 0, 2);
const LIMITS = { activeSeriesMax: 2 };

describe("gate", () => {
  it("refuses single points that lie in the future, too late, nowhere or nowhere finite", () => {
    const place = placeOf(4);
    gate("acme", batchOf([series("cpu", [[NOW, 1]])]), place, LIMITS, NOW);
    const points: [number, number][] = [
      [NOW - LATE_MAX_MS, 2],
      [NOW - LATE_MAX_MS - 1, 3],
      [NOW + FUTURE_MAX_MS, 4],
      [NOW + FUTURE_MAX_MS + 1, 5],
      [Number.NaN, 6],
      [NOW + 1, Number.POSITIVE_INFINITY],
      [NOW + 2, Number.NaN],
    ];
    const given = batchOf([series("cpu", points)]);
    const { rejects, acceptedPoints, late, messages } = gate("acme", given, place, LIMITS, NOW);
    expect(acceptedPoints).toBe(3);
    expect(late.map(({ times, values }) => [...times, ...values])).toEqual([
      [NOW - LATE_MAX_MS - 1, 3],
    ]);
    const report = rejects.report(acceptedPoints);
    expect(report.rejected.map(({ reason, points: n }) => [reason, n])).toEqual([
      ["future", 1],
      ["invalid-time", 1],
      ["infinite", 1],
    ]);
    expect(report.rejected[0]!.examples).toEqual(["eu/node-1/cpu"]);
    expect(Array.from(messages[0]![0]!.times)).toEqual([
      NOW - LATE_MAX_MS,
      NOW + FUTURE_MAX_MS,
      NOW + 2,
    ]);
  });

  it("takes what it knows and refuses new series over the limit", () => {
    const batch = ["cpu", "load", "disk"].map((name) => series(name, [[NOW, 1]]));
    const { rejects, acceptedPoints } = gate("acme", batchOf(batch), placeOf(4), LIMITS, NOW);
    const report = rejects.report(acceptedPoints);
    expect(acceptedPoints).toBe(2);
    expect(report.rejected[0]).toMatchObject({ reason: "series-limit", points: 1 });
  });

  it("keeps nothing of a series of which no point was accepted", () => {
    const place = placeOf(4);
    const future = batchOf([series("cpu", [[NOW + FUTURE_MAX_MS + 1, 1]])]);
    expect(gate("acme", future, place, LIMITS, NOW).messages).toEqual([undefined]);
    expect(place.directory.tenant("acme").series).toEqual([]);
  });

  it("announces a series to its worker once and keeps a node's metrics together", () => {
    const place = placeOf(8);
    const batch = ["cpu", "load"].map((name) => series(name, [[NOW, 1]]));
    const [first] = gate("acme", batchOf(batch), place, LIMITS, NOW).messages;
    expect(first!.length).toBe(1);
    expect(first![0]!.fresh.map(({ key }) => key.metricName)).toEqual(["cpu", "load"]);
    const more = batchOf([series("cpu", [[NOW + 1, 2]])]);
    const [again] = gate("acme", more, place, LIMITS, NOW).messages;
    expect(again![0]!.fresh).toEqual([]);
    expect(Array.from(again![0]!.handles)).toEqual([0]);
  });

  it("deals the runs out to the partitions of the workers, each point once and in order", () => {
    const place = { ...placeOf(6), workerCount: 2 };
    const nodes = Array.from({ length: 40 }, (_, n) => ({
      ...series("cpu", [
        [NOW + n, n],
        [NOW + n + 1, 100 + n],
      ]),
      nodeId: `node-${n}`,
    }));
    const { messages } = gate("acme", batchOf(nodes), place, { activeSeriesMax: 100 }, NOW);
    const seen = new Map<number, number[]>();
    messages.forEach((parts, worker) => {
      for (const { partition, handles, ends, times, values } of parts!) {
        expect(partition % 2).toBe(worker);
        handles.forEach((handle, k) => {
          const [from, end] = [startOf(ends, k), ends[k]!];
          expect(place.directory.byHandle[handle]!.partition).toBe(partition);
          expect(times[from]).toBe(NOW + values[from]!);
          seen.set(handle, [...values.subarray(from, end)]);
        });
      }
    });
    expect(seen.size).toBe(40);
    for (const [handle, values] of seen) {
      const n = Number(place.directory.byHandle[handle]!.key.nodeId.slice(5));
      expect(values).toEqual([n, 100 + n]);
    }
  });

  it("finds a place that a decoder remembered, and never another tenant's by it", () => {
    const place = placeOf(4);
    const remembered = { ...series("cpu", [[NOW, 1]]), memo: { handle: -1 } };
    for (let k = 0; k < 3; k++) gate("acme", batchOf([remembered]), place, LIMITS, NOW);
    expect(remembered.memo.handle).toBe(0);
    expect(place.directory.tenant("acme").series.length).toBe(1);
    gate("globex", batchOf([remembered]), place, LIMITS, NOW);
    expect(place.directory.tenant("globex").series.map(({ handle }) => handle)).toEqual([1]);
  });

  it("hands a staleness marker on as the end of the series", () => {
    const ended: IngestSeries = { ...series("cpu", [[NOW, Number.NaN]]), staleAt: [0] };
    const { messages } = gate("acme", batchOf([ended]), placeOf(1), LIMITS, NOW);
    expect(messages[0]![0]!.values[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

function placeOf(partitions: number): GatePlace {
  return { directory: new SeriesDirectory(partitions), announced: new Set(), workerCount: 1 };
}

function series(metricName: string, points: readonly (readonly [number, number])[]): IngestSeries {
  return {
    clusterId: "eu",
    nodeId: "node-1",
    metricName,
    timestampsMs: Float64Array.from(points, ([at]) => at),
    values: Float64Array.from(points, ([, value]) => value),
  };
}
