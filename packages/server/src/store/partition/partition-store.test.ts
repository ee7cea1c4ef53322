import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { pointBatch } from "../codec/point-batch.ts";
import { StoreTooNew, StoreUnavailable } from "../sqlite/store-error.ts";
import { PartitionStore } from "./partition-store.ts";

const START = Date.UTC(2026, 4, 4);
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

describe("PartitionStore", () => {
  let place: Scratch;
  let store: PartitionStore;
  beforeEach(() => {
    place = scratch();
    store = PartitionStore.open(place.dir, UNHARMED);
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  const intern = (metricName: string, metadata: Record<string, string> = {}): number =>
    store.intern({ tenantId: "t", clusterId: "c", nodeId: "n", metricName, metadata });
  const append = (seriesId: number, minutes: number[], values: number[]) => {
    const timestampsMs = Float64Array.from(minutes, (minute) => START + minute * MINUTE_MS);
    return store.append(
      pointBatch([{ seriesId, timestampsMs, values: Float64Array.from(values) }]),
    );
  };
  const count = (from: number, length: number): number[] =>
    Array.from({ length }, (_, i) => from + i);

  it("numbers series in order of arrival, keeps the numbers, and takes changed labels", () => {
    expect([intern("a"), intern("b", { unit: "%" }), intern("a")]).toEqual([0, 1, 0]);
    store.commit();
    expect(intern("b", { unit: "ms", zone: "z" })).toBe(1);
    store.close();
    store = PartitionStore.open(place.dir, UNHARMED);
    expect([...store.entries()].map(({ metricName, metadata }) => [metricName, metadata])).toEqual([
      ["a", {}],
      ["b", { unit: "ms", zone: "z" }],
    ]);
    expect(intern("c")).toBe(2);
  });

  it("says from when on a late point changed the series, and nothing of a repeat", () => {
    const id = intern("a");
    expect([...append(id, [0, 1, 2], [5, 6, 7]).lateFromMs]).toEqual([Number.NaN]);
    const late = append(id, [3, 1], [8, 60]);
    expect([...late.lateFromMs, ...late.changedPoints]).toEqual([START + MINUTE_MS, 2]);
    const repeat = append(id, [1, 3], [60, 8]);
    expect([...repeat.lateFromMs, ...repeat.changedPoints]).toEqual([Number.NaN, 0]);
    expect([...store.read(id, EVER).values]).toEqual([5, 60, 7, 8]);
  });

  it("puts points of before the head, days late, in their place", () => {
    const id = intern("a");
    append(id, count(3000, 200), count(0, 200));
    store.checkpoint(store.position);
    expect([...append(id, [3010, 5], [-1, -2]).lateFromMs]).toEqual([START + 5 * MINUTE_MS]);
    expect(append(id, [3010, 5], [-1, -2]).changedPoints[0]).toBe(0);
    const { values } = store.read(id, EVER);
    expect([values.length, values[0], values[11]]).toEqual([201, -2, -1]);
    store.checkpoint(store.position);
    expect([...store.read(id, EVER).values]).toEqual([...values]);
  });

  it("makes no day file to go on from a point that is in memory", () => {
    const id = intern("a");
    append(id, count(0, 5000), count(0, 5000));
    store.checkpoint(store.position);
    const dir = place.crashed(place.dir);
    const days = () => readdirSync(dir).filter((name) => name.endsWith("-04.db"));
    expect(days().length).toBe(1);
    const opened = PartitionStore.open(dir, UNHARMED);
    // Where it was looked for, it would be there again.
    for (const name of days()) rmSync(join(dir, name));
    const { points, isLast } = opened.readNext(id, START + 4950 * MINUTE_MS, 10);
    expect([...points.values]).toEqual(count(4950, 50));
    expect(isLast).toBe(true);
    expect(days()).toEqual([]);
    opened.close();
  });

  it("holds the last 60 points in memory: reading them needs no day file", () => {
    const id = intern("a");
    append(id, count(0, 5000), count(0, 5000));
    store.checkpoint(store.position);
    const dir = place.crashed(place.dir);
    const days = readdirSync(dir).filter((name) => name.startsWith("2026"));
    expect(days).toContain("2026-05-04.db");
    for (const name of days) rmSync(join(dir, name));
    const opened = PartitionStore.open(dir, UNHARMED);
    const newest = { startMs: START + 4940 * MINUTE_MS, endMs: EVER.endMs };
    expect([...opened.read(id, newest).values]).toEqual(count(4940, 60));
    opened.close();
  });

  it("tells after a crash what was committed since the last checkpoint, and nothing else", () => {
    const [a, b, c] = [intern("a"), intern("b"), intern("c")];
    append(a, [0, 1], [1, 1]);
    const position = store.commit();
    store.checkpoint(position);
    append(b, [7, 8], [1, 1]);
    append(b, [5], [1]);
    store.commit();
    append(c, count(0, 500), count(0, 500));
    store.commit();
    append(a, [2], [1]);
    const crashed = PartitionStore.open(place.crashed(place.dir), UNHARMED);
    const tail: [number, number][] = [];
    crashed.replayTail((id, fromMs) => tail.push([id, fromMs]));
    expect(tail).toEqual([
      [b, START + 5 * MINUTE_MS],
      [c, START],
    ]);
    expect(crashed.entry(a).pointCount).toBe(2);
    expect(crashed.entry(c).pointCount).toBe(500);
    crashed.close();
  });

  it("marks what detection has seen without moving the log, and tells only what came after", () => {
    const [a, b] = [intern("a"), intern("b")];
    append(a, [0, 1], [1, 2]);
    store.mark(store.commit());
    append(b, [3], [4]);
    store.stage();
    const crashed = PartitionStore.open(place.crashed(place.dir), UNHARMED);
    const tail: [number, number][] = [];
    crashed.replayTail((id, fromMs) => tail.push([id, fromMs]));
    expect(tail).toEqual([[b, START + 3 * MINUTE_MS]]);
    expect([...crashed.read(a, EVER).values, ...crashed.read(b, EVER).values]).toEqual([1, 2, 4]);
    crashed.close();
  });

  it("resolves once staged points are on disk, and wants a checkpoint when the log has grown", async () => {
    const id = intern("a");
    append(id, [0], [1]);
    store.stage();
    await store.synced();
    expect(store.wantsCheckpoint).toBe(false);
    for (let k = 0; k < 100; k++) {
      append(id, count(1 + 100 * k, 100), count(0, 100));
      store.commit();
    }
    expect(store.wantsCheckpoint).toBe(true);
    store.checkpoint(store.position);
    expect(store.wantsCheckpoint).toBe(false);
    expect(store.entry(id).pointCount).toBe(10_001);
  });

  it("brings a partition of format 1 forward: all of its log is still to be detected", () => {
    const id = intern("a");
    append(id, [0, 1], [1, 2]);
    store.commit();
    const dir = place.crashed(place.dir);
    const old = new DatabaseSync(join(dir, "partition.db"));
    old.exec("DROP TABLE detected; DROP TABLE state_step; PRAGMA user_version = 1");
    old.close();
    const opened = PartitionStore.open(dir, UNHARMED);
    const tail: number[] = [];
    opened.replayTail((series) => tail.push(series));
    expect(tail).toEqual([id]);
    expect([...opened.read(id, EVER).values]).toEqual([1, 2]);
    opened.close();
  });

  it("does not let a replayed point win over a long run that came after it and went past the log", () => {
    const id = intern("a");
    append(id, count(0, 1000), count(0, 1000));
    store.checkpoint(store.position);
    append(id, [5], [-1]);
    store.commit();
    append(id, count(0, 300), new Array(300).fill(7));
    store.commit();
    append(id, [6], [-2]);
    store.commit();
    const crashed = PartitionStore.open(place.crashed(place.dir), UNHARMED);
    for (const one of [store, crashed]) {
      expect([...one.read(id, EVER).values.subarray(4, 8)]).toEqual([7, 7, -2, 7]);
      expect(one.entry(id).pointCount).toBe(1000);
    }
    crashed.close();
  });

  it("keeps the log from where detection has come to, through a checkpoint that is ahead of it", () => {
    const id = intern("a");
    append(id, [0], [1]);
    const detected = store.commit();
    append(id, [1], [1]);
    store.commit();
    store.checkpoint(detected);
    const crashed = PartitionStore.open(place.crashed(place.dir), UNHARMED);
    const tail: [number, number][] = [];
    crashed.replayTail((series, fromMs) => tail.push([series, fromMs]));
    expect(tail).toEqual([[id, START + MINUTE_MS]]);
    expect([...crashed.read(id, EVER).values]).toEqual([1, 1]);
    crashed.close();
  });

  it("drops whole days, with their points in memory, and goes on", () => {
    const [old, live] = [intern("old"), intern("live")];
    append(old, count(0, 200), count(0, 200));
    append(live, count(0, 3000), count(0, 3000));
    expect(store.dropBefore(START + DAY_MS + 5)).toEqual([START / DAY_MS]);
    expect(store.read(old, EVER).values.length).toBe(0);
    expect(store.entry(old)).toMatchObject({ pointCount: 0, lastMs: Number.NaN });
    expect([...store.read(live, EVER).values]).toEqual(count(1440, 1560));
    expect(store.entry(live)).toMatchObject({ pointCount: 1560, firstMs: START + DAY_MS });
    expect(readdirSync(place.dir)).not.toContain("2026-05-04.db");
    append(old, [4000], [1]);
    store.close();
    store = PartitionStore.open(place.dir, UNHARMED);
    expect([...store.read(old, EVER).values]).toEqual([1]);
    expect(store.read(live, EVER).values.length).toBe(1560);
  });

  it("counts no point twice where a crash left a day behind that was to be dropped", () => {
    const id = intern("live");
    append(id, count(0, 3000), count(0, 3000));
    store.checkpoint(store.commit());
    const before = place.crashed(place.dir);
    store.dropBefore(START + DAY_MS);
    const dir = place.crashed(place.dir);
    cpSync(join(before, "2026-05-04.db"), join(dir, "2026-05-04.db"));
    const crashed = PartitionStore.open(dir, UNHARMED);
    expect(crashed.dropBefore(START + DAY_MS)).toEqual([START / DAY_MS]);
    expect(crashed.entry(id).pointCount).toBe(1560);
    expect(crashed.read(id, EVER).values.length).toBe(1560);
    crashed.close();
  });

  it("leaves what detection has seen as it was when days are dropped", () => {
    const id = intern("a");
    append(id, count(0, 2000), count(0, 2000));
    store.mark(store.commit());
    append(id, [2000], [1]);
    store.dropBefore(START + DAY_MS);
    const crashed = PartitionStore.open(place.crashed(place.dir), UNHARMED);
    const tail: [number, number][] = [];
    crashed.replayTail((series, fromMs) => tail.push([series, fromMs]));
    expect(tail).toEqual([[id, START + 2000 * MINUTE_MS]]);
    crashed.close();
  });

  it("does not open a folder that another store holds, nor a file of a newer version", () => {
    expect(() => PartitionStore.open(place.dir, UNHARMED)).toThrow(StoreUnavailable);
    store.close();
    const file = join(place.dir, "partition.db");
    const db = new DatabaseSync(file);
    db.exec("PRAGMA user_version = 99");
    db.close();
    const before = readFileSync(file);
    expect(() => PartitionStore.open(place.dir, UNHARMED)).toThrow(StoreTooNew);
    expect(readFileSync(file)).toEqual(before);
  });

  it("refuses columns that do not fit, unknown series and impossible times before it takes any", () => {
    const id = intern("a");
    const columns = pointBatch([
      { seriesId: id, timestampsMs: Float64Array.of(1), values: Float64Array.of(1) },
    ]);
    expect(() => store.append({ ...columns, values: new Float64Array(2) })).toThrow(RangeError);
    expect(() => store.append({ ...columns, seriesIds: Uint32Array.of(9) })).toThrow(RangeError);
    for (const at of [-1, Number.NaN, 1e18]) {
      const timestampsMs = Float64Array.of(at);
      expect(() => store.append({ ...columns, timestampsMs })).toThrow(RangeError);
    }
    expect(store.entry(id).pointCount).toBe(0);
  });

  it("keeps times to the millisecond, rounding what is finer", () => {
    const id = intern("a");
    append(id, [1.00001], [5]);
    expect(store.read(id, EVER).timestampsMs[0]).toBe(START + 60_001);
  });

  it("says plainly that it is closed", () => {
    const id = intern("a");
    store.close();
    expect(() => append(id, [0], [1])).toThrow(StoreUnavailable);
    expect(() => store.commit()).toThrow("closed");
  });

  it("opens after a file beside it was left half written", () => {
    append(intern("a"), [0], [1]);
    store.close();
    writeFileSync(join(place.dir, "2026-05-04.db.tmp"), "x");
    store = PartitionStore.open(place.dir, UNHARMED);
    expect(store.entry(0).pointCount).toBe(1);
  });
});
