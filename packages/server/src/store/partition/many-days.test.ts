import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, MINUTE_MS } from "@foreshock/core/fold";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { pointBatch } from "../codec/point-batch.ts";
import { DAYS_AT_ONCE } from "../sealed/sealed-points.ts";
import { PartitionStore } from "./partition-store.ts";

const START = Date.UTC(2026, 4, 4);
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const DAYS = 24;
const STEP_MS = 10 * MINUTE_MS;
const COUNT = (DAYS * DAY_MS) / STEP_MS;

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

const intern = (metricName: string): number =>
  store.intern({ tenantId: "t", clusterId: "c", nodeId: "n", metricName, metadata: {} });
const send = (seriesId: number, startMs: number, count: number, stepMs = STEP_MS): void => {
  const timestampsMs = Float64Array.from({ length: count }, (_, i) => startMs + i * stepMs);
  const values = timestampsMs.map((_, i) => (i * 31) % 97);
  store.append(pointBatch([{ seriesId, timestampsMs, values }]));
};
const dayFiles = (): number =>
  readdirSync(place.dir).filter((name) => /^\d{4}-\d\d-\d\d\.db$/.test(name)).length;
const shown = (of: PartitionStore, id: number) => {
  const { timestampsMs, values } = of.read(id, EVER);
  return { points: [...timestampsMs, ...values], count: of.entry(id).pointCount };
};

it.each([
  ["new", (id: number) => send(id, START, COUNT)],
  [
    "older than all that is known",
    (id: number) => {
      send(id, START + DAYS * DAY_MS, 150);
      send(id, START, COUNT);
    },
  ],
  ["sparse", (id: number) => send(id, START, DAYS, DAY_MS)],
  [
    "of a series of which a day has gone past the log",
    (id: number) => {
      send(id, START, 130, MINUTE_MS);
      send(id, START + DAY_MS, COUNT);
    },
  ],
])("writes few day files in one go for points of many days, %s", (_, append) => {
  const id = intern("long");
  append(id);
  store.stage();
  expect(dayFiles()).toBeLessThanOrEqual(DAYS_AT_ONCE);
  const other = intern("other");
  const expected = shown(store, id);
  const checkpoint = store.slicedCheckpoint();
  let before = dayFiles();
  for (let step = 0, isMore = true; isMore; step++) {
    isMore = checkpoint.step();
    expect(dayFiles() - before).toBeLessThanOrEqual(DAYS_AT_ONCE);
    before = dayFiles();
    send(other, START + step * DAY_MS, 130, MINUTE_MS);
    store.stage();
    if (step % 4 !== 0) continue;
    // Whatever is written by then, nothing is lost, doubled or miscounted when it ends here.
    const dir = place.crashed(place.dir);
    const crashed = PartitionStore.open(dir, UNHARMED);
    expect(shown(crashed, id)).toEqual(expected);
    expect(shown(crashed, other)).toEqual(shown(store, other));
    crashed.close();
  }
  checkpoint.finish(store.position);
  expect(dayFiles()).toBeGreaterThanOrEqual(DAYS - 1);
  store.close();
  store = PartitionStore.open(join(place.dir), UNHARMED);
  expect(shown(store, id)).toEqual(expected);
});
