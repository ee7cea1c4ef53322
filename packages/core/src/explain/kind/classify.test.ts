import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../model/time.ts";
import { classify } from "./classify.ts";
import type { EventWindow } from "./event-view.ts";
import { findOnset } from "./find-onset.ts";

const MIDNIGHT = 1_699_920_000_000;

/** Even noise without dice: the same on every machine, mean 0, spread about 1. */
function noise(i: number): number {
  return Math.sin(i * 12.9898) + Math.sin(i * 78.233) + Math.sin(i * 37.719);
}

interface Made {
  readonly intervalMs: number;
  readonly days?: number;
  /** Usual value at an hour of the day (0..24). */
  readonly usual?: (hour: number) => number;
  readonly startHour?: number;
  readonly length: number;
  /** Value of the event's k-th point, given what it would have been. */
  readonly event: (usual: number, k: number) => number;
  readonly after?: number;
}

/** `days` of a series with noise 1 around `usual`, then an event at `startHour` of the last day. */
function made({ intervalMs, days = 8, usual = () => 100, startHour = 12, ...rest }: Made) {
  const perDay = DAY_MS / intervalMs;
  const firstIndex = Math.round((days + startHour / 24) * perDay);
  const count = firstIndex + rest.length + (rest.after ?? 0);
  const timestampsMs = Float64Array.from({ length: count }, (_, i) => MIDNIGHT + i * intervalMs);
  const values = timestampsMs.map((atMs, i) => {
    const value = usual(((atMs - MIDNIGHT) % DAY_MS) / 3_600_000) + noise(i);
    const k = i - firstIndex;
    return k >= 0 && k < rest.length ? rest.event(value, k) : value;
  });
  const lastIndex = count - 1;
  return { timestampsMs, values, firstIndex, lastIndex, intervalMs } satisfies EventWindow;
}

const swing = (hour: number) => 100 + 30 * Math.sin((2 * Math.PI * hour) / 24);
const nightly = (hour: number) => (hour >= 2 && hour < 3.5 ? 160 : 100);

describe.each([60_000, 300_000, 3_600_000])("classify at a point every %d ms", (intervalMs) => {
  const hours = (count: number) => Math.max(6, Math.round((count * 3_600_000) / intervalMs));

  it("calls a single high or low point spike or dip, whatever the engine's tail behind it", () => {
    for (const after of [0, 10, 30]) {
      const up = made({ intervalMs, length: 1, after, event: (usual) => usual + 30 });
      const down = made({ intervalMs, length: 1, after, event: (usual) => usual - 30 });
      expect(classify(up)).toMatchObject({ kind: "spike", label: "spike" });
      expect(classify(down)).toMatchObject({ kind: "dip", label: "spike" });
    }
  });

  it("calls a lasting change of level a shift, with and without a daily swing", () => {
    for (const usual of [() => 100, swing]) {
      const up = made({ intervalMs, usual, length: hours(8), event: (value) => value + 20 });
      const down = made({ intervalMs, usual, length: hours(8), event: (value) => value - 20 });
      expect(classify(up)).toMatchObject({ kind: "shift_up", label: "trend" });
      expect(classify(down)).toMatchObject({ kind: "shift_down", label: "trend" });
    }
  });

  it("calls a slow ramp a trend, also when it has ended by now", () => {
    const length = hours(16);
    for (const after of [0, 10]) {
      const ramp = made({ intervalMs, length, after, event: (v, k) => v + (40 * k) / length });
      expect(classify(ramp).kind).toBe("trend");
    }
  });

  it("calls a value that does not move any more a flatline", () => {
    const stuck = made({ intervalMs, length: hours(8), event: () => 101 });
    const sinceMs = stuck.timestampsMs[stuck.firstIndex]!;
    const said = { kind: "flatline", label: "trend", stuckAt: 101, sinceMs };
    expect(classify(stuck)).toMatchObject(said);
  });

  it("calls the same level with larger steps variance", () => {
    const length = hours(10);
    const restless = made({ intervalMs, length, event: (v, k) => 100 + 8 * (v - 100) + k * 0 });
    expect(classify(restless)).toMatchObject({ kind: "variance", label: "spike" });
  });

  it("calls an event without values missing", () => {
    const gone = made({ intervalMs, length: 8, event: () => Number.NaN });
    expect(classify(gone).kind).toBe("missing");
  });
});

describe.each([60_000, 300_000])(
  "classify on daily habits at a point every %d ms",
  (intervalMs) => {
    const hours = (count: number) => Math.round((count * 3_600_000) / intervalMs);

    it("calls a nightly job that does not run a missed peak, not a dip or a shift", () => {
      const length = hours(1.5);
      const event = (value: number) => value - 60;
      for (const after of [0, hours(0.25)]) {
        const missed = made({ intervalMs, usual: nightly, startHour: 2, length, after, event });
        expect(classify(missed)).toMatchObject({ label: "seasonal", missedPeak: true });
      }
    });

    it("calls a failure in the midst of the nightly job no missed peak", () => {
      const fall = made({
        intervalMs,
        usual: nightly,
        startHour: 2.75,
        length: hours(0.75),
        event: (value) => value - 60,
      });
      expect(classify(fall).missedPeak).toBe(false);
    });

    it("calls the values of another hour seasonal", () => {
      const late = made({
        intervalMs,
        usual: swing,
        startHour: 4,
        length: hours(12),
        event: (value, k) =>
          value - swing(4 + (k * 12) / hours(12)) + swing(16 + (k * 12) / hours(12)),
      });
      expect(classify(late)).toMatchObject({ label: "seasonal", missedPeak: false });
    });

    it("calls a shift of 10 points a shift at five minutes, where it lasts 50", () => {
      const shift = made({ intervalMs: 300_000, length: 10, event: (value) => value + 20 });
      expect(classify(shift).kind).toBe("shift_up");
    });
  },
);

describe("classify", () => {
  it("knows hours by the clock, not by the count of points: a gap of 5 days changes nothing", () => {
    const whole = made({
      intervalMs: 300_000,
      usual: nightly,
      startHour: 2,
      length: 18,
      event: (value) => value - 60,
    });
    const keep = (_: number, i: number) => i < 300 || i >= 300 + 3 * 288 - 77;
    const gapped: EventWindow = {
      ...whole,
      timestampsMs: whole.timestampsMs.filter(keep),
      values: whole.values.filter(keep),
      firstIndex: whole.firstIndex - (3 * 288 - 77),
      lastIndex: whole.lastIndex - (3 * 288 - 77),
    };
    expect(classify(gapped).missedPeak).toBe(true);
  });

  it("answers on any history, however short, gappy or constant, and leaves its columns as they were", () => {
    const value = fc.oneof(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.constantFrom(0, 1, 1, Number.NaN),
    );
    const interval = fc.constantFrom(1000, 60_000, 300_000, 3_600_000, DAY_MS);
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.nat(),
        fc.nat(),
        interval,
        (list, a, b, intervalMs) => {
          const values = Float64Array.from(list);
          const timestampsMs = values.map((_, i) => MIDNIGHT + i * intervalMs);
          const [firstIndex, lastIndex] = [a % list.length, b % list.length].sort((x, y) => x - y);
          const before = values.slice();
          const window = { timestampsMs, values, intervalMs };
          const said = classify({ ...window, firstIndex: firstIndex!, lastIndex: lastIndex! });
          expect(said.kind).not.toBe("normal");
          expect(values).toEqual(before);
        },
      ),
    );
  });

  it("does not care about the unit: twice the values and 64 more give the same kind", () => {
    for (const length of [1, 30, 300, 900]) {
      const event = made({ intervalMs: 60_000, length, event: (v, k) => v + 15 + (k % 5) });
      const moved = { ...event, values: event.values.map((value) => 2 * value + 64) };
      expect(classify(moved).kind).toBe(classify(event).kind);
    }
  });
});

describe("findOnset", () => {
  it("walks back while nonconformity stays above 1.6, over missing points", () => {
    const s = Float64Array.of(1, 2, 1.5, 1.7, Number.NaN, 3, 9);
    expect(findOnset(s, 6)).toBe(3);
    expect(findOnset(Float64Array.of(1, Number.NaN, 9), 2)).toBe(2);
    expect(findOnset(Float64Array.of(9), 0)).toBe(0);
  });

  it("goes at most 400 points", () => {
    expect(findOnset(new Float64Array(1000).fill(5), 900)).toBe(500);
  });
});
