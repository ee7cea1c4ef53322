import { describe, expect, it } from "vitest";
import { retryAfterMs, retryDelayMs } from "./retry.ts";

describe("retryDelayMs", () => {
  it("doubles from 250 ms, half of it random: attempt 2 waits 500 to 1000 ms", () => {
    expect(retryDelayMs(0, undefined, 0)).toBe(125);
    expect(retryDelayMs(2, undefined, 0)).toBe(500);
    expect(retryDelayMs(2, undefined, 0.5)).toBe(750);
  });

  it("does what Retry-After asks, and never waits longer than 30 s", () => {
    expect(retryDelayMs(0, 4000, 0.9)).toBe(4000);
    expect(retryDelayMs(0, 3_600_000, 0)).toBe(30_000);
    expect(retryDelayMs(50, undefined, 0.999)).toBeLessThanOrEqual(30_000);
  });
});

describe("retryAfterMs", () => {
  it("reads seconds and HTTP dates, and takes a date in the past as now", () => {
    expect(retryAfterMs("3", 0)).toBe(3000);
    const now = Date.parse("Tue, 24 Nov 2026 14:00:00 GMT");
    expect(retryAfterMs("Tue, 24 Nov 2026 14:00:05 GMT", now)).toBe(5000);
    expect(retryAfterMs("Tue, 24 Nov 2026 13:00:00 GMT", now)).toBe(0);
  });

  it("is undefined where the header is absent or unreadable", () => {
    expect(retryAfterMs(null, 0)).toBeUndefined();
    expect(retryAfterMs("", 0)).toBeUndefined();
    expect(retryAfterMs("soon", 0)).toBeUndefined();
  });
});
