import { describe, expect, it } from "vitest";
import { distinctPoints, surveyOf } from "./distinct-points.ts";
import { TimeSorter } from "./time-sorter.ts";

/** [series, minute, value] */
function sorterOf(points: readonly (readonly [number, number, number])[], runPoints?: number) {
  const sorter = new TimeSorter(runPoints);
  for (const [series, minute, value] of points) sorter.add(series, 60_000 * minute, value);
  return sorter;
}

const POINTS = [
  ...[0, 1, 2, 3].map((minute) => [0, minute, minute] as const),
  ...[0, 1, 2, 3].map((minute) => [1, minute, 7] as const),
  [0, 2, 2] as const,
  [0, 3, 30] as const,
  [1, 0, 7] as const,
];

describe("points that come twice", () => {
  it.each([undefined, 4])("are counted, the same and others apart, in runs of %s", (runPoints) => {
    const sorter = sorterOf(POINTS, runPoints);
    const [first, second] = surveyOf(sorter.sorted(3), 2);
    expect(first).toMatchObject({ points: 6, twice: 1, differing: 1 });
    expect(second).toMatchObject({ points: 5, twice: 1, differing: 0 });
    sorter.close();
  });

  it("go out once, with the later value, after they were looked at", () => {
    const sorter = sorterOf(POINTS);
    surveyOf(sorter.sorted(100), 2);
    const [batch] = [...distinctPoints(sorter.sorted(100))];
    const found = Array.from(batch!.values, (value, i) => [
      batch!.series[i],
      batch!.timestampsMs[i]! / 60_000,
      value,
    ]);
    expect(found).toEqual([
      ...[
        [0, 0, 0],
        [1, 0, 7],
        [0, 1, 1],
        [1, 1, 7],
      ],
      ...[
        [0, 2, 2],
        [1, 2, 7],
        [0, 3, 30],
        [1, 3, 7],
      ],
    ]);
  });
});
