import { describe, expect, it } from "vitest";
import type { Piece } from "../aggregate/fleet/piece.ts";
import { TenantFold } from "./tenant-fold.ts";

const STEP = 10_000;
const NODES = 60;
const METRICS = 10;
const SERIES = NODES * METRICS;
/** A horizon of two hours and what leads up to it. */
const STEPS = 900;
const WINDOW = 720;

describe("the size of a fold", () => {
  it.each([
    { points: 1, resident: 8, saved: 10 },
    { points: 5, resident: 44, saved: 46 },
  ])(
    "is at most $resident bytes per series and step of the window with $points points in each, and $saved saved",
    ({ points, resident, saved }) => {
      const fold = newFold();
      const empty = fold.bytes;
      run(fold, 0, STEPS, points);
      const cells = SERIES * WINDOW;
      expect((fold.bytes - empty) / cells).toBeLessThan(resident);
      const pieces = [...fold.pieces("all")];
      expect(bytesOf(pieces) / cells).toBeLessThan(saved);
      for (const { bytes } of pieces) expect(bytes.length).toBeLessThanOrEqual(256 * 1024);
    },
    30_000,
  );

  it("is saved by what changed: a step, and the states of those that learnt", () => {
    const fold = newFold();
    run(fold, 0, 200, 1);
    const all = bytesOf([...fold.pieces("all")]);
    fold.saved();
    run(fold, 200, 201, 1);
    const one = bytesOf([...fold.pieces("changed")]);
    fold.saved();
    run(fold, 201, 400, 1);
    fold.saved();
    run(fold, 400, 401, 1);
    const later = bytesOf([...fold.pieces("changed")]);
    fold.saved();
    const nothing = bytesOf([...fold.pieces("changed")]);
    // 228 bytes per series, 113 per node, 824 per node and cluster, 10 per cell, and a turn of snapshots.
    const states = 228 * SERIES + 113 * NODES + 3 * 824 * (NODES + 7);
    expect(one).toBeLessThan(states + 10 * SERIES + 8192);
    // It does not matter how much there is besides.
    expect(later).toBeLessThan(states + 10 * SERIES + 8192);
    expect(all).toBeGreaterThan(3 * one);
    expect(nothing).toBeLessThan(1024);
  });

  it("stays that small when half of the fleet is silent, or held by alarms", () => {
    const silent = newFold();
    run(silent, 0, 100, 1);
    run(silent, 100, STEPS, 1, SERIES / 2);
    expect(silent.bytes).toBeLessThan(12 * SERIES * WINDOW);
    expect(bytesOf([...silent.pieces("all")])).toBeLessThan(12 * SERIES * WINDOW);
    const held = newFold();
    run(held, 0, STEPS, 1, SERIES, 2);
    expect(held.bytes).toBeLessThan(12 * SERIES * WINDOW);
  });
});

function newFold(): TenantFold {
  const fold = new TenantFold({ stepMs: STEP, budgetDays: 7, rewindMs: 7_200_000 });
  for (let s = 0; s < SERIES; s++) {
    const node = Math.floor(s / METRICS);
    fold.setInterval(fold.addSeries(`c${node % 6}`, `node-${node}`, `metric-${s % METRICS}`), STEP);
  }
  return fold;
}

/** Steps [from, to) with some points of each of the first series, as they come scrape by scrape. */
function run(
  fold: TenantFold,
  from: number,
  to: number,
  points: number,
  series = SERIES,
  phase = 0,
): void {
  for (let step = from; step < to; step++) {
    for (let s = 0; s < series; s++) {
      for (let k = 0; k < points; k++) {
        const p = (((step * 31 + s * 17 + k * 7) * 7919) % 9973) / 9973 + 1e-6;
        fold.put(s, step * STEP + (k * STEP) / points, p, Number.NaN, phase);
      }
    }
    fold.advance((step + 1) * STEP);
  }
}

function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
