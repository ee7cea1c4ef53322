import { createStreamEngine, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import { describe, expect, it } from "vitest";
import { judgeRecurring } from "./recurring-jobs.ts";

const SEEDS = Array.from({ length: 10 }, (_, seed) => 100 + seed);

describe("jobs that come again, one kind of metrics each", () => {
  it.each([
    ["day", 5 * MINUTE_MS, 30 * MINUTE_MS],
    ["week", 5 * MINUTE_MS, 3 * HOUR_MS],
    ["week", HOUR_MS, 0],
    ["month", 15 * MINUTE_MS, 0],
  ] as const)(
    "every %s at steps of %i ms, %i ms long",
    (period, intervalMs, lengthMs) => {
      const told = judgeRecurring(createStreamEngine(), { period, intervalMs, lengthMs }, SEEDS);
      expect(told.opened / told.runs).toBeLessThanOrEqual(0.1);
      expect(told.missedFound / told.series).toBeGreaterThanOrEqual(0.7);
      expect(told.tripledFound / told.series).toBeGreaterThanOrEqual(0.9);
    },
    120_000,
  );
});
