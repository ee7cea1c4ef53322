import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLUSTER_LAW,
  INCIDENT_NUMBERS,
  learnIncident,
  SERIES_LAW,
  secondLook,
} from "./incident-tail.ts";

const QUIET = Array(20).fill(0.5);

/** Feeds p of points; gives what the last one was looked upon as. */
function fed(
  points: readonly number[],
  numbers = new Float64Array(INCIDENT_NUMBERS),
  law = SERIES_LAW,
): number {
  let last = Number.NaN;
  for (const p of points) {
    last = secondLook(p, numbers, 0, law);
    learnIncident(p, numbers, 0);
  }
  return last;
}

/** `count` incidents of one point each, all peaking at the same excess, twenty quiet points apart. */
function incidents(count: number, excess: number): number[] {
  return Array.from({ length: count }, () => [0.005 * Math.exp(-excess), ...QUIET]).flat();
}

describe("secondLook", () => {
  it("leaves p alone while a series has no incidents, few, or such as were promised", () => {
    expect(fed([1e-6])).toBe(1e-6);
    expect(fed([...incidents(9, 4), 1e-6])).toBe(1e-6);
    expect(fed([...incidents(60, 1), 1e-6])).toBe(1e-6);
    expect(fed([...incidents(60, 4), 0.01])).toBe(0.01);
  });

  it("by hand: 64 incidents of excess 4 in 64 x 21 points; mean at least 4 (1 - 1/8) = 3.5, rate above 0.005", () => {
    // e^-10 of the promised tail is then only e^(-10/3.5) of it. Forgetting takes a few percent off 64.
    const p = fed([...incidents(64, 4), 0.005 * Math.exp(-10)]);
    expect(p / (0.005 * Math.exp(-10 / 3.5))).toBeCloseTo(1, 1);
  });

  it("never says rarer, keeps order, and stays a probability", () => {
    const past = fc.array(fc.double({ min: 1e-12, max: 1, noNaN: true }), { maxLength: 400 });
    const p = fc.double({ min: 1e-12, max: 1, noNaN: true });
    fc.assert(
      fc.property(past, p, p, fc.nat(60), (points, a, b, count) => {
        const before = [...incidents(count, 3), ...points];
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const rarer = fed([...before, low]);
        expect(rarer).toBeGreaterThanOrEqual(low);
        expect(rarer).toBeLessThanOrEqual(fed([...before, high]));
        expect(rarer).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("believes a cluster sooner: by hand, 10 incidents of excess 4 and 10 of the promise make a mean of 2.5", () => {
    const p = fed([...incidents(10, 4), 0.005 * Math.exp(-10)], undefined, CLUSTER_LAW);
    expect(p / (0.005 * Math.exp(-10 / 2.5))).toBeCloseTo(1, 1);
    expect(fed([...incidents(4, 4), 1e-6], undefined, CLUSTER_LAW)).toBe(1e-6);
  });

  it("counts an incident once, by its peak, and only when it is over", () => {
    const numbers = new Float64Array(INCIDENT_NUMBERS);
    fed([...incidents(15, 4), 1e-4, 1e-9, 1e-3], numbers);
    const during = secondLook(1e-9, numbers, 0, SERIES_LAW);
    const open = numbers.slice();
    fed(QUIET, numbers);
    // One more incident, whose excess is ln(0.005 / 1e-9) = 15.4 and counts in full (below 6 x 4).
    expect(numbers[1]! - open[1]!).toBeCloseTo(1, 1);
    expect(numbers[2]! - open[2]!).toBeCloseTo(15.4, 1);
    expect(secondLook(1e-9, numbers, 0, SERIES_LAW)).toBeGreaterThan(during);
  });

  it("one enormous fault counts as six usual ones at most", () => {
    const numbers = new Float64Array(INCIDENT_NUMBERS);
    fed([...incidents(20, 1), 1e-12, ...QUIET], numbers);
    expect(numbers[2]).toBeLessThan(20 + 6.01);
  });
});
