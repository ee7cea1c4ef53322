import { describe, expect, it } from "vitest";
import { eventEndIndex } from "./event-end.ts";

const STEP_MS = 300_000;

describe("eventEndIndex", () => {
  it("by hand: a shift of 30 points that is looked at for 50 ends at its 30th", () => {
    const values = Float64Array.from(
      { length: 400 },
      (_, i) => (i % 2) + (i >= 300 && i < 330 ? 20 : 0),
    );
    expect(eventEndIndex(window(values, 300, 349))).toBe(329);
  });

  it("leaves an event alone that lasts, and one in which nothing stands out", () => {
    const lasting = Float64Array.from({ length: 400 }, (_, i) => (i % 2) + (i >= 300 ? 20 : 0));
    expect(eventEndIndex(window(lasting, 300, 349))).toBe(349);
    const calm = Float64Array.from({ length: 400 }, (_, i) => i % 2);
    expect(eventEndIndex(window(calm, 300, 349))).toBe(349);
  });

  it("counts points, not known values: missing ones keep their place", () => {
    const values = Float64Array.from(
      { length: 400 },
      (_, i) => (i % 2) + (i >= 300 && i < 330 ? 20 : 0),
    );
    values[310] = Number.NaN;
    expect(eventEndIndex(window(values, 300, 349))).toBe(329);
  });
});

function window(values: Float64Array, firstIndex: number, lastIndex: number) {
  const timestampsMs = values.map((_, i) => i * STEP_MS);
  return { timestampsMs, values, firstIndex, lastIndex, intervalMs: STEP_MS };
}
