import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs, instantParam, rangeParam } from "./time-param.ts";

const NOW = Date.UTC(2026, 10, 24, 12);

describe("instantParam", () => {
  it("reads now, lengths before and after it, epoch milliseconds and RFC 3339", () => {
    const cases: [text: string, atMs: number][] = [
      ["now", NOW],
      ["now-24h", NOW - 86_400_000],
      ["now+90s", NOW + 90_000],
      ["now-2w", NOW - 14 * 86_400_000],
      ["now-250ms", NOW - 250],
      ["1764000000000", 1_764_000_000_000],
      ["0", 0],
      ["2026-11-24", Date.UTC(2026, 10, 24)],
      ["2026-11-24T10:00Z", Date.UTC(2026, 10, 24, 10)],
      ["2026-11-24T10:00:00.5+01:00", Date.UTC(2026, 10, 24, 9, 0, 0, 500)],
    ];
    for (const [text, atMs] of cases) expect(instantParam("from", text, NOW), text).toBe(atMs);
  });

  it("reads every instant that toISOString writes", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        (date) => {
          expect(instantParam("from", date.toISOString(), NOW)).toBe(date.getTime());
        },
      ),
    );
  });

  it("refuses instants that no calendar of four digits has, with 422", () => {
    for (const text of [
      "9999999999999999",
      "-9999999999999999",
      "now-999999999w",
      "now+999999999w",
    ]) {
      expect(() => instantParam("to", text, NOW), text).toThrow(
        expect.objectContaining({ code: "invalid_range", status: 422 }),
      );
    }
    expect(instantParam("to", "253402300799999", NOW)).toBe(
      Date.UTC(9999, 11, 31, 23, 59, 59, 999),
    );
  });

  it("refuses epoch seconds and microseconds with 422, and names the unit", () => {
    const units = [
      ["1763985600", "seconds"],
      ["1763985600000000", "microseconds"],
    ] as const;
    for (const [text, unit] of units) {
      expect(() => instantParam("from", text, NOW), text).toThrow(
        expect.objectContaining({ code: "invalid_range", status: 422 }),
      );
      expect(() => instantParam("from", text, NOW), text).toThrow(
        `as epoch ${unit}: 2025-11-24T12:00:00.000Z`,
      );
    }
  });

  it("refuses what is no instant, local times among it, and names the parameter", () => {
    for (const text of [
      "",
      "yesterday",
      "now-",
      "now 1h",
      "2026-11-24T10:00:00",
      "2026-13-01",
      "1e3",
      "NaN",
    ]) {
      expect(() => instantParam("to", text, NOW), text).toThrow(/^\/to: /);
    }
  });
});

describe("rangeParam", () => {
  it("is the last 24 hours where nothing is said, or those before `to`", () => {
    expect(rangeParam({}, NOW)).toEqual({ startMs: NOW - 86_400_000, endMs: NOW });
    expect(rangeParam({ to: "now-1d" }, NOW)).toEqual({
      startMs: NOW - 2 * 86_400_000,
      endMs: NOW - 86_400_000,
    });
  });

  it("refuses a range that is empty, the wrong way round, or longer than 400 days", () => {
    expect(() => rangeParam({ from: "now" }, NOW)).toThrow(/before/);
    expect(() => rangeParam({ from: "now", to: "now-1h" }, NOW)).toThrow(/before/);
    expect(() => rangeParam({ from: "now-401d" }, NOW)).toThrow(/400 days/);
  });
});

describe("durationMs", () => {
  it("counts each unit by hand", () => {
    const cases = [
      ["30s", 30_000],
      ["5m", 300_000],
      ["1h", 3_600_000],
      ["2d", 172_800_000],
      ["0m", 0],
    ] as const;
    for (const [text, ms] of cases) expect(durationMs(text)).toBe(ms);
  });
});
