import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchOf, seriesOf } from "./ingest-batch.ts";
import type { IngestSeries } from "./ingest-series.ts";

const number = fc.constantFrom(1, 2.5, Number.NaN, Number.POSITIVE_INFINITY);
const series = fc.record({ counter: fc.boolean(), values: fc.array(number, { maxLength: 5 }) });

describe("batchOf", () => {
  it("loses nothing: taken apart again, the series are what they were", () => {
    fc.assert(
      fc.property(fc.array(series, { maxLength: 6 }), (given) => {
        const batch = given.map(({ counter, values }, k): IngestSeries => {
          const staleAt = values.flatMap((value, i) => (Number.isNaN(value) ? [i] : []));
          return {
            clusterId: "eu",
            nodeId: `node-${k}`,
            metricName: "cpu",
            counter,
            timestampsMs: Float64Array.from(values, (_, i) => 1000 * k + i),
            values: Float64Array.from(values),
            ...(staleAt.length === 0 ? {} : { staleAt }),
          };
        });
        expect(seriesOf(batchOf(batch))).toEqual(batch);
      }),
    );
  });

  it("puts the runs one behind the other", () => {
    const one = { clusterId: "eu", nodeId: "a", metricName: "cpu" };
    const two = { ...one, nodeId: "b" };
    const batch = batchOf([
      { ...one, timestampsMs: Float64Array.of(1, 2), values: Float64Array.of(10, 20) },
      {
        ...two,
        timestampsMs: Float64Array.of(3),
        values: Float64Array.of(Number.NaN),
        staleAt: [0],
      },
    ]);
    expect([...batch.ends]).toEqual([2, 3]);
    expect([...batch.timestampsMs]).toEqual([1, 2, 3]);
    expect(batch.staleAt).toEqual([2]);
  });
});
