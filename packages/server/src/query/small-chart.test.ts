import { describe, expect, it } from "vitest";
import type { PointsReply } from "../platform/platform.ts";
import { smallChart } from "./small-chart.ts";

const RANGE = { startMs: 0, endMs: 60_000 };

/** A chart of these values with a band of one unit around them, and these scores. */
function chartOf(value: (number | null)[], score = value.map(() => 0)) {
  const at = value.map((_, k) => k * 1000);
  const shifted = (by: number) => value.map((one) => (one === null ? null : one + by));
  const columns = {
    ...{ at, value, min: value, max: value, expected: value, score, alarmScore: score },
    ...{ lower: shifted(-1), upper: shifted(1) },
  };
  const series = { id: "srs_1" } as PointsReply["series"];
  return smallChart({ series, stepMs: 1000, columns }, RANGE).columns;
}

describe("a series to be drawn small", () => {
  it("is rounded to a thousandth of its reach, wherever that is", () => {
    // Reach 2 + 0.3 = 2.3: to 0.001.
    expect(chartOf([0.123456, 0.423456]).value).toEqual([0.123, 0.423]);
    // Reach 4,002: to whole numbers; of a large level the small reach stays.
    expect(chartOf([1_000_000.4, 1_004_000.4]).value).toEqual([1_000_000, 1_004_000]);
    expect(chartOf([1e9 + 0.25, 1e9 + 0.75]).value).toEqual([1e9 + 0.25, 1e9 + 0.75]);
    // Reach 2e9: to a million.
    expect(chartOf([1_234_567_890, 3_234_567_890]).value).toEqual([1_235_000_000, 3_235_000_000]);
  });

  it("stays missing where it is missing, and as it is where nothing can be rounded", () => {
    expect(chartOf([1, null, Number.NaN]).value).toEqual([1, null, null]);
    expect(chartOf([]).value).toEqual([]);
    expect(chartOf([1e300, -1e300]).value).toEqual([1e300, -1e300]);
    expect(chartOf([5e-324]).value[0]).toBeCloseTo(0, 12);
  });

  it("has scores that are cut off, so that none reaches a word that it did not have", () => {
    expect(chartOf([1, 2, 3], [0.49999, 0.5, 0.89999]).score).toEqual([0.4999, 0.5, 0.8999]);
  });
});
