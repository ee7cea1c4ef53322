import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { LATEST, LATEST_LENGTH } from "../partition/protocol.ts";
import { TooCostly } from "../platform/platform-errors.ts";
import { affordable, windowGrid } from "./window-grid.ts";

const NOON = Date.UTC(2026, 10, 24, 12);

describe("the grid of a window ranking", () => {
  it("is the tenant's own, with 1,440 steps before the range, up to a week of minutes at 240 series", () => {
    const range = { startMs: NOON - 7 * DAY_MS, endMs: NOON };
    expect(windowGrid(range, MINUTE_MS, 240)).toEqual({
      startMs: range.startMs - 1440 * MINUTE_MS,
      endMs: NOON,
      windowMs: range.startMs,
      rowMs: MINUTE_MS,
      rows: 8 * 1440,
      steps: 1,
    });
  });

  it("never has more than 3 million cells or 25,000 rows, whatever is asked, and covers the range", () => {
    const asked = fc.record({
      rangeMs: fc.integer({ min: 1, max: 400 * DAY_MS }),
      stepMs: fc.integer({ min: 1000, max: DAY_MS }),
      columns: fc.integer({ min: 1, max: 240 }),
    });
    fc.assert(
      fc.property(asked, ({ rangeMs, stepMs, columns }) => {
        const grid = windowGrid({ startMs: NOON - rangeMs, endMs: NOON }, stepMs, columns);
        expect(grid.rows * columns).toBeLessThanOrEqual(3_000_000);
        expect(grid.rows).toBeLessThanOrEqual(25_000);
        expect(grid.startMs + grid.rows * grid.rowMs).toBeGreaterThanOrEqual(NOON);
        expect(grid.windowMs).toBe(grid.startMs + 1440 * grid.rowMs);
        expect(grid.windowMs).toBeLessThanOrEqual(NOON - rangeMs);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("series that one ranking can afford", () => {
  const seriesOf = (count: number, intervalMs: number) => {
    const all = new SeriesDirectory(1);
    return Array.from({ length: count }, (_, n) => {
      const key = { tenantId: "acme", clusterId: "eu", nodeId: `n${n}`, metricName: "cpu" };
      const info = all.add(key, {});
      const latest = new Float64Array(LATEST_LENGTH);
      latest[LATEST.firstMs] = NOON - 400 * DAY_MS;
      latest[LATEST.atMs] = NOON;
      latest[LATEST.intervalMs] = intervalMs;
      latest[LATEST.pointCount] = (400 * DAY_MS) / intervalMs;
      return all.update(info.handle, latest, 0);
    });
  };

  it("are all where their points are few, and the first ones where all would be 5 million points", () => {
    const day = windowGrid({ startMs: NOON - DAY_MS, endMs: NOON }, MINUTE_MS, 240);
    expect(affordable(seriesOf(240, MINUTE_MS), day)).toHaveLength(240);
    const seconds = affordable(seriesOf(240, SECOND_MS), day);
    expect(seconds).toHaveLength(Math.floor(5e6 / ((2 * DAY_MS) / SECOND_MS)));
  });

  it("by hand: a day at a second's grid and 6 hours of history afford more of them", () => {
    const range = { startMs: NOON - 6 * HOUR_MS, endMs: NOON };
    const grid = windowGrid(range, SECOND_MS, 240);
    const points = (NOON - grid.startMs) / SECOND_MS;
    expect(affordable(seriesOf(240, SECOND_MS), grid)).toHaveLength(Math.floor(5e6 / points));
  });

  it("are refused with a shorter range where fewer than twelve could be compared", () => {
    const range = { startMs: NOON - 90 * DAY_MS, endMs: NOON };
    const series = seriesOf(240, SECOND_MS);
    const grid = windowGrid(range, SECOND_MS, 240);
    const refused = () => affordable(series, grid);
    expect(refused).toThrow(TooCostly);
    expect(refused).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/ask for \d+ day/) }),
    );
  });
});
