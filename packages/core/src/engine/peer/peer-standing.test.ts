import { describe, expect, it } from "vitest";
import { Dice } from "../../generator/dice.ts";
import { peerDistance } from "./peer-standing.ts";

const STEP_MS = 60_000;
const COUNT = 500;
const AT = 450;
const timestamps = Float64Array.from({ length: COUNT }, (_, i) => i * STEP_MS);
const question = { onsetMs: AT * STEP_MS, peakMs: (AT + 2) * STEP_MS, intervalMs: STEP_MS };

/** Nodes that share a load and have noise of size 1 of their own, times their size. */
function nodes(count: number, sizeOf: (node: number) => number, surge = 0) {
  return Array.from({ length: count }, (_, node) => {
    const dice = new Dice(`standing ${node}`);
    const values = timestamps.map((_at, i) => {
      const load = 100 + 40 * Math.sin(i / 30) + (i >= AT ? surge : 0);
      return sizeOf(node) * (load + dice.gaussian());
    });
    return { timestamps, values };
  });
}

describe("peerDistance", () => {
  it("counts in usual distances: a node 8 of its own noise away is about 7 from a median that wobbles too", () => {
    const [own, ...others] = nodes(8, () => 1);
    const values = own!.values.map((value, i) => (i >= AT ? value + 8 : value));
    const z = peerDistance({ timestamps, values }, others, question);
    expect(z).toBeGreaterThan(5);
    expect(z).toBeLessThan(10);
    const mirrored = own!.values.map((value, i) => (i >= AT ? value - 8 : value));
    expect(peerDistance({ timestamps, values: mirrored }, others, question)).toBeLessThan(-5);
  });

  it("calls a move of all no distance, also where nodes differ in size", () => {
    for (const sizeOf of [() => 1, (node: number) => 1 + 2 * node]) {
      const [own, ...others] = nodes(8, sizeOf, 60);
      expect(Math.abs(peerDistance(own!, others, question))).toBeLessThan(4);
    }
  });

  it("is not known with three others, without a past, or where nothing ever wobbled", () => {
    const [own, ...others] = nodes(5, () => 1);
    expect(peerDistance(own!, others.slice(1), question)).toBeNaN();
    expect(peerDistance(own!, others, { ...question, onsetMs: 20 * STEP_MS })).toBeNaN();
    const flat = { timestamps, values: new Float64Array(COUNT).fill(3) };
    expect(peerDistance(flat, [flat, flat, flat, flat], question)).toBeNaN();
  });
});
