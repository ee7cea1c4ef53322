import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { Damage } from "../sqlite/damage.ts";
import type { StateSlot } from "./state-table.ts";

describe("StateTable", () => {
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

  const save = (slot: StateSlot, uptoMs: number, seriesId = 0): void =>
    store.states.save([{ seriesId, slot, uptoMs, bytes: Uint8Array.of(uptoMs, seriesId) }]);
  const newest = (beforeMs: number, seriesId = 0): number | undefined =>
    store.states.load(seriesId, beforeMs)?.uptoMs;

  it("gives the newest state not after an instant, of that series", () => {
    save("head", 30);
    save("day", 10);
    save("day", 20);
    save("day", 25, 1);
    expect([30, 29, 20, 19, 9].map((at) => newest(at))).toEqual([30, 20, 20, 10, undefined]);
    expect(store.states.load(1, 100)?.bytes).toEqual(Uint8Array.of(25, 1));
  });

  it("keeps one head and the two newest days", () => {
    save("head", 5);
    save("head", 6);
    for (const day of [10, 20, 30, 30]) save("day", day);
    expect([9, 19, 29, 30].map((at) => newest(at))).toEqual([6, 6, 20, 30]);
  });

  it("packs states, and still reads those of before packing", () => {
    const bytes = Uint8Array.from({ length: 4000 }, (_, i) => (i % 40 === 0 ? i % 251 : 0));
    store.states.save([{ seriesId: 0, slot: "head", uptoMs: 1, bytes }]);
    expect(store.states.load(0, 1)!.bytes).toEqual(bytes);
    store.close();
    const db = new DatabaseSync(join(place.dir, "partition.db"));
    const { packed } = db.prepare("SELECT length(data) AS packed FROM state").get()!;
    expect(Number(packed)).toBeLessThan(1000);
    const put = db.prepare("UPDATE state SET data = ?, crc = ?");
    put.run(bytes, crc32(bytes, 0));
    db.close();
    store = PartitionStore.open(place.dir, UNHARMED);
    expect(store.states.load(0, 1)!.bytes).toEqual(bytes);
  });

  it("forgets states that a late point made untrue", () => {
    save("day", 10);
    save("day", 20);
    save("head", 30);
    store.states.dropFrom(0, 20);
    expect(newest(100)).toBe(10);
  });

  it("counts with the checkpoint it is saved in, or not at all", () => {
    const fail = (): never => {
      save("head", 30);
      throw new Error("stop");
    };
    expect(() => store.checkpoint(0, fail)).toThrow("stop");
    expect(newest(100)).toBeUndefined();
    store.checkpoint(0, () => save("head", 30));
    store.close();
    store = PartitionStore.open(place.dir, UNHARMED);
    expect(newest(100)).toBe(30);
  });

  it("falls back to an older state when bytes are damaged, and says so", () => {
    save("day", 10);
    save("head", 20);
    store.close();
    const db = new DatabaseSync(join(place.dir, "partition.db"));
    db.exec("UPDATE state SET data = x'ff' WHERE upto_ms = 20");
    db.close();
    const damage: Damage[] = [];
    store = PartitionStore.open(place.dir, { onDamage: (one) => damage.push(one) });
    expect(newest(100)).toBe(10);
    expect(damage).toMatchObject([{ seriesId: 0, startMs: 20 }]);
  });

  it("gives the newest states of many series as it gives each, whatever is damaged or has gone on", () => {
    const seriesIds = Array.from({ length: 300 }, (_, id) => id);
    for (const id of seriesIds) {
      if (id % 11 === 0) continue;
      save("day", 10, id);
      save("head", 20, id);
      save("head", 30, id);
      if (id % 7 === 0) save("step", 25 + (id % 10), id);
    }
    store.close();
    const db = new DatabaseSync(join(place.dir, "partition.db"));
    db.exec("UPDATE state SET data = x'ff' WHERE upto_ms = 30 AND id / 4 % 5 = 0");
    db.close();
    const damage: Damage[] = [];
    store = PartitionStore.open(place.dir, { onDamage: (one) => damage.push(one) });
    // Saved or dropped after it was read ahead.
    // The bytes are good until the next one is asked for.
    const newest = (id: number) => {
      const state = store.states.newest(id);
      return state === undefined ? undefined : { ...state, bytes: state.bytes.slice() };
    };
    const first = newest(0);
    save("head", 40, 3);
    store.states.dropFrom(4, 15);
    const found = [first, ...seriesIds.slice(1).map(newest)];
    expect([found[3]?.uptoMs, found[4]?.uptoMs]).toEqual([40, 10]);
    expect(damage.length).toBe(seriesIds.filter((id) => id % 5 === 0 && id % 11 > 0).length);
    expect(found).toEqual(seriesIds.map((id) => store.states.load(id, 100)));
    // Asked again, it is read again.
    expect(newest(7)).toEqual(store.states.load(7, 100));
  });
});
