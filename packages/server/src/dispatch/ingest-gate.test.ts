import { startOf } from "@foreshock/core/fold";
import { describe, expect, it, vi } from "vitest";
import { batchOf, type IngestBatch } from "../platform/ingest-batch.ts";
import type { IngestSeries } from "../platform/ingest-series.ts";
import { type GatedBatch, type GateLimits, type GatePlace, IngestGate } from "./ingest-gate.ts";
import { FUTURE_MAX_MS, LATE_MAX_MS } from "./point-judge.ts";
import { SeriesDirectory } from "./series-directory.ts";

const NOW = Date.UTC(2026, 0, 2);
const LIMITS: GateLimits = { activeSeriesMax: 2, knownSeriesMax: 100, seriesBytesMax: 1e6 };

describe("IngestGate", () => {
  it("refuses single points that lie in the future, too late or nowhere; infinite ones are missing", () => {
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
      [NOW + 3, Number.NEGATIVE_INFINITY],
    ];
    const given = batchOf([series("cpu", points)]);
    const { rejects, acceptedPoints, late, messages } = gate("acme", given, place, LIMITS, NOW);
    expect(acceptedPoints).toBe(5);
    expect(late.map(({ times, values }) => [...times, ...values])).toEqual([
      [NOW - LATE_MAX_MS - 1, 3],
    ]);
    const report = rejects.report(acceptedPoints);
    expect(report.rejected.map(({ reason, points: n }) => [reason, n])).toEqual([
      ["future", 1],
      ["invalid-time", 1],
    ]);
    expect(report.rejected[0]!.examples).toEqual(["eu/node-1/cpu"]);
    expect(Array.from(messages[0]![0]!.times)).toEqual([
      NOW - LATE_MAX_MS,
      NOW + FUTURE_MAX_MS,
      NOW + 1,
      NOW + 2,
      NOW + 3,
    ]);
    const { NaN: missing } = Number;
    expect(Array.from(messages[0]![0]!.values)).toEqual([2, 4, missing, missing, missing]);
  });

  it("takes no time in other units for milliseconds, and says what it looks like", () => {
    const at = Date.UTC(2026, 0, 1, 12);
    const times: [number, string][] = [
      [at / 1000, `${at / 1000} (as epoch seconds: 2026-01-01T12:00:00.000Z)`],
      [at / 1000 + 0.5, `${at / 1000 + 0.5} (as epoch seconds: 2026-01-01T12:00:00.500Z)`],
      [at * 1000, `${at * 1000} (as epoch microseconds: 2026-01-01T12:00:00.000Z)`],
      [at * 1e6, `${at * 1e6} (as epoch nanoseconds: 2026-01-01T12:00:00.000Z)`],
      [20_260_101, "20260101"],
      [46_023.5, "46023.5"],
      [0, "0"],
      [-1, "-1"],
      [Date.UTC(2000, 0, 1) - 1, "946684799999"],
      [Number.POSITIVE_INFINITY, "Infinity"],
    ];
    for (const [time, says] of times) {
      const place = placeOf(4);
      const given = batchOf([series("cpu", [[time, 1]])]);
      const { rejects, acceptedPoints } = gate("acme", given, place, LIMITS, NOW);
      expect(rejects.report(acceptedPoints)).toMatchObject({
        acceptedPoints: 0,
        rejected: [{ reason: "invalid-time", points: 1, examples: [`eu/node-1/cpu at ${says}`] }],
      });
      expect(place.directory.tenant("acme").series).toEqual([]);
    }
    const first = batchOf([series("cpu", [[Date.UTC(2000, 0, 1), 1]])]);
    expect(gate("acme", first, placeOf(4), LIMITS, NOW).acceptedPoints).toBe(1);
  });

  it("counts all times that are none, and names the first few", () => {
    const points = Array.from({ length: 100 }, (_, i): [number, number] => [i, 1]);
    const given = batchOf([series("cpu", points)]);
    const { rejects } = gate("acme", given, placeOf(4), LIMITS, NOW);
    const [invalid] = rejects.report(0).rejected;
    expect(invalid).toMatchObject({ reason: "invalid-time", points: 100 });
    expect(invalid!.examples.length).toBe(5);
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
    const { messages } = gate(
      "acme",
      batchOf(nodes),
      place,
      { ...LIMITS, activeSeriesMax: 100 },
      NOW,
    );
    const seen = new Map<number, number[]>();
    messages.forEach((parts, worker) => {
      for (const { partition, handles, ends, times, values } of parts!) {
        expect(partition % 2).toBe(worker);
        handles.forEach((handle, k) => {
          const [from, end] = [startOf(ends, k), ends[k]!];
          expect(place.directory.at(handle)!.partition).toBe(partition);
          expect(times[from]).toBe(NOW + values[from]!);
          seen.set(handle, [...values.subarray(from, end)]);
        });
      }
    });
    expect(seen.size).toBe(40);
    for (const [handle, values] of seen) {
      const n = Number(place.directory.at(handle)!.key.nodeId.slice(5));
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

  it("counts a series no longer once it has ended, and again when it sends again", () => {
    const place = placeOf(1);
    const gates = new IngestGate(place);
    const send = (one: IngestSeries) => gates.take("acme", batchOf([one]), LIMITS, NOW);
    const { living } = place.directory.tenant("acme");
    send(series("cpu", [[NOW - 5, 1]]));
    send(series("load", [[NOW - 5, 1]]));
    send({ ...series("cpu", [[NOW - 4, Number.NaN]]), staleAt: [0] });
    expect(living.count).toBe(1);
    expect(send(series("disk", [[NOW - 3, 1]])).acceptedPoints).toBe(1);
    expect(send(series("cpu", [[NOW - 2, 1]])).rejects.report(0).rejected).toMatchObject([
      { reason: "series-limit", points: 1, examples: ["eu/node-1/cpu"] },
    ]);
    send({ ...series("disk", [[NOW - 1, Number.NaN]]), staleAt: [0] });
    expect(send(series("cpu", [[NOW, 1]])).acceptedPoints).toBe(1);
    expect(living.count).toBe(2);
  });

  it("makes room for a new series by the time that it sends itself", () => {
    const day = 86_400_000;
    const gates = new IngestGate(placeOf(1));
    const send = (name: string, atMs: number) =>
      gates.take("acme", batchOf([series(name, [[atMs, 1]])]), LIMITS, NOW).acceptedPoints;
    expect([send("a", NOW - 2 * day), send("b", NOW - 2 * day), send("c", NOW - 2 * day)]).toEqual([
      1, 1, 0,
    ]);
    expect(send("c", NOW)).toBe(1);
  });

  it("bounds what is kept for good: series that sleep, and bytes of names", () => {
    const place = placeOf(1);
    const gates = new IngestGate(place);
    const limits = { ...LIMITS, knownSeriesMax: 3, seriesBytesMax: 60 };
    const send = (name: string) => {
      const one = { ...series(name, [[NOW, Number.NaN]]), staleAt: [0] };
      return gates.take("acme", batchOf([one]), limits, NOW).acceptedPoints;
    };
    // "eu" and "node-1" are 8 bytes.
    expect([send("x".repeat(20)), send("y".repeat(25)), send("é"), send("z")]).toEqual([
      1, 0, 1, 1,
    ]);
    expect(place.directory.tenant("acme").nameBytes).toBe(28 + 10 + 9);
    expect(send("w")).toBe(0);
  });

  it("takes points again that are right by the clock, after a clock that was ahead", () => {
    const gates = new IngestGate(placeOf(1));
    const send = (atMs: number, nowMs: number) =>
      gates.take("acme", batchOf([series("cpu", [[atMs, 1]])]), LIMITS, nowMs);
    expect(send(NOW + 86_400_000, NOW + 86_400_000).acceptedPoints).toBe(1);
    const now = send(NOW, NOW);
    expect([now.acceptedPoints, now.late.length]).toEqual([1, 0]);
    expect(send(NOW - LATE_MAX_MS, NOW).late.length).toBe(1);
  });

  it("keeps nothing of one batch in the next: two gates and their answers share no memory", () => {
    const [one, two] = [new IngestGate(placeOf(1)), new IngestGate(placeOf(1))];
    const first = one.take("acme", batchOf([series("cpu", [[NOW, 1]])]), LIMITS, NOW);
    two.take("acme", batchOf([series("cpu", [[NOW - 1, 2]])]), LIMITS, NOW);
    one.take("acme", batchOf([series("cpu", [[NOW + 1, 3]])]), LIMITS, NOW);
    expect([...first.messages[0]![0]!.values]).toEqual([1]);
  });

  it("sorts a node's series when they are read, not for each one that joins", () => {
    const place = placeOf(1);
    const names = Array.from({ length: 500 }, (_, i) => `metric-${(i * 7) % 500}`);
    const batch = batchOf(names.map((name) => series(name, [[NOW, 1]])));
    const limits = { ...LIMITS, activeSeriesMax: 1000 };
    const sorts = vi.spyOn(Array.prototype, "sort");
    gate("acme", batch, place, limits, NOW);
    expect(sorts).not.toHaveBeenCalled();
    sorts.mockRestore();
    const shown = place.directory.tenant("acme").node("eu", "node-1")!.series;
    expect(shown.map(({ key }) => key.metricName)).toEqual([...names].sort());
  });

  it("hands a staleness marker on as the end of the series", () => {
    const ended: IngestSeries = { ...series("cpu", [[NOW, Number.NaN]]), staleAt: [0] };
    const { messages } = gate("acme", batchOf([ended]), placeOf(1), LIMITS, NOW);
    expect(messages[0]![0]!.values[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

function gate(
  tenantId: string,
  batch: IngestBatch,
  place: GatePlace,
  limits: GateLimits,
  nowMs: number,
): GatedBatch {
  return new IngestGate(place).take(tenantId, batch, limits, nowMs);
}

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
