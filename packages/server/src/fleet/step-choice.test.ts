import { DAY_MS, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { GridWatch, otherGrid, type SampledSeries } from "./step-choice.ts";

const NOW = Date.UTC(2026, 10, 24);
const shown = (count: number, intervalMs: number, over: Partial<SampledSeries> = {}) =>
  Array.from({ length: count }, () => ({ intervalMs, pointCount: 200, lastMs: NOW, ...over }));

describe("the grid of a tenant is another one", () => {
  it("where two thirds of what comes is finer or coarser", () => {
    expect(otherGrid([...shown(2, HOUR_MS), ...shown(4, 15_000)], HOUR_MS, NOW)).toBe(15_000);
    expect(otherGrid([...shown(3, HOUR_MS), ...shown(4, 15_000)], HOUR_MS, NOW)).toBeUndefined();
    expect(otherGrid([...shown(1, 15_000), ...shown(9, MINUTE_MS)], 15_000, NOW)).toBe(MINUTE_MS);
    expect(otherGrid(shown(5, 61_000), MINUTE_MS, NOW)).toBeUndefined();
  });

  it("and not for series that are young, or do not come any more", () => {
    const old = shown(2, HOUR_MS);
    expect(
      otherGrid([...old, ...shown(9, 15_000, { pointCount: 30 })], HOUR_MS, NOW),
    ).toBeUndefined();
    const gone = shown(9, 15_000, { lastMs: NOW - 2 * DAY_MS });
    expect(otherGrid([...old, ...gone], HOUR_MS, NOW)).toBeUndefined();
    expect(otherGrid([], HOUR_MS, NOW)).toBeUndefined();
  });

  it("only after three looks in a row, an hour apart", () => {
    const watch = new GridWatch();
    const ask = (hour: number, intervalMs: number) =>
      watch.outgrown(
        shown(3, intervalMs, { lastMs: NOW + hour * HOUR_MS }),
        HOUR_MS,
        NOW + hour * HOUR_MS,
      );
    const wanted = [MINUTE_MS, MINUTE_MS, HOUR_MS, MINUTE_MS, MINUTE_MS].map((one, k) =>
      ask(k, one),
    );
    expect(wanted).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(ask(4.5, MINUTE_MS)).toBeUndefined();
    expect(ask(5, MINUTE_MS)).toBe(MINUTE_MS);
  });
});
