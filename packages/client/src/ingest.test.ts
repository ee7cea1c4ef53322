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
  it("loses no point, doubles none, and fills no request beyond its limit", () => {
    fc.assert(
      fc.property(someSeries, fc.integer({ min: 1, max: 30 }), (series, pointsMax) => {
        const requests = ingestRequests(series, pointsMax);
        expect(sorted(requests.flat())).toEqual(sorted(series));
        for (const request of requests) {
          expect(flat(request).length).toBeGreaterThan(0);
          expect(flat(request).length).toBeLessThanOrEqual(pointsMax);
        }
      }),
    );
  });

  it("goes on in time over all series together: no request reaches back before the last", () => {
    fc.assert(
      fc.property(someSeries, fc.integer({ min: 1, max: 30 }), (series, pointsMax) => {
        let latest = Number.NEGATIVE_INFINITY;
        for (const request of ingestRequests(series, pointsMax)) {
          const instants = flat(request).map(({ point }) => point[0]);
          expect(Math.min(...instants)).toBeGreaterThanOrEqual(latest);
          latest = Math.max(latest, ...instants);
        }
      }),
    );
  });

  it("does not send a later instant before an earlier one that fills more than a request, by hand", () => {
    const place = { cluster: "a", node: "n", metric: "cpu" };
    const points = (...instants: number[]) => instants.map((at) => [at, 0] as const);
    const series = [
      { ...place, points: points(0, 1) },
      { ...place, metric: "load", points: points(0, 0) },
    ];
    const sent = ingestRequests(series, 2).map((request) =>
      flat(request).map(({ point }) => point[0]),
    );
    expect(sent).toEqual([[0, 0], [0], [1]]);
  });

  it("sends what fits as it is, by hand: two series of three points, four at most", () => {
    const one = { cluster: "a", node: "n1", metric: "cpu" };
    const two = { cluster: "a", node: "n2", metric: "cpu" };
    const points = [1, 2, 3].map((at) => [at, 0] as const);
    expect(
      ingestRequests(
        [
          { ...one, points },
          { ...two, points },
        ],
        4,
      ),
    ).toEqual([
      [
        { ...one, points: points.slice(0, 2) },
        { ...two, points: points.slice(0, 2) },
      ],
      [
        { ...one, points: points.slice(2) },
        { ...two, points: points.slice(2) },
      ],
    ]);
  });
});

describe("mergedReport", () => {
  it("adds up points and reasons, and names each example place once", () => {
    const one = {
      acceptedPoints: 5,
      ...{ storedPoints: 3, duplicatePoints: 2, overwrittenPoints: 0 },
      rejectedPoints: 2,
      rejected: [{ reason: "future" as const, points: 2, examples: ["a/n1/cpu"] }],
    };
    const two = {
      acceptedPoints: 1,
      ...{ storedPoints: 0, duplicatePoints: 0, overwrittenPoints: 1 },
      rejectedPoints: 4,
      rejected: [
        { reason: "future" as const, points: 1, examples: ["a/n1/cpu", "a/n2/cpu"] },
        { reason: "infinite" as const, points: 3, examples: ["b/n1/cpu"] },
      ],
    };
    expect(mergedReport([one, two])).toEqual({
      acceptedPoints: 6,
      ...{ storedPoints: 3, duplicatePoints: 2, overwrittenPoints: 1 },
      rejectedPoints: 6,
      rejected: [
        { reason: "future", points: 3, examples: ["a/n1/cpu", "a/n2/cpu"] },
        { reason: "infinite", points: 3, examples: ["b/n1/cpu"] },
      ],
    });
  });

  it("of nothing is a report of nothing", () => {
    const put = { storedPoints: 0, duplicatePoints: 0, overwrittenPoints: 0 };
    const nothing = { acceptedPoints: 0, ...put, rejectedPoints: 0, rejected: [] };
    expect(mergedReport([])).toEqual(nothing);
  });
});

function flat(series: readonly IngestSeries[]) {
  return series.flatMap(({ points, ...key }) => points.map((point) => ({ ...key, point })));
}

function sorted(series: readonly IngestSeries[]): string[] {
  return flat(series)
    .map((one) => JSON.stringify(one))
    .sort();
}
