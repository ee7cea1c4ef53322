import { describe, expect, it } from "vitest";
import { Dice } from "./dice.ts";
import { autoregressive, gaussians, heavyShock, poisson } from "./random-laws.ts";

const COUNT = 200_000;
const mean = (values: Float64Array) => values.reduce((sum, one) => sum + one, 0) / values.length;
const variance = (values: Float64Array) => {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
};

describe("random laws", () => {
  it.each([0.3, 4, 9.99, 10, 35, 800])("poisson(%d) has that mean and that variance", (wanted) => {
    const dice = new Dice(`poisson ${wanted}`);
    const drawn = Float64Array.from({ length: COUNT }, () => poisson(dice, wanted));
    const error = 5 * Math.sqrt(wanted / COUNT);
    expect(Math.abs(mean(drawn) - wanted)).toBeLessThan(error);
    expect(Math.abs(variance(drawn) / wanted - 1)).toBeLessThan(0.03);
    expect(drawn.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  });

  it("poisson has the right share of zeros, exp(-mean), below and above the change of method", () => {
    for (const wanted of [0.3, 3, 10]) {
      const dice = new Dice(`zeros ${wanted}`);
      let zeros = 0;
      for (let i = 0; i < COUNT; i++) if (poisson(dice, wanted) === 0) zeros++;
      const promised = COUNT * Math.exp(-wanted);
      expect(Math.abs(zeros - promised)).toBeLessThan(5 * Math.sqrt(promised) + 5);
    }
    expect(poisson(new Dice("none"), 0)).toBe(0);
  });

  it("heavy shocks: half of them within 0.4416 (the quartile of t(3) over sqrt 3), 1 % beyond 3.372", () => {
    const dice = new Dice("heavy");
    const drawn = Float64Array.from({ length: COUNT }, () => Math.abs(heavyShock(dice)));
    const within = drawn.filter((value) => value < 0.7648923 / Math.sqrt(3)).length / COUNT;
    const beyond = drawn.filter((value) => value > 5.8409 / Math.sqrt(3)).length / COUNT;
    expect(Math.abs(within - 0.5)).toBeLessThan(0.006);
    expect(Math.abs(beyond - 0.01)).toBeLessThan(0.0012);
  });

  it("autoregressive noise has the size and the memory asked for", () => {
    const noise = autoregressive(gaussians(new Dice("ar"), COUNT), 0.9, 3);
    expect(Math.sqrt(variance(noise))).toBeCloseTo(3, 0);
    const products = noise.subarray(1).map((value, i) => value * noise[i]!);
    expect(mean(products) / variance(noise)).toBeCloseTo(0.9, 1);
  });
});
