import { describe, expect, it } from "vitest";
import { rampUnderWay } from "./ramp-under-way.ts";

const STEP_MS = 300_000;
const FIRST = 2600;

/** Ten days around 100 with a daily swing; from the 2,600th point on `more` is added. */
function points(more: (k: number) => number, length = FIRST + 144) {
  const timestampsMs = Float64Array.from({ length }, (_, i) => i * STEP_MS);
  const values = timestampsMs.map((_, i) => {
    const usual = 100 + 10 * Math.sin((2 * Math.PI * i) / 288) + Math.sin(i * 12.9898);
    return usual + (i < FIRST ? 0 : more(i - FIRST));
  });
  return { timestampsMs, values, intervalMs: STEP_MS };
}

describe("rampUnderWay", () => {
  it("sees a rise of 12 in half a day while it goes on, since when, and how far it has got", () => {
    const { sinceMs, rise } = rampUnderWay(points((k) => k / 12))!;
    expect(Math.abs(sinceMs / STEP_MS - FIRST)).toBeLessThanOrEqual(12);
    expect(rise).toBeGreaterThan(10);
    expect(rise).toBeLessThan(14);
    expect(rampUnderWay(points((k) => -k / 12))!.rise).toBeLessThan(-10);
  });

  it("is silent about a usual day, a single spike and a drift of weeks", () => {
    expect(rampUnderWay(points(() => 0))).toBeUndefined();
    expect(rampUnderWay(points((k) => (k === 140 ? 60 : 0)))).toBeUndefined();
    const { timestampsMs, values, intervalMs } = points(() => 0);
    const grown = values.map((value, i) => value + i / 100);
    expect(rampUnderWay({ timestampsMs, values: grown, intervalMs })).toBeUndefined();
  });

  it("is silent where there is too little to look at", () => {
    const none = new Float64Array();
    expect(rampUnderWay({ timestampsMs: none, values: none, intervalMs: 1 })).toBeUndefined();
    expect(rampUnderWay(points(() => 0, 10))).toBeUndefined();
  });
});
