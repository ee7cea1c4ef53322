import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimedDaysOf, findings } from "./testing-folds.ts";

const STEP_MS = 300_000;
const DAY_STEPS = 288;

describe("findings", () => {
  it("by hand: budget 10 days, so the second within 30 days needs 10 (1 + 10/30) = 13.33", () => {
    const days = new Float64Array(40 * DAY_STEPS);
    days[100] = 10;
    days[200] = 13.3;
    days[300] = 13.4;
    // 30 days and a step after both openings, the bar is down again.
    days[300 + 30 * DAY_STEPS + 1] = 10;
    expect(findings(days, STEP_MS, 10)).toEqual([100, 300, 300 + 30 * DAY_STEPS + 1]);
  });

  it("keeps one open through ten quiet steps, and not through eleven", () => {
    const days = new Float64Array(100);
    days[0] = 50;
    days[10] = 1000;
    days[20] = 1000;
    days[31] = 1000;
    expect(findings(days, STEP_MS, 30)).toEqual([0, 31]);
  });

  it("opens no more with a larger budget period, whatever the days", () => {
    const column = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 400 });
    fc.assert(
      fc.property(column, (days) => {
        const opened = findings(Float64Array.from(days), STEP_MS, 90);
        for (const step of opened) expect(days[step]).toBeGreaterThanOrEqual(90);
        opened.slice(1).forEach((step, i) => {
          expect(step - opened[i]!).toBeGreaterThan(10);
        });
      }),
    );
  });
});

describe("claimedDaysOf", () => {
  it("by hand: at the first 5-minute step nothing is rarer than once in 50 minutes", () => {
    expect(claimedDaysOf(Float64Array.of(1e-9, Number.NaN), STEP_MS)).toEqual(
      Float64Array.of(50 / 1440, Number.NaN),
    );
  });
});
