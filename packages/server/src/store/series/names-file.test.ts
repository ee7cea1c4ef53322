import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import type { Damage } from "../sqlite/damage.ts";

const KEY = { tenantId: "acme", clusterId: "eu", nodeId: "n1", metricName: "cpu", metadata: {} };
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const POINT = { timestampsMs: Float64Array.of(1000), values: Float64Array.of(7) };

describe("names read back", () => {
  let place: Scratch;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => place.remove());

  it.each([
    ["a control character", { ...KEY, nodeId: "n\u0000two" }],
    ["more bytes than a name may have", { ...KEY, clusterId: "x".repeat(4 << 20) }],
    ["a metric longer than it may be", { ...KEY, metricName: "m".repeat(3000) }],
  ])("with %s are set aside as damage; the start goes on and the points stay", (_, bad) => {
    const store = PartitionStore.open(place.dir, UNHARMED);
    for (const name of [KEY, bad]) {
      const seriesIds = Uint32Array.of(store.intern(name));
      store.append({ seriesIds, counts: Uint32Array.of(1), ...POINT });
    }
    store.close();
    const damage: Damage[] = [];
    const again = PartitionStore.open(place.dir, { onDamage: (one) => damage.push(one) });
    expect(damage).toMatchObject([{ kind: "name", seriesId: 1 }]);
    expect([...again.entries()].map(({ tenantId }) => tenantId)).toEqual(["acme", "lost"]);
    expect(again.read(1, EVER).values).toEqual(Float64Array.of(7));
    again.close();
  });
});
