import { describe, expect, it } from "vitest";
import { batchOf } from "./ingest-batch.ts";
import { buffersOfBatch, packBatch, unpackBatch } from "./packed-batch.ts";

const BATCH = batchOf([
  {
    clusterId: "eu",
    nodeId: "n1",
    metricName: "größe",
    metadata: { unit: "B", disk: "sda" },
    timestampsMs: Float64Array.of(1, 2),
    values: Float64Array.of(7, Number.NaN),
  },
  {
    clusterId: "eu",
    nodeId: "n2",
    metricName: "requests_total",
    counter: true,
    timestampsMs: Float64Array.of(3),
    values: Float64Array.of(-1),
    staleAt: [0],
  },
]);

describe("packBatch", () => {
  it("gives back the same places and points after crossing to another thread", () => {
    const packed = packBatch(BATCH);
    const received = structuredClone(packed, { transfer: buffersOfBatch(packed) });
    const { places, ends, timestampsMs, values, staleAt } = unpackBatch(received);
    expect(places).toEqual([
      {
        clusterId: "eu",
        nodeId: "n1",
        metricName: "größe",
        metadata: { unit: "B", disk: "sda" },
      },
      { clusterId: "eu", nodeId: "n2", metricName: "requests_total", counter: true },
    ]);
    expect([...ends]).toEqual([2, 3]);
    expect([...timestampsMs]).toEqual([1, 2, 3]);
    expect([...values]).toEqual([7, Number.NaN, -1]);
    expect([...staleAt]).toEqual([2]);
  });

  it("packs an empty batch", () => {
    expect(unpackBatch(packBatch(batchOf([]))).places).toEqual([]);
  });
});
