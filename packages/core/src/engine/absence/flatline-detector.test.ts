import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLATLINE_STATE_LENGTH, FlatlineDetector, guardPointsMin } from "./flatline-detector.ts";

const MINUTE = 60_000;
const DAY_POINTS = 1440;

/** Pushes the values minute by minute from `from` on and gives each p. */
function fold(detector: FlatlineDetector, values: readonly number[], from = 0): number[] {
  return values.map((value, i) => detector.push((from + i) * MINUTE, value));
}

/** 0, 1, 2, ... : never two equal neighbours. */
const moving = (count: number) => Array.from({ length: count }, (_, i) => 100 + (i % 17));
const stuck = (count: number, value = 42) => new Array<number>(count).fill(value);

describe("FlatlineDetector", () => {
  it("speaks from the 15th equal value at one minute, claiming at most 10 times its age, by hand: 516 values, so p = 1 / 5160", () => {
    const detector = new FlatlineDetector(MINUTE);
    const p = fold(detector, [...moving(500), ...stuck(30)]);
    expect(p.findIndex((value) => !Number.isNaN(value))).toBe(515);
    expect(p[515]).toBeCloseTo(1 / 5160, 12);
    expect(detector.stuckSinceMs).toBe(500 * MINUTE);
    expect(detector.stuckValue).toBe(42);
    expect(detector.runPoints).toBe(29);
  });

  it("needs 15 points at one minute, 6 at five minutes and slower, 90 at ten seconds and faster", () => {
    const intervals = [1000, 10_000, 60_000, 120_000, 300_000, 3_600_000];
    expect(intervals.map(guardPointsMin)).toEqual([90, 90, 15, 8, 6, 6]);
  });

  it("asks for more than twice the longest run of the last days and 5 more: 20 before, so 45", () => {
    const detector = new FlatlineDetector(MINUTE);
    fold(detector, [...moving(400), ...stuck(21), ...moving(100)]);
    const p = fold(detector, stuck(60, 7), 521);
    expect(p.findIndex((value) => !Number.isNaN(value))).toBe(45);
  });

  it("has no opinion on constants, on young series and on series that hardly ever change", () => {
    const young = [...moving(20), ...stuck(30)];
    const rare = [...stuck(2000), 43, ...stuck(3000), 41, ...stuck(9000)];
    for (const values of [stuck(20_000, 8), young, rare]) {
      expect(fold(new FlatlineDetector(MINUTE), values).every(Number.isNaN)).toBe(true);
    }
  });

  it("stays quiet when a counter returns to the 0 on which it rested before a week of trouble", () => {
    const detector = new FlatlineDetector(MINUTE);
    const burst = () => [...moving(30), ...stuck(6 * 60, 0)];
    const calm = Array.from({ length: 12 }, burst).flat();
    fold(detector, [...calm, ...moving(8 * DAY_POINTS)]);
    const from = calm.length + 8 * DAY_POINTS;
    expect(fold(detector, stuck(9 * 60, 0), from).every(Number.isNaN)).toBe(true);
    const away = [...moving(7 * DAY_POINTS), ...stuck(60, 77)];
    expect(fold(detector, away, from + 9 * 60).some((p) => p < 1e-4)).toBe(true);
  });

  it("neither breaks nor lengthens a run at a missing point", () => {
    const detector = new FlatlineDetector(MINUTE);
    fold(detector, [...moving(500), ...stuck(10), Number.NaN, Number.NaN, ...stuck(5)]);
    expect(detector.runPoints).toBe(14);
  });

  it("accepts a value that has stayed for more than 3 days", () => {
    const p = fold(new FlatlineDetector(MINUTE), [...moving(500), ...stuck(4 * DAY_POINTS)]);
    expect(p[500 + 3 * DAY_POINTS]).toBeLessThan(1e-4);
    expect(p[500 + 3 * DAY_POINTS + 1]).toBeNaN();
  });

  it("takes tiny steps for equal relative to the typical size, but not a slow climb", () => {
    const near = moving(200).map((value) => 1e6 * value);
    const jitter = Array.from({ length: 40 }, (_, i) => 42e6 + (i % 2));
    expect(fold(new FlatlineDetector(MINUTE), [...near, ...jitter]).some((p) => p < 1e-3)).toBe(
      true,
    );
    const climb = Array.from({ length: 400 }, (_, i) => 42e6 + 40 * i);
    expect(fold(new FlatlineDetector(MINUTE), [...near, ...climb]).every(Number.isNaN)).toBe(true);
  });

  const history = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 400 });

  it("finds a longer run never more likely than a shorter one", () => {
    fc.assert(
      fc.property(history, (before) => {
        const p = fold(new FlatlineDetector(MINUTE), [...before, ...stuck(400)]);
        const spoken = p.slice(before.length).filter((value) => !Number.isNaN(value));
        for (let i = 1; i < spoken.length; i++) {
          expect(spoken[i]).toBeLessThanOrEqual(spoken[i - 1]!);
        }
      }),
    );
  });

  it("goes on from saved bytes as if nothing had happened, wherever it is cut, also in a slab", () => {
    fc.assert(
      fc.property(history, fc.nat(400), (values, at) => {
        const all = [...values, ...stuck(60)];
        const cut = Math.min(at, all.length);
        const whole = fold(new FlatlineDetector(MINUTE), all);
        const first = new FlatlineDetector(MINUTE);
        const before = fold(first, all.slice(0, cut));
        const slab = new Float64Array(2 * FLATLINE_STATE_LENGTH);
        const second = new FlatlineDetector(MINUTE, slab.subarray(FLATLINE_STATE_LENGTH));
        second.restore(first.save());
        expect([...before, ...fold(second, all.slice(cut), cut)]).toEqual(whole);
      }),
    );
    expect(() => new FlatlineDetector(MINUTE).restore(new Uint8Array(9))).toThrow(/cannot be read/);
  });
});
