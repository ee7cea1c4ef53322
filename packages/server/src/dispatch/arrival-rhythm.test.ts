import { MINUTE_MS, SECOND_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { ArrivalRhythm } from "./arrival-rhythm.ts";

const START = Date.UTC(2026, 10, 24);

/** Rounds of points, each of many series whose stamps are a little apart, one after the other. */
function rounds(everyMs: number, count: number, seriesCount: number): number {
  const rhythm = new ArrivalRhythm();
  let newestMs = Number.NEGATIVE_INFINITY;
  for (let round = 1; round <= count; round++) {
    const nowMs = START + round * everyMs;
    for (let k = 0; k < seriesCount; k++) {
      const atMs = nowMs - seriesCount + k;
      rhythm.came(atMs, newestMs, nowMs);
      newestMs = Math.max(newestMs, atMs);
    }
  }
  return rhythm.usualLagMs;
}

describe("the lag that a tenant is used to", () => {
  it.each([1, 20, 500])(
    "is the pause between its rounds, however many series with stamps of their own one brings: %i",
    (seriesCount) => {
      const lagMs = rounds(10 * MINUTE_MS, 12, seriesCount);
      expect(Math.abs(lagMs - 10 * MINUTE_MS)).toBeLessThan(SECOND_MS);
    },
  );

  it("is the time between two points of a sender that brings each at once", () => {
    expect(rounds(15 * SECOND_MS, 100, 3)).toBeCloseTo(15 * SECOND_MS, -2);
  });

  it("is not that of one outage among them", () => {
    const rhythm = new ArrivalRhythm();
    for (const at of [1, 2, 3, 4, 90, 91, 92].map((minute) => START + minute * MINUTE_MS)) {
      rhythm.came(at, at - (at === START + 90 * MINUTE_MS ? 86 : 1) * MINUTE_MS, at);
    }
    expect(rhythm.usualLagMs).toBe(MINUTE_MS);
  });
});
