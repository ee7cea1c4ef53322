import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";

const START = Date.UTC(2026, 0, 1);
const NAME = { tenantId: "acme", clusterId: "eu", nodeId: "n", metricName: "m", metadata: {} };
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

describe("a run in any order", () => {
  let place: Scratch;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  it("is stored in order, and of two points at one instant the later one", () => {
    const order = [...range(2000, 1000), ...range(1000, 0), 3000, ...range(2500, 500)];
    const { points } = stored("a", order);
    const instants = Array.from(points.timestampsMs, (atMs) => atMs - START);
    expect(instants).toEqual([...range(2500, 0).reverse(), 3000]);
    const last = new Map(order.map((k, i) => [k, i]));
    expect(Array.from(points.values)).toEqual(
      Array.from(points.timestampsMs, (atMs) => last.get(atMs - START)!),
    );
  });

  it("costs what its length costs, backwards too", () => {
    stored("warm", range(30_000, 0));
    const once = stored("a", range(60_000, 0)).cpuMs;
    const four = stored("b", range(240_000, 0)).cpuMs;
    // Quadratic work would be 16 times as much; 4 n log n is 4.6 times.
    expect(four).toBeLessThan(10 * Math.max(once, 20));
  });

  /** Point k is k milliseconds after the start; its value is its place in the run. */
  function stored(folder: string, order: readonly number[]) {
    const store = PartitionStore.open(`${place.dir}/${folder}`, UNHARMED);
    const id = store.intern(NAME);
    const began = process.cpuUsage();
    store.append({
      seriesIds: Uint32Array.of(id),
      counts: Uint32Array.of(order.length),
      timestampsMs: Float64Array.from(order, (k) => START + k),
      values: Float64Array.from(order, (_, i) => i),
    });
    store.commit();
    const { user, system } = process.cpuUsage(began);
    const points = store.read(id, EVER);
    store.close();
    return { points, cpuMs: (user + system) / 1000 };
  }
});

/** Down from one number to the one after another. */
function range(from: number, to: number): number[] {
  return Array.from({ length: from - to }, (_, k) => from - k);
}
