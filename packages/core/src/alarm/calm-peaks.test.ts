import { describe, expect, it } from "vitest";
import { DAY_MS } from "../model/time.ts";
import { alarmClock } from "./alarm-clock.ts";
import { ALARM_PROMISE_DAYS } from "./alarm-openings.ts";
import { CALM_PEAKS_LENGTH, stepCalmPeak } from "./calm-peaks.ts";
import { EPISODE_ROW, EPISODE_ROW_LENGTH } from "./episode-tracker.ts";

const PER_DAY = 288;
const CLOCK = alarmClock(DAY_MS / PER_DAY, ALARM_PROMISE_DAYS);
const FROM = 2;

/** A series of points whose values are as far from their level of 0 as their nonconformity says. */
class Calm {
  readonly peaks = new Float64Array(FROM + CALM_PEAKS_LENGTH + 1);
  count = 0;

  /** Evidence of one point. `width` as large as the deviation: nothing is damped. */
  push(signed: number, alarmIsOpen = false, width = Math.abs(signed)): number {
    const row = new Float64Array(EPISODE_ROW_LENGTH);
    row[EPISODE_ROW.nonconformity] = Math.abs(signed);
    const point = { value: signed, count: ++this.count, width, alarmIsOpen };
    return stepCalmPeak(this.peaks, FROM, row, point, CLOCK);
  }

  /** Points of size 2, in turn above and below. */
  pass(days: number): this {
    for (let i = 0; i < days * PER_DAY; i++) this.push(i % 2 === 0 ? 2 : -2);
    return this;
  }
}

describe("stepCalmPeak", () => {
  it("counts what is above calm times, by hand: ten days old, 80 % above, so 10 x 2^2 days", () => {
    const days = new Calm().pass(10).push(3.6);
    expect(days).toBeGreaterThan(40 * 0.99);
    expect(days).toBeLessThan(40 * 1.05);
  });

  it("damps a deviation that is small in the seen range, by hand: half of 45 % of it, squared", () => {
    const large = new Calm().pass(10).push(3.6);
    const small = new Calm().pass(10).push(3.6, false, 3.6 / 0.225);
    expect(small / large).toBeCloseTo(0.25, 3);
  });

  it("finds the second fault of a bad week as strange as the first", () => {
    const calm = new Calm().pass(10);
    const first = calm.push(20);
    for (let i = 0; i < 12; i++) calm.push(20, true);
    const second = calm.pass(1).push(20);
    expect(second).toBeGreaterThan(first);
  });

  it("knows a fault once what it told of has been held back for two weeks", () => {
    const calm = new Calm().pass(10);
    calm.push(20, true);
    expect(calm.pass(13.9).push(20, true)).toBeGreaterThan(100);
    expect(calm.pass(0.2).push(20)).toBeLessThan(0.01);
  });

  it("keeps directions apart", () => {
    const calm = new Calm().pass(5);
    for (let i = 0; i < 20; i++) calm.push(2.1 + i / 10);
    expect(calm.push(4)).toBeLessThan(1);
    expect(calm.push(-4)).toBeGreaterThan(25);
  });

  it("learns at once what raised nothing: it is never strange again", () => {
    const calm = new Calm().pass(5);
    const weak = calm.push(2.2);
    expect(weak).toBeLessThan(0.3 * ALARM_PROMISE_DAYS);
    expect(calm.push(2.2)).toBe(0);
  });

  it("says nothing of the first days, and learns them whole", () => {
    const calm = new Calm().pass(1);
    expect(calm.push(50)).toBe(0);
    expect(calm.pass(5).push(45)).toBe(0);
  });

  it("writes its own numbers only", () => {
    const { peaks } = new Calm().pass(3);
    expect([peaks[0], peaks[1], peaks.at(-1)]).toEqual([0, 0, 0]);
  });
});
