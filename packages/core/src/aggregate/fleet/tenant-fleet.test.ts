import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../model/refusal.ts";
import { runEntity, runFleet } from "../testing-folds.ts";
import { TenantFleet } from "./tenant-fleet.ts";
import {
  addAll,
  CLUSTERS,
  fill,
  fold,
  History,
  lcg,
  NODES,
  newFleet,
  nodeTable,
  packed,
  putTable,
  randomPoints,
  randomTable,
  SERIES,
  STEP_MS,
  sideBySide,
} from "./testing-fleet.ts";

describe("TenantFleet", () => {
  it("equals the plain folds of nodes, clusters and tenant, bit for bit", () => {
    const steps = 400;
    const table = randomTable(7, steps);
    const fleet = newFleet();
    const numbers = addAll(fleet);
    putTable(fleet, numbers, table, 0, steps);
    const seen = new History();
    fleet.advance(steps * STEP_MS, seen.visit);

    const nodes = CLUSTERS.flatMap((_, c) =>
      NODES.map((_, n) => runEntity(nodeTable(table, steps, c, n), { intervalMs: STEP_MS })),
    );
    const clusters = CLUSTERS.map((_, c) =>
      runEntity(sideBySide(nodes.slice(c * NODES.length, (c + 1) * NODES.length), steps), {
        intervalMs: STEP_MS,
      }),
    );
    const tenant = runFleet(sideBySide(nodes, steps), sideBySide(clusters, steps), STEP_MS);
    expect(seen.steps.length).toBe(steps);
    seen.steps.forEach((step, i) => {
      expect(step.nodes).toEqual(nodes.map((p) => p[i]));
      expect(step.clusters).toEqual(clusters.map((p) => p[i]));
      expect(step.tenant).toBe(tenant[i]);
    });
  });

  // Steps of six hours: three days, after which the second look begins, are over after twelve.
  it.each([
    { stepMs: STEP_MS, budgetDays: 0.05 },
    { stepMs: 72 * STEP_MS, budgetDays: 6 },
  ])(
    "gives the same history and bytes in any order of arrival and partition into advance calls, steps of $stepMs ms",
    (grid) => {
      const steps = 40;
      const arrival = fc.record({
        seed: fc.integer({ min: 0, max: 1_000_000 }),
        delaysMax: fc.integer({ min: 1, max: 11 }),
        advanceEvery: fc.integer({ min: 1, max: 9 }),
      });
      let second = 0;
      fc.assert(
        fc.property(arrival, ({ seed, delaysMax, advanceEvery }) => {
          const points = randomPoints(seed, steps, grid.stepMs);
          const plain = fold(grid, points, steps, () => 0, 1);
          const dice = lcg(seed + 1);
          const late = () => Math.floor(dice() * delaysMax);
          const mixed = fold(grid, points, steps, late, advanceEvery);
          expect(mixed.history.final()).toEqual(plain.history.final());
          expect(mixed.history.findings).toEqual(plain.history.findings);
          expect(mixed.fleet.ignoredPoints).toBe(0);
          expect(Buffer.compare(packed(mixed.fleet), packed(plain.fleet))).toBe(0);
          second += [...plain.history.findings.values()].filter((one) => one.second).length;
        }),
        { numRuns: 60 },
      );
      expect(second > 0).toBe(grid.stepMs > STEP_MS);
    },
  );

  it("goes on from saved bytes as if nothing had happened, points under way included", () => {
    const steps = 60;
    const cut = fc.record({ seed: fc.nat(1_000_000), at: fc.integer({ min: 1, max: 59 }) });
    fc.assert(
      fc.property(cut, ({ seed, at }) => {
        const points = randomPoints(seed, steps).sort((a, b) => a.arrives - b.arrives);
        const whole = newFleet();
        addAll(whole);
        let half = newFleet();
        addAll(half);
        for (const fleet of [whole, half]) {
          for (const p of points.slice(0, points.length / 2))
            fleet.put(p.series, p.at, p.p, p.kind);
          fleet.advance(at * STEP_MS);
          for (const p of points.slice(points.length / 2)) fleet.put(p.series, p.at, p.p, p.kind);
        }
        const bytes = packed(half);
        half = fill(newFleet(), [...half.pieces("all")]);
        expect(Buffer.compare(packed(half), bytes)).toBe(0);
        const [a, b] = [new History(), new History()];
        whole.advance(steps * STEP_MS, a.visit);
        half.advance(steps * STEP_MS, b.visit);
        expect(b.steps).toEqual(a.steps);
        expect(Buffer.compare(packed(half), packed(whole))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("is causal: what comes later changes no earlier step", () => {
    const table = randomTable(3, 300);
    const histories = [200, 300].map((steps) => {
      const fleet = newFleet();
      putTable(fleet, addAll(fleet), table, 0, steps);
      const seen = new History();
      fleet.advance(steps * STEP_MS, seen.visit);
      return seen.steps;
    });
    expect(histories[1]!.slice(0, 200)).toEqual(histories[0]);
  });

  it("does not care in which order series were registered", () => {
    const table = randomTable(5, 50);
    const [forward, backward] = [newFleet(), newFleet()];
    putTable(forward, addAll(forward), table, 0, 50);
    const numbers = [...SERIES]
      .reverse()
      .map((s) => backward.addSeries(s.cluster, s.node, s.metric));
    putTable(backward, numbers.reverse(), table, 0, 50);
    const [a, b] = [new History(), new History()];
    forward.advance(50 * STEP_MS, a.visit);
    backward.advance(50 * STEP_MS, b.visit);
    expect(b.steps.map(({ tenant }) => tenant)).toEqual(a.steps.map(({ tenant }) => tenant));
    expect(b.steps[49]!.nodes.toReversed()).toEqual(a.steps[49]!.nodes);
  });

  it("counts points before the horizon and leaves them out", () => {
    const fleet = newFleet();
    const series = fleet.addSeries("c", "n", "m");
    for (let step = 0; step < 100; step++) fleet.put(series, step * STEP_MS, 0.5);
    fleet.advance(100 * STEP_MS);
    const bytes = packed(fleet);
    fleet.put(series, (99 - 24) * STEP_MS, 1e-9);
    expect(fleet.ignoredPoints).toBe(1);
    fleet.points.ignored = 0;
    fleet.advance(100 * STEP_MS);
    expect(Buffer.compare(packed(fleet), bytes)).toBe(0);
    fleet.put(series, (99 - 23) * STEP_MS, 1e-9);
    expect(fleet.advance(100 * STEP_MS)).toBe(24);
  });

  it("joins several points of a series in one step by Šidák, and replaces one at the same instant", () => {
    const fleet = newFleet();
    const series = fleet.addSeries("c", "n", "m");
    fleet.put(series, 0, 0.5);
    fleet.put(series, 60_000, 1e-4);
    fleet.put(series, 60_000, 0.01);
    fleet.put(series, 30_000, 0.2);
    fleet.put(series, 60_000, 0.3, "absence");
    let stageP = 0;
    fleet.advance(STEP_MS, (step) => {
      stageP = step.nodes.stageP[0]!;
    });
    // Four points, smallest 0.01: 1 - 0.99^4. One child: max = few = that p, many from the same p.
    const joined = 1 - 0.99 ** 4;
    const alone = newFleet();
    alone.put(alone.addSeries("c", "n", "m"), 0, joined);
    alone.advance(STEP_MS, (step) => {
      // The fold keeps p in single precision.
      expect(stageP / step.nodes.stageP[0]!).toBeCloseTo(1, 6);
    });
  });

  it("starts a late joiner with a fresh past, whose age limits what it claims", () => {
    const fleet = newFleet();
    const old = fleet.addSeries("c", "old", "m");
    for (let step = 0; step < 500; step++) fleet.put(old, step * STEP_MS, 0.5);
    fleet.advance(400 * STEP_MS);
    const young = fleet.addSeries("c", "young", "m");
    for (let step = 400; step < 500; step++) fleet.put(young, step * STEP_MS, 0.5);
    fleet.put(young, 450 * STEP_MS, 1e-15);
    fleet.advance(450 * STEP_MS);
    expect(fleet.nodeSinceMs(1)).toBe(400 * STEP_MS);
    fleet.advance(451 * STEP_MS, ({ nodes }) => {
      // 51 steps of 5 minutes are 0.177 days: at most "once in 1.77 days".
      const days = (10 * 51 * STEP_MS) / 86_400_000;
      expect(nodes.score[1]).toBeCloseTo(days ** 0.646 / (1 + days ** 0.646), 12);
      expect(nodes.score[0]).toBeLessThan(0.2);
    });
  });

  it("skips a long silence, and reports steps again one by one after it", () => {
    const fleet = newFleet();
    const series = fleet.addSeries("c", "n", "m");
    fleet.put(series, 0, 0.5);
    fleet.put(series, 100_000 * STEP_MS, 0.5);
    const seen = new History();
    fleet.advance(100_002 * STEP_MS, seen.visit);
    expect(seen.steps.map(({ at }) => at)).toEqual([
      ...Array.from({ length: 24 }, (_, i) => i),
      100_000,
      100_001,
    ]);
  });

  it("refuses a grid, a horizon and a budget that cannot be", () => {
    const good = { stepMs: STEP_MS, budgetDays: 7, rewindMs: 0 };
    for (const bad of [{ stepMs: 0 }, { stepMs: 1.5 }, { rewindMs: -1 }, { budgetDays: 0 }]) {
      expect(() => new TenantFleet({ ...good, ...bad })).toThrow(Refusal);
    }
    expect(() => new TenantFleet(good).setBudgetDays(Number.NaN)).toThrow(Refusal);
  });

  it("refuses pieces that are cut short, changed, missing or twice there, and those of another grid", () => {
    const fleet = newFleet();
    fleet.put(fleet.addSeries("c", "n", "m"), 0, 0.5);
    fleet.advance(STEP_MS);
    const pieces = [...fleet.pieces("all")];
    expect(packed(fill(newFleet(), pieces))).toEqual(packed(fleet));
    pieces.forEach((piece, k) => {
      const { bytes } = piece;
      const put = (...instead: Uint8Array[]) =>
        pieces.toSpliced(k, 1, ...instead.map((one) => ({ ...piece, bytes: one })));
      expect(() => fill(newFleet(), put()), `without ${piece.kind}`).toThrow(Refusal);
      const short = bytes.subarray(0, bytes.length - 3);
      expect(() => fill(newFleet(), put(short)), `short ${piece.kind}`).toThrow(Refusal);
      const zeros = new Uint8Array(bytes.length).fill(255);
      expect(() => fill(newFleet(), put(zeros)), `changed ${piece.kind}`).toThrow(Refusal);
      expect(() => fill(newFleet(), put(bytes, bytes)), `twice ${piece.kind}`).toThrow(Refusal);
    });
    const other = new TenantFleet({ stepMs: 60_000, budgetDays: 7, rewindMs: 7_200_000 });
    expect(() => fill(other, pieces)).toThrow(/another step or horizon/);
  });
});
