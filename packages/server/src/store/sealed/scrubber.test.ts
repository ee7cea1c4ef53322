import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch } from "../../../testing/scratch.ts";
import { pointBatch } from "../codec/point-batch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { Damage } from "../sqlite/damage.ts";

const START = Date.UTC(2026, 6, 1);
const DAYS = 3;
const SERIES = 4;
/** 1,440 points a day, at most 120 in a chunk, the first one of a day shorter: 13 at most. */
const CHUNKS_MAX = 13 * SERIES * DAYS;

describe("Scrubber, through the store", () => {
  let place: Scratch;
  let damage: Damage[];

  beforeEach(() => {
    place = scratch();
    damage = [];
    const store = open();
    for (let id = 0; id < SERIES; id++) {
      const metricName = `m${id}`;
      store.intern({ tenantId: "t", clusterId: "c", nodeId: "n", metricName, metadata: {} });
    }
    const minutes = Array.from({ length: (DAYS * DAY_MS) / MINUTE_MS }, (_, i) => i);
    const timestampsMs = Float64Array.from(minutes, (minute) => START + minute * MINUTE_MS);
    const values = Float64Array.from(minutes, (minute) => minute % 97);
    const runs = Array.from({ length: SERIES }, (_, seriesId) => ({
      seriesId,
      timestampsMs,
      values,
    }));
    store.append(pointBatch(runs));
    store.checkpoint(store.commit());
    store.close();
  });
  afterEach(() => place.remove());

  function open(): PartitionStore {
    return PartitionStore.open(place.dir, { onDamage: (one) => damage.push(one) });
  }

  function zero(day: number, seriesId: number): void {
    const name = `${new Date(START + day * DAY_MS).toISOString().slice(0, 10)}.db`;
    const db = new DatabaseSync(join(place.dir, name));
    db.exec(
      `UPDATE chunk SET data = zeroblob(length(data)) WHERE series_id = ${seriesId}
       AND t0_ms = (SELECT max(t0_ms) FROM chunk WHERE series_id = ${seriesId})`,
    );
    db.close();
  }

  it("finds damage that nobody read, whatever the size of a piece, and reports it once", () => {
    for (const [pieceChunks, day, seriesId] of [
      [1, 0, 1],
      [7, 1, 2],
      [1000, 2, 3],
    ] as const) {
      zero(day, seriesId);
      const store = open();
      let share = 0;
      let calls = 0;
      while (share < 1.999) {
        share += store.scrubNext(pieceChunks);
        calls++;
      }
      expect(damage.splice(0)).toMatchObject([{ kind: "chunk", seriesId }]);
      // A call checks at most a piece: two rounds, a call more per file for its structure and its end.
      expect(calls).toBeGreaterThanOrEqual((2 * CHUNKS_MAX * 0.8) / pieceChunks);
      expect(calls).toBeLessThanOrEqual((2 * CHUNKS_MAX) / pieceChunks + 4 * DAYS + 1);
      store.close();
    }
  });

  it("begins at another day after each start, so that frequent restarts leave no day out", () => {
    for (let day = 0; day < DAYS; day++) zero(day, 0);
    const found = new Set<number>();
    for (let restart = 0; restart < DAYS; restart++) {
      const store = open();
      let share = 0;
      while (share < 0.3) share += store.scrubNext(5);
      for (const { startMs } of damage) found.add(Math.floor((startMs - START) / DAY_MS));
      store.close();
    }
    expect([...found].sort()).toEqual([0, 1, 2]);
  });

  it("has nothing to check where no day is sealed", () => {
    const store = open();
    store.dropBefore(START + 9 * DAY_MS);
    expect(store.scrubNext(10)).toBe(1);
    store.close();
  });
});
