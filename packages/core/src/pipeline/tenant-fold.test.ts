import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fill, packed } from "../aggregate/fleet/testing-fleet.ts";
import { TenantFold } from "./tenant-fold.ts";

/** Half an hour: after 60 steps a node is older than its habits. */
const STEP = 1_800_000;
const OPTIONS = { stepMs: STEP, budgetDays: 7, rewindMs: 120 * STEP };
const STEPS = 90;

interface Point {
  readonly node: number;
  readonly step: number;
  readonly p: number;
}

/** Three nodes of one metric; node 2 falls silent for steps [60, 75). */
const POINTS: readonly Point[] = Array.from({ length: STEPS }, (_, step) => step).flatMap((step) =>
  [0, 1, 2]
    .filter((node) => node !== 2 || step < 60 || step >= 75)
    .map((node) => ({ node, step, p: ((7919 * (3 * step + node)) % 1000) / 1000 + 0.0005 })),
);

describe("TenantFold", () => {
  it("raises evidence against a node that stops reporting while the others go on", () => {
    const { nodeP } = folded(POINTS, STEPS);
    expect(nodeP(2, 59)).toBeGreaterThan(0.01);
    expect(nodeP(2, 74)).toBeLessThan(5e-3);
    expect(nodeP(2, 80)).toBeGreaterThan(0.01);
  });

  it("makes nobody silent when nothing reaches us at all", () => {
    const outage = POINTS.filter(({ step, node }) => step < 60 && node < 2).concat(
      POINTS.filter(({ step, node }) => step >= 80 && node < 2),
    );
    const { nodeP } = folded(outage, STEPS);
    for (let step = 60; step < STEPS; step++) {
      for (const node of [0, 1]) expect(nodeP(node, step) < 0.01).toBe(false);
    }
  });

  it("gives the same history whatever the order of arrival and of advances", () => {
    const calm = folded(POINTS, STEPS).history;
    const order = fc.array(fc.nat(), { minLength: POINTS.length, maxLength: POINTS.length });
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 40 }), (keys, every) => {
        const shuffled = POINTS.map((point, i) => ({
          point,
          key: point.step * 1000 + (keys[i]! % 30_000),
        }))
          .sort((a, b) => a.key - b.key)
          .map(({ point }) => point);
        expect(folded(shuffled, every).history).toEqual(calm);
      }),
      { numRuns: 30 },
    );
  });

  it("takes back the score of a point that turns out to be missing, and makes no step for one", () => {
    const { fold } = folded(POINTS, STEPS);
    const calm = packed(fold);
    const lateStep = (STEPS - 30) * STEP;
    fold.put(1, lateStep + 1000, 1e-12, 1e-12);
    fold.advance(STEPS * STEP);
    expect(packed(fold)).not.toEqual(calm);
    fold.put(1, lateStep + 1000, Number.NaN, Number.NaN);
    fold.put(1, (STEPS + 500) * STEP, Number.NaN, Number.NaN);
    fold.advance(STEPS * STEP);
    expect(differsAt(packed(fold), calm)).toBe(-1);
    expect(fold.fleet.ignoredPoints).toBe(0);
  });

  it("goes on from saved bytes as if nothing had happened", () => {
    const half = POINTS.filter(({ step }) => step < 66);
    const { fold } = folded(half, 10);
    const restored = fill(new TenantFold(OPTIONS), [...fold.pieces("all")]);
    const rest = POINTS.filter(({ step }) => step >= 66);
    for (const { node, step, p } of rest) restored.put(node, step * STEP, p, Number.NaN);
    restored.advance(STEPS * STEP);
    expect(differsAt(packed(restored), packed(folded(POINTS, STEPS).fold))).toBe(-1);
  });
});

/** First byte that differs; -1 where there is none. */
function differsAt(a: Uint8Array, b: Uint8Array): number {
  return a.length === b.length
    ? a.findIndex((byte, i) => byte !== b[i])
    : Math.min(a.length, b.length);
}

/** Folds the points in the given order, advancing after every `every` points, and at the end. */
function folded(points: readonly Point[], every: number) {
  const fold = new TenantFold(OPTIONS);
  for (const node of [0, 1, 2]) {
    fold.addSeries("eu", `node-${node}`, "cpu");
    fold.setInterval(node, STEP);
  }
  const history = new Map<string, number>();
  const advance = (uptoMs: number): void => {
    fold.advance(uptoMs, ({ step, nodes }) => {
      for (let n = 0; n < nodes.count; n++) history.set(`${n}@${step}`, nodes.p[n]!);
    });
  };
  let newest = 0;
  points.forEach(({ node, step, p }, i) => {
    fold.put(node, step * STEP, p, Number.NaN);
    newest = Math.max(newest, step);
    if (i % every === every - 1) advance(newest * STEP);
  });
  advance(STEPS * STEP);
  return {
    fold,
    history,
    nodeP: (node: number, step: number) => history.get(`${node}@${step}`) ?? Number.NaN,
  };
}
