import { describe, expect, it } from "vitest";
import type { LabelledSeries } from "../datasets/record.ts";
import { labelledRegion } from "../protocol/labelled-region.ts";
import { FLOORS, floorOfNode, ROBUST_Z } from "./floors.ts";

describe("the floors", () => {
  it("robust z by hand: training median 10, MAD 1, so 20 is 10 / 1.4826 away", () => {
    const values = Float64Array.of(9, 11, 10, 9, 11, 20, Number.NaN);
    const judged = ROBUST_Z.judge(values, labelledRegion(seriesOf([values], 5)));
    expect(judged[5]).toBeCloseTo(6.745, 3);
    expect(judged[6]).toBeNaN();
  });

  it("the trailing z by hand: before 8 stood 1, 3 and 5, mean 3, deviation sqrt(8/3)", () => {
    const values = Float64Array.of(1, 3, 5, 8);
    const floor = FLOORS.find(({ name }) => name.startsWith("z of the last"))!;
    const judged = floor.judge(values, labelledRegion(seriesOf([values], 1)));
    expect([...judged.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(judged[3]).toBeCloseTo(5 / Math.sqrt(8 / 3), 12);
  });

  it("random is the same on every run, in [0, 1), and another for another series", () => {
    const values = new Float64Array(500);
    const random = FLOORS.find(({ name }) => name === "random")!;
    const of = (series: string) =>
      random.judge(values, labelledRegion({ ...seriesOf([values], 1), series }));
    expect(of("a")).toEqual(of("a"));
    expect(of("a")).not.toEqual(of("b"));
    expect(of("a").every((value) => value >= 0 && value < 1)).toBe(true);
    expect(of("a").reduce((sum, value) => sum + value, 0) / 500).toBeCloseTo(0.5, 1);
  });

  it("gives a node its largest metric, leaving out what is missing", () => {
    const [a, b] = [Float64Array.of(1, 2, 3, 9), Float64Array.of(1, 2, 3, Number.NaN)];
    const region = labelledRegion(seriesOf([a, b], 3));
    expect(floorOfNode(ROBUST_Z, region)[3]).toBe(ROBUST_Z.judge(a, region)[3]);
  });
});

function seriesOf(columns: readonly Float64Array[], trainEnd: number): LabelledSeries {
  const length = columns[0]!.length;
  return {
    dataset: "made up",
    group: "made up",
    series: "made up",
    timestampsMs: Float64Array.from({ length }, (_, i) => i * 60_000),
    columns,
    metricNames: columns.map((_, k) => `m${k}`),
    labels: new Uint8Array(length),
    intervalMs: 60_000,
    windows: [],
    trainEnd,
    causes: [],
  };
}
