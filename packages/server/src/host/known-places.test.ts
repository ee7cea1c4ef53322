import { describe, expect, it } from "vitest";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { batchOf, type IngestBatch, seriesOf } from "../platform/ingest-batch.ts";
import { atOnce } from "../platform/pace.ts";
import { type PackedBatch, packBatch, unpackBatch } from "../platform/packed-batch.ts";
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

function unpack(known: KnownPlaces, packed: PackedBatch): IngestBatch {
  return atOnce(known.unpacking(packed));
}

describe("known places", () => {
  it("are the same objects in every batch, and what the plain way gives", () => {
    const directory = new SeriesDirectory(4);
    const known = new KnownPlaces(directory.tenant("acme"));
    const packed = packBatch(batch(["cpu", "mem"]));
    for (const place of unpack(known, packed).places)
      directory.add({ tenantId: "acme", ...place }, {});
    const [first, second] = [unpack(known, packed), unpack(known, packed)];
    expect(second.places[0]).toBe(first.places[0]);
    expect(second.places[1]).toBe(first.places[1]);
    expect(first.places[0]!.memo?.handle).toBe(directory.series[0]!.handle);
    // Labels are of use for new series only.
    const plain = unpackBatch(packed).places.map(({ metadata: _, ...place }) => ({
      ...place,
      memo: expect.anything(),
    }));
    expect(first.places).toEqual(plain);
  });

  it("remember a bounded number of label sets of one series", () => {
    const directory = new SeriesDirectory(4);
    const known = new KnownPlaces(directory.tenant("acme"));
    directory.add({ tenantId: "acme", clusterId: "eu", nodeId: "n0", metricName: "cpu" }, {});
    let most = 0;
    for (let k = 0; k < 5000; k++) {
      const [series] = seriesOf(batch(["cpu"]));
      unpack(known, packBatch(batchOf([{ ...series!, metadata: { build: String(k) } }])));
      most = Math.max(most, known.count);
    }
    expect(most).toBeGreaterThan(1000);
    expect(most).toBeLessThanOrEqual(1026);
  });

  it("keep nothing of series that the directory does not hold", () => {
    const known = new KnownPlaces(new SeriesDirectory(4).tenant("acme"));
    const before = known.bytes;
    for (let k = 0; k < 200; k++) unpack(known, packBatch(batch([`cpu_${k}`, `mem_${k}`])));
    expect(known.bytes).toBe(before);
  });
});
