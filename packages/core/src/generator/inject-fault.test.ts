import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../model/time.ts";
import { Dice } from "./dice.ts";
import { type GeneratedSeries, generateSeries } from "./generate-series.ts";
import { FAULT_KINDS, type FaultKind, injectFault } from "./inject-fault.ts";

const series = generateSeries({ kind: "cpu", seed: "fault", days: 12, intervalMs: MINUTE_MS });

/** A flat line: unit = its noise, so that sizes can be read off. */
const flat: GeneratedSeries = { ...series, noiseSize: 2, values: series.values.map(() => 10) };

function injected(of: GeneratedSeries, fault: FaultKind) {
  return injectFault(of, fault, new Dice(`dice ${fault}`), 8);
}

describe("injectFault", () => {
  it.each(FAULT_KINDS)(
    "%s changes what it labels and nothing else, and leaves the series alone",
    (fault) => {
      const before = series.values.slice();
      const { values, labels, firstIndex, lastIndex } = injected(series, fault);
      expect(series.values).toEqual(before);
      expect(firstIndex).toBeGreaterThanOrEqual(Math.floor(0.6 * values.length));
      expect(lastIndex).toBeLessThan(values.length);
      values.forEach((value, i) => {
        const inside = i >= firstIndex && i <= lastIndex;
        expect(labels[i]).toBe(inside ? 1 : 0);
        if (!inside) expect(value).toBe(before[i]);
      });
      const part = values.subarray(firstIndex, lastIndex + 1);
      expect(part.some((value, i) => !Object.is(value, before[firstIndex + i]))).toBe(true);
    },
  );

  it("sizes are in units of noise: at noise 2 and size 8 a spike adds 16, a shift 12, a trend ends at 24", () => {
    const at = (fault: FaultKind, where: "firstIndex" | "lastIndex") => {
      const one = injected(flat, fault);
      return one.values[one[where]];
    };
    expect(at("spike", "firstIndex")).toBeCloseTo(26, 6);
    expect(at("dip", "firstIndex")).toBeCloseTo(-6, 6);
    expect(at("shift_up", "lastIndex")).toBeCloseTo(22, 6);
    expect(at("shift_down", "lastIndex")).toBeCloseTo(-2, 6);
    expect(at("trend", "firstIndex")).toBeCloseTo(10, 6);
    expect(at("trend", "lastIndex")).toBeCloseTo(34, 6);
    expect(at("missing", "firstIndex")).toBeNaN();
  });

  it("a seasonal fault is the course of three and a half days ago", () => {
    const { values, firstIndex, lastIndex } = injected(series, "seasonal");
    const ago = 3.5 * 24 * 60;
    for (let i = firstIndex; i <= lastIndex; i++) expect(values[i]).toBe(series.values[i - ago]);
  });

  it("works at coarse sampling too, where a fault may reach the end", () => {
    const hourly = generateSeries({ kind: "temp", seed: "h", days: 60, intervalMs: HOUR_MS });
    const { lastIndex } = injectFault(hourly, "shift_up", new Dice("late"), 8);
    expect(lastIndex).toBeLessThan(hourly.values.length);
  });
});
