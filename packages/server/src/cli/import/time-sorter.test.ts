import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { TimeSorter } from "./time-sorter.ts";

describe("TimeSorter", () => {
  let sorter: TimeSorter;
  afterEach(() => sorter.close());

  it("gives every point once, by time, equal times in the order of adding, however small the runs", () => {
    const point = fc.record({ atMs: fc.nat(20), series: fc.nat(3), value: fc.double() });
    const points = fc.array(point, { maxLength: 60 });
    const runPoints = fc.constantFrom(1, 2, 7, 100);
    fc.assert(
      fc.property(points, runPoints, fc.integer({ min: 1, max: 9 }), (given, run, most) => {
        sorter = new TimeSorter(run);
        for (const { series, atMs, value } of given) sorter.add(series, atMs, value);
        const found = [...sorter.sorted(most)].flatMap((batch) => {
          expect(batch.values.length).toBeLessThanOrEqual(most);
          return Array.from(batch.values, (value, i) => {
            return { atMs: batch.timestampsMs[i]!, series: batch.series[i]!, value };
          });
        });
        sorter.close();
        expect(found).toEqual(given.toSorted((a, b) => a.atMs - b.atMs));
      }),
    );
  });

  it("merges runs that are longer than what is read of them at once", () => {
    const count = 40_000;
    sorter = new TimeSorter(15_000);
    for (let i = 0; i < count; i++) sorter.add(0, (i * 7919) % count, i);
    const times = [...sorter.sorted(count)].flatMap(({ timestampsMs }) => [...timestampsMs]);
    expect(times).toEqual(Array.from({ length: count }, (_, i) => i));
  });
});
