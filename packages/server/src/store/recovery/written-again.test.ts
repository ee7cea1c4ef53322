import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FaultyDisk } from "../../../testing/faulty-disk.ts";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import { AcknowledgedMark } from "../sqlite/acknowledged-mark.ts";

const NAME = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "cpu", metadata: {} };
const START = Date.UTC(2026, 0, 1);

let place: Scratch;
let disk: FaultyDisk;
beforeEach(() => {
  place = scratch();
  disk = new FaultyDisk();
});
afterEach(() => place.remove());

function opened(dir = place.dir): PartitionStore {
  return PartitionStore.open(dir, { ...UNHARMED, disk });
}

function append(store: PartitionStore, minute: number): void {
  const id = store.intern(NAME);
  store.append({
    seriesIds: Uint32Array.of(id),
    counts: Uint32Array.of(1),
    timestampsMs: Float64Array.of(START + minute * 60_000),
    values: Float64Array.of(minute),
  });
}

function walBytes(dir: string): number {
  return statSync(join(dir, "partition.db-wal"), { throwIfNoEntry: false })?.size ?? 0;
}

function acknowledged(dir: string): number {
  return new AcknowledgedMark(join(dir, "acknowledged")).read()!.position;
}

it("writes what a failed sync left behind into the file itself before it counts as stored", async () => {
  const store = opened();
  append(store, 0);
  store.commit();
  disk.breakSyncs();
  append(store, 1);
  store.stage();
  await expect(store.synced()).rejects.toMatchObject({ reason: "sync-failed" });
  const left = place.crashed(place.dir);
  expect(acknowledged(left)).toBeLessThan(store.position);
  expect(walBytes(left)).toBeGreaterThan(0);
  disk.mendSyncs();

  const again = opened(left);
  expect(again.entry(0).pointCount).toBe(2);
  // The sender tries again: nothing is new, and so nothing is synced for it.
  append(again, 1);
  again.stage();
  await again.synced();
  expect(walBytes(left)).toBe(0);
  expect(acknowledged(left)).toBe(again.position);
  again.close();
  expect(() => store.close()).toThrow(/could not be synced/);
});

it("leaves alone what was acknowledged", async () => {
  const store = opened();
  append(store, 0);
  store.commit();
  const left = place.crashed(place.dir);
  const bytes = walBytes(left);
  expect(bytes).toBeGreaterThan(0);
  const again = opened(left);
  expect(walBytes(left)).toBe(bytes);
  again.close();
  store.close();
});
