import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR_MS } from "../format/time.ts";
import {
  absoluteRange,
  askedRange,
  isTimeToken,
  laneStep,
  presetLabel,
  RANGE_PRESETS,
  resolveRange,
  resolveToken,
  zoomOut,
} from "./time-range.ts";

const NOW = Date.parse("2026-11-24T14:22:05Z");
const instant = fc.integer({ min: 0, max: NOW });

describe("time tokens", () => {
  it("mean what they say: now-6h is six hours before now", () => {
    expect(resolveToken("now", NOW)).toBe(NOW);
    expect(resolveToken("now-6h", NOW)).toBe(NOW - 6 * HOUR_MS);
    expect(resolveToken("now-7d", NOW)).toBe(NOW - 168 * HOUR_MS);
    expect(resolveToken("2026-11-24T14:00:00Z", NOW)).toBe(NOW - 22 * 60_000 - 5000);
  });

  it.each(["", "now-", "now+1h", "now-1y", "now-0h", "14:00", "2026-13-40T99:00Z", "1764"])(
    "does not take %j for one",
    (text) => {
      expect(isTimeToken(text)).toBe(false);
      expect(resolveToken(text, NOW)).toBeNaN();
    },
  );

  it("gives the last 24 hours where the range is empty or turned round", () => {
    const day = { startMs: NOW - 24 * HOUR_MS, endMs: NOW };
    expect(resolveRange({ from: "now", to: "now-1h" }, NOW)).toEqual(day);
    expect(resolveRange({ from: "now", to: "now" }, NOW)).toEqual(day);
  });

  it("writes fixed instants that hold the whole range, to the second", () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 1e9 }), (startMs, lengthMs) => {
        const range = { startMs, endMs: startMs + lengthMs };
        const back = resolveRange(absoluteRange(range), NOW);
        expect(back.startMs).toBeLessThanOrEqual(range.startMs);
        expect(back.endMs).toBeGreaterThanOrEqual(range.endMs);
        expect(back.endMs - back.startMs).toBeLessThan(lengthMs + 2001);
      }),
    );
  });
});

describe("zoomOut", () => {
  it("doubles a range in the past around its middle", () => {
    const middle = NOW - 100 * HOUR_MS;
    const range = { startMs: middle - HOUR_MS, endMs: middle + HOUR_MS };
    const out = resolveRange(zoomOut(range, NOW), NOW);
    expect(out).toEqual(
      resolveRange(
        absoluteRange({ startMs: middle - 2 * HOUR_MS, endMs: middle + 2 * HOUR_MS }),
        NOW,
      ),
    );
  });

  it("goes from one preset to the next when it touches now, and stays at the longest", () => {
    const presets = RANGE_PRESETS.map(({ from }) => from);
    let from = presets[0]!;
    const seen = [from];
    for (let i = 0; i < 8; i++) {
      from = zoomOut(resolveRange({ from, to: "now" }, NOW), NOW).from;
      seen.push(from);
    }
    expect([...new Set(seen)]).toEqual(presets);
    expect(seen.at(-1)).toBe("now-28d");
  });
});

describe("presetLabel", () => {
  it("names presets and nothing else", () => {
    expect(presetLabel({ from: "now-6h", to: "now" })).toBe("Last 6 h");
    expect(presetLabel({ from: "now-6h", to: "now-1h" })).toBeNull();
    expect(presetLabel({ from: "now-5h", to: "now" })).toBeNull();
  });
});

describe("laneStep", () => {
  it("takes 5 minutes for a day, 30 for a week, 2 hours for four weeks at 336 cells", () => {
    const last = (hours: number) => ({ startMs: NOW - hours * HOUR_MS, endMs: NOW });
    expect(laneStep(last(24), 336).word).toBe("5m");
    expect(laneStep(last(168), 336).word).toBe("30m");
    expect(laneStep(last(672), 336).word).toBe("2h");
    expect(laneStep(last(24 * 3650), 336).word).toBe("1d");
  });
});

describe("the range that is asked for", () => {
  it("moves on in whole steps by hand: a day / 360 = 240 s, so 14:22:05 and 14:23:59 both ask to 14:24", () => {
    const asked = askedRange({ from: "now-24h", to: "now" }, NOW);
    expect(asked.endMs).toBe(Date.parse("2026-11-24T14:24:00Z"));
    expect(asked.endMs - asked.startMs).toBe(24 * HOUR_MS);
    expect(askedRange({ from: "now-24h", to: "now" }, NOW + 114_000)).toEqual(asked);
    expect(askedRange({ from: "now-24h", to: "now" }, NOW + 116_000)).not.toEqual(asked);
  });

  it("never ends before now, nor later than a 360th of itself, ten seconds at least", () => {
    fc.assert(
      fc.property(fc.constantFrom(...RANGE_PRESETS), instant, ({ from }, nowMs) => {
        const { startMs, endMs } = askedRange({ from, to: "now" }, nowMs);
        expect(endMs).toBeGreaterThanOrEqual(nowMs);
        expect(endMs - nowMs).toBeLessThan(Math.max(10_000, (endMs - startMs) / 360) + 1);
      }),
    );
  });

  it("leaves fixed instants as they are", () => {
    const fixed = { from: "2026-11-24T14:00:00Z", to: "2026-11-24T15:00:00Z" };
    expect(askedRange(fixed, NOW)).toEqual(resolveRange(fixed, NOW));
  });
});
