import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { internTwoTenants, type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { AlarmEntry, AlarmTableQuery } from "./alarm-table.ts";

const EVER = { tenantId: "acme", startMs: 0, endMs: 1e15, minScore: 0, limit: 100 } as const;

function alarm(seriesId: number, openedMs: number, closedMs: number | null): AlarmEntry {
  const lastMs = closedMs ?? openedMs;
  const held = { heldFromMs: null, heldToMs: null, outcome: "open" } as const;
  return { seriesId, openedMs, lastMs, closedMs, evidenceDays: 9, score: 0.8, ...held };
}

describe("AlarmTable", () => {
  let place: Scratch;
  let store: PartitionStore;
  beforeEach(() => {
    place = scratch();
    store = PartitionStore.open(place.dir, UNHARMED);
    internTwoTenants(store);
  });
  afterEach(() => {
    store.close();
    place.remove();
  });

  const find = (part: Partial<AlarmTableQuery>): number[][] =>
    store.alarms.query({ ...EVER, ...part }).map((one) => [one.seriesId, one.openedMs]);

  it("overwrites an alarm with the same opening and gives back what it was given", () => {
    const held = {
      ...alarm(0, 100, null),
      heldFromMs: 130,
      heldToMs: 150,
      outcome: "held",
    } as const;
    store.alarms.put([alarm(0, 100, null)]);
    store.alarms.put([held]);
    expect(store.alarms.query(EVER)).toEqual([held]);
  });

  it("finds by time, state, score and series, of one tenant only, newest opening first", () => {
    store.alarms.put([
      alarm(0, 100, 150),
      { ...alarm(1, 200, null), score: 0.95 },
      alarm(0, 200, 250),
      alarm(2, 200, null),
    ]);
    expect(find({})).toEqual([
      [0, 200],
      [1, 200],
      [0, 100],
    ]);
    expect(find({ startMs: 150, endMs: 200 })).toEqual([]);
    expect(find({ startMs: 149, endMs: 201, limit: 2 })).toEqual([
      [0, 200],
      [1, 200],
    ]);
    expect(find({ state: "open" })).toEqual([[1, 200]]);
    expect(find({ state: "closed", startMs: 200 })).toEqual([[0, 200]]);
    expect(find({ minScore: 0.9 })).toEqual([[1, 200]]);
    expect(find({ seriesIds: [0], after: { openedMs: 200, seriesId: 0 } })).toEqual([[0, 100]]);
  });

  it("deletes what was open after an instant, of one series, and survives a restart", () => {
    store.alarms.put([alarm(0, 100, 150), alarm(0, 200, null), alarm(1, 100, 400)]);
    store.alarms.deleteFrom(0, 150);
    store.close();
    store = PartitionStore.open(place.dir, UNHARMED);
    expect(find({})).toEqual([
      [0, 100],
      [1, 100],
    ]);
  });
});
