import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IngestSeries, ingestRequests, mergedReport } from "./ingest.ts";

const someSeries = fc.array(
  fc.record({
    cluster: fc.constantFrom("a", "b"),
    node: fc.constantFrom("n1", "n2", "n3"),
    metric: fc.constant("cpu"),
    points: fc.array(fc.tuple(fc.nat(), fc.double({ noNaN: true })), { maxLength: 20 }),
  }),
  { maxLength: 8 },
);

describe("ingestRequests", () => {
  it("loses no point, doubles none, keeps the order, and fills every request but the last", () => {
    fc.assert(
      fc.property(someSeries, fc.integer({ min: 1, max: 30 }), (series, pointsMax) => {
        const requests = ingestRequests(series, pointsMax);
        expect(flat(requests.flat())).toEqual(flat(series));
        const sizes = requests.map((request) => flat(request).length);
        expect(sizes.slice(0, -1).every((size) => size === pointsMax)).toBe(true);
        expect(sizes.every((size) => size >= 1 && size <= pointsMax)).toBe(true);
      }),
    );
  });
});

describe("mergedReport", () => {
  it("adds up points and reasons, and names each example place once", () => {
    const one = {
      acceptedPoints: 5,
      rejectedPoints: 2,
      rejected: [{ reason: "future" as const, points: 2, examples: ["a/n1/cpu"] }],
    };
    const two = {
      acceptedPoints: 1,
      rejectedPoints: 4,
      rejected: [
        { reason: "future" as const, points: 1, examples: ["a/n1/cpu", "a/n2/cpu"] },
        { reason: "infinite" as const, points: 3, examples: ["b/n1/cpu"] },
      ],
    };
    expect(mergedReport([one, two])).toEqual({
      acceptedPoints: 6,
      rejectedPoints: 6,
      rejected: [
        { reason: "future", points: 3, examples: ["a/n1/cpu", "a/n2/cpu"] },
        { reason: "infinite", points: 3, examples: ["b/n1/cpu"] },
      ],
    });
  });

  it("of nothing is a report of nothing", () => {
    expect(mergedReport([])).toEqual({ acceptedPoints: 0, rejectedPoints: 0, rejected: [] });
  });
});

function flat(series: readonly IngestSeries[]) {
  return series.flatMap(({ points, ...key }) => points.map((point) => ({ ...key, point })));
}
