import { describe, expect, it } from "vitest";
import { TenantFold, type TenantFoldOptions } from "./tenant-fold.ts";

const SECOND = 1000;
const STEP = 10 * SECOND;
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const OPTIONS: TenantFoldOptions = { stepMs: STEP, budgetDays: 7, rewindMs: 2 * HOUR };

/** What a fold of some shape has cost: cells of work, and steps looked at in search of something. */
interface Cost {
  readonly cells: number;
  readonly visits: number;
}

const SHAPES: Readonly<Record<string, { readonly n: number; cost(n: number): Cost }>> = {
  "one long series that waits": { n: 2000, cost: (n) => steps(1, n) },
  "one long series, newest point first": {
    n: 2000,
    cost: (n) => steps(1, n, (step) => n - 1 - step),
  },
  "two series of alternating steps": {
    n: 2000,
    cost: (n) =>
      costOf(2, (fold) => {
        for (let step = 0; step < n; step += 2) fold.put(0, step * STEP, 0.5, Number.NaN);
        for (let step = 1; step < n; step += 2) fold.put(1, step * STEP, 0.5, Number.NaN);
        return n;
      }),
  },
  "many metrics on one node": { n: 2000, cost: (n) => wide(n, () => ["c", "n"]) },
  "many nodes": { n: 2000, cost: (n) => wide(n, (s) => ["c", `n${s}`]) },
  "many clusters": { n: 2000, cost: (n) => wide(n, (s) => [`c${s}`, "n"]) },
  "points far apart": {
    n: 20,
    cost: (n) =>
      costOf(1, (fold) => {
        for (let k = 0; k < n; k++) fold.put(0, k * 10 * HOUR, 0.5, Number.NaN);
        return n * 10 * 360;
      }),
  },
};

describe("what a fold costs", () => {
  it.each(Object.entries(SHAPES))("grows with what is put: %s", (_, { n, cost }) => {
    const [one, two, four] = [cost(n), cost(2 * n), cost(4 * n)];
    for (const what of ["cells", "visits"] as const) {
      expect(two[what] / one[what]).toBeLessThan(2.5);
      expect(four[what] / two[what]).toBeLessThan(2.5);
    }
  });

  it("takes 50,000 steps of one series that wait, in a few visits per step", () => {
    const { visits, cells } = steps(1, 50_000);
    expect(visits).toBeLessThan(6 * 50_000);
    expect(cells).toBeLessThan(12 * 50_000);
  }, 60_000);

  it("makes neither work nor memory of the time between two points a year apart on a grid of seconds", () => {
    const fold = new TenantFold({ ...OPTIONS, stepMs: SECOND });
    for (let series = 0; series < 100; series++) fold.addSeries("c", `n${series}`, "m");
    fold.put(0, 0, 0.5, Number.NaN);
    fold.put(0, YEAR, 0.5, Number.NaN);
    let cells = 0;
    for (const unit of fold.work(YEAR + SECOND, () => {})) cells += unit;
    // One horizon of steps without points is reported after the first: 7,200 steps.
    expect(cells).toBeLessThan(20 * 7200);
    expect(fold.bytes).toBeLessThan(2 << 20);
  });

  it("folds all late points of an advance once, by the steps behind and the nodes touched", () => {
    const [few, many] = [lateCost(1, 1, 100), lateCost(1, 50, 100)];
    // Fifty late points of a node are one way through its steps, as one late point is.
    expect(many / few).toBeLessThan(1.5);
    expect(lateCost(2, 1, 100) / few).toBeLessThan(2.5);
    expect(lateCost(1, 1, 200) / few).toBeLessThan(2.5);
    // Other nodes cost a look at their p, not a fold, though all are in one cluster: 200 nodes of 5 series, 100 steps.
    expect(few).toBeLessThan((200 * 5 * 100) / 10);
  });
});

/** Puts `count` points of each of some series, then folds them all. */
function steps(
  series: number,
  count: number,
  order: (step: number) => number = (step) => step,
): Cost {
  return costOf(series, (fold) => {
    for (let s = 0; s < series; s++) {
      for (let step = 0; step < count; step++) fold.put(s, order(step) * STEP, 0.5, Number.NaN);
    }
    return count;
  });
}

/** A few steps of many series. */
function wide(count: number, placeOf: (series: number) => readonly [string, string]): Cost {
  const fold = new TenantFold(OPTIONS);
  for (let s = 0; s < count; s++) fold.addSeries(...placeOf(s), `m${(s * 7919) % count}`);
  for (let step = 0; step < 4; step++) {
    for (let s = 0; s < count; s++) fold.put(s, step * STEP, 0.5, Number.NaN);
  }
  return worked(fold, 4);
}

function costOf(series: number, put: (fold: TenantFold) => number): Cost {
  const fold = new TenantFold(OPTIONS);
  for (let s = 0; s < series; s++) fold.setInterval(fold.addSeries("c", `n${s}`, "m"), STEP);
  return worked(fold, put(fold));
}

function worked(fold: TenantFold, untilStep: number): Cost {
  let cells = 0;
  for (const unit of fold.work(untilStep * STEP, () => {})) cells += unit;
  return { cells, visits: fold.stepVisits + 1 };
}

/** Cells that late points cost: of some nodes, as many of each, `behind` steps behind, of 200 nodes. */
function lateCost(nodes: number, points: number, behind: number): number {
  const fold = new TenantFold(OPTIONS);
  for (let s = 0; s < 1000; s++) fold.addSeries("c", `n${Math.floor(s / 5)}`, `m${s % 5}`);
  for (let step = 0; step < 300; step++) {
    for (let s = 0; s < 1000; s++) {
      if (s % 5 > 0) fold.put(s, step * STEP, 0.5, Number.NaN);
    }
  }
  fold.advance(300 * STEP);
  for (let n = 0; n < nodes; n++) {
    for (let k = 0; k < points; k++) fold.put(5 * n, (299 - behind + k) * STEP, 0.5, Number.NaN);
  }
  let cells = 0;
  for (const unit of fold.work(300 * STEP, () => {})) cells += unit;
  return cells;
}
