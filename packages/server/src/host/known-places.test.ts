import { describe, expect, it } from "vitest";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { batchOf } from "../platform/ingest-batch.ts";
import { packBatch, unpackBatch } from "../platform/packed-batch.ts";
import { KnownPlaces } from "./known-places.ts";

function batch(metrics: readonly string[]) {
  return batchOf(
    metrics.map((metricName, k) => ({
      clusterId: "eu",
      nodeId: `n${k}`,
      metricName,
      metadata: { unit: "B" },
      timestampsMs: Float64Array.of(k),
      values: Float64Array.of(1),
    })),
  );
}

describe("known places", () => {
  it("are the same objects in every batch, and what the plain way gives", () => {
    const directory = new SeriesDirectory(4);
    const known = new KnownPlaces(directory.tenant("acme"));
    const packed = packBatch(batch(["cpu", "mem"]));
    for (const place of known.unpack(packed).places)
      directory.add({ tenantId: "acme", ...place }, {});
    const [first, second] = [known.unpack(packed), known.unpack(packed)];
    expect(second.places[0]).toBe(first.places[0]);
    expect(second.places[1]).toBe(first.places[1]);
    expect(first.places[0]!.memo?.handle).toBe(directory.series[0]!.handle);
    const plain = unpackBatch(packed).places.map((place) => ({
      ...place,
      memo: expect.anything(),
    }));
    expect(first.places).toEqual(plain);
  });

  it("keep nothing of series that the directory does not hold", () => {
    const known = new KnownPlaces(new SeriesDirectory(4).tenant("acme"));
    const before = known.bytes;
    for (let k = 0; k < 200; k++) known.unpack(packBatch(batch([`cpu_${k}`, `mem_${k}`])));
    expect(known.bytes).toBe(before);
  });
});
