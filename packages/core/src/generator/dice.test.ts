import { describe, expect, it } from "vitest";
import { Dice } from "./dice.ts";

const COUNT = 200_000;
const draw = (dice: Dice, roll: (dice: Dice) => number, count = COUNT) =>
  Float64Array.from({ length: count }, () => roll(dice));
const mean = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("Dice", () => {
  it("repeats itself for the same text and not for another", () => {
    const first = draw(new Dice("a"), (dice) => dice.next(), 100);
    expect(draw(new Dice("a"), (dice) => dice.next(), 100)).toEqual(first);
    expect(draw(new Dice("b"), (dice) => dice.next(), 100)).not.toEqual(first);
  });

  it("goes on from a saved state", () => {
    const dice = new Dice("a");
    const saved = dice.save();
    const next = draw(dice, (one) => one.gaussian(), 50);
    dice.restore(saved);
    expect(draw(dice, (one) => one.gaussian(), 50)).toEqual(next);
  });

  it("draws uniform numbers with mean 1/2 and variance 1/12", () => {
    const values = draw(new Dice("uniform"), (dice) => dice.uniform());
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 3);
  });

  it("draws normal numbers: variance 1, kurtosis 3, and 0.27 % beyond 3", () => {
    const values = draw(new Dice("normal"), (dice) => dice.gaussian());
    expect(Math.abs(mean(values))).toBeLessThan(0.01);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.1);
    const beyond = values.filter((value) => Math.abs(value) > 3).length / COUNT;
    expect(Math.abs(beyond - 0.0027)).toBeLessThan(0.0005);
  });

  it("draws heavy tails: of shape 3, one in 1000 above 9, mean 1/2", () => {
    const values = draw(new Dice("pareto"), (dice) => dice.pareto(3));
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.03);
    const above = values.filter((value) => value > 9).length / COUNT;
    expect(Math.abs(above - 0.001)).toBeLessThan(0.0003);
  });

  it("picks different members, all of them when asked for more", () => {
    const from = [1, 2, 3, 4, 5];
    expect(new Set(new Dice("pick").pick(from, 3)).size).toBe(3);
    expect(new Dice("pick").pick(from, 9).sort()).toEqual(from);
  });
});
