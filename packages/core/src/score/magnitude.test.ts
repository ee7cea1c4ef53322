import { describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "../model/time.ts";
import { confidenceOf } from "./confidence.ts";
import { magnitudeOf } from "./magnitude.ts";

describe("magnitudeOf", () => {
  it("by hand: 93 against 37.5 -+ 2.5 is 55.5 / 2.5 = 22.2 scales away", () =>
    expect(magnitudeOf({ value: 93, level: 37.5, scale: 2.5 })).toBeCloseTo(22.2, 2));

  it("is 100,000 without any spread, whatever the level is", () => {
    expect(magnitudeOf({ value: 21, level: 20, scale: 0 })).toBeCloseTo(1e5, 6);
    expect(magnitudeOf({ value: 1.7e9 + 10_800, level: 1.7e9, scale: 0 })).toBeCloseTo(1e5, 6);
  });

  it("does not depend on the metric's unit", () => {
    const small = magnitudeOf({ value: 21, level: 20, scale: 0.3 });
    expect(magnitudeOf({ value: 21e-15, level: 20e-15, scale: 3e-16 })).toBeCloseTo(small, 6);
    expect(magnitudeOf({ value: 21_000, level: 20_000, scale: 300 })).toBeCloseTo(small, 6);
  });

  it("is 0 where nothing is known, as in a silence", () => {
    const { NaN: none } = Number;
    expect(magnitudeOf({ value: none, level: 20, scale: 1 })).toBe(0);
    expect(magnitudeOf({ value: 21, level: none, scale: none })).toBe(0);
    expect(magnitudeOf({ value: 21, level: 20, scale: none })).toBe(0);
  });
});

it("confidence is full after three days of points, and a third after one", () => {
  expect(confidenceOf(DAY_MS / MINUTE_MS, MINUTE_MS)).toBeCloseTo(1 / 3, 12);
  expect(confidenceOf((4 * DAY_MS) / MINUTE_MS, MINUTE_MS)).toBe(1);
});
