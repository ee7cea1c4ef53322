import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { Dice } from "./dice.ts";
import { generateSeries } from "./generate-series.ts";
import { injectSeveral, type SeveralPlan } from "./inject-several.ts";

const INTERVAL_MS = 5 * MINUTE_MS;
const HOUR_POINTS = 12;
const plan: SeveralPlan = {
  count: 6,
  healthyDays: 4,
  pausesMs: [8 * HOUR_MS, 26 * HOUR_MS],
  sizes: [12, 30],
};
const healthy = generateSeries({ kind: "cpu", seed: "several", days: 13, intervalMs: INTERVAL_MS });

describe("injectSeveral", () => {
  it("puts every fault after the healthy days and its pause, and leaves all else as it was", () => {
    const { values, faults } = injectSeveral(healthy, plan, new Dice("several"));
    expect(faults.length).toBe(6);
    const changed = values.map((value, i) => (value === healthy.values[i] ? 0 : 1));
    let end = 4 * 24 * HOUR_POINTS - 1;
    for (const { firstIndex, lastIndex } of faults) {
      const pause = (firstIndex - end - 1) / HOUR_POINTS;
      expect(pause).toBeGreaterThanOrEqual(8);
      expect(pause).toBeLessThanOrEqual(26);
      expect(changed.subarray(firstIndex, lastIndex + 1)).toContain(1);
      changed.fill(0, firstIndex, lastIndex + 1);
      end = lastIndex;
    }
    expect(changed).not.toContain(1);
  });

  it("gives the same for the same seed, something else for another, and does not touch the series", () => {
    const before = healthy.values.slice();
    const once = injectSeveral(healthy, plan, new Dice("a"));
    expect(injectSeveral(healthy, plan, new Dice("a"))).toEqual(once);
    expect(injectSeveral(healthy, plan, new Dice("b"))).not.toEqual(once);
    expect(healthy.values).toEqual(before);
  });

  it("refuses a series that is too short for its faults", () => {
    expect(() => injectSeveral(healthy, { ...plan, count: 60 }, new Dice("a"))).toThrow(/short/);
  });
});
