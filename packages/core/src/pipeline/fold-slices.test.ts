import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Piece,
  type PieceName,
  type PieceSource,
  RESTING_KINDS,
  type RestingPiece,
} from "../aggregate/fleet/piece.ts";
import { fill, packed } from "../aggregate/fleet/testing-fleet.ts";
import { TenantFold } from "./tenant-fold.ts";

const STEP = 60_000;
const OPTIONS = { stepMs: STEP, budgetDays: 0.05, rewindMs: 40 * STEP };
const STEPS = 120;
const NODES = 6;

interface Arrival {
  readonly series: number;
  readonly atMs: number;
  readonly p: number;
  readonly flatP: number;
  readonly phase: number;
  readonly arrives: number;
}

const shape = fc.record({
  seed: fc.nat(1_000_000),
  delaysMax: fc.integer({ min: 0, max: 39 }),
  every: fc.integer({ min: 1, max: 12 }),
  cells: fc.integer({ min: 1, max: 300 }),
  saveEvery: fc.integer({ min: 1, max: 9 }),
  life: fc.constantFrom("killed", "killed, and rests", "rests"),
});

describe("a fold in slices", () => {
  it("gives bit for bit what it gives in one go, whatever the slices, and from whatever was saved in parts", () => {
    fc.assert(
      fc.property(shape, ({ seed, delaysMax, every, cells, saveEvery, life }) => {
        const arrivals = arrivalsOf(seed, delaysMax);
        const whole = run(arrivals, every, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        const sliced = run(arrivals, every, cells, saveEvery, life);
        expect(sliced.history).toEqual(whole.history);
        expect(Buffer.compare(packed(sliced.fold), packed(whole.fold))).toBe(0);
        expect(sliced.restarts).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });

  it("reads steps back that late points are in, and no others", () => {
    const arrivals = Array.from({ length: STEPS }, (_, step) => arrival(0, step, step));
    const calm = run(arrivals, 1, 100, 1, "rests");
    // Horizon and what leads up to it, less what stays in memory.
    expect(calm.fold.fleet.restingSteps).toBeGreaterThanOrEqual(8);
    expect(calm.fold.fleet.readCells).toBe(0);
    const late = [...arrivals, arrival(1, STEPS - 38, STEPS)];
    const folded = run(late, 1, 100, 1, "rests");
    expect(folded.fold.fleet.readCells).toBeGreaterThan(0);
    expect(Buffer.compare(packed(folded.fold), packed(run(late, 1, 100, 1, "killed").fold))).toBe(
      0,
    );
  });

  it("stops after about as many cells as a unit has, also within a step of many nodes", () => {
    const fold = new TenantFold(OPTIONS);
    for (let series = 0; series < 20_000; series++)
      fold.addSeries("c", `n${series >> 2}`, `m${series}`);
    for (let step = 0; step < 3; step++) {
      for (let series = 0; series < 20_000; series++)
        fold.put(series, step * STEP, 0.5, Number.NaN);
    }
    const units = [...fold.work(3 * STEP, () => {})];
    expect(Math.max(...units)).toBeLessThan(12_000);
    expect(units.length).toBeGreaterThan(15);
  });

  it("refuses points while work is under way, which would make the slices matter", () => {
    const fold = new TenantFold(OPTIONS);
    const series = fold.addSeries("c", "n", "m");
    fold.put(series, 0, 0.5, Number.NaN);
    const work = fold.work(STEP, () => {});
    work.next();
    work.next();
    expect(() => fold.put(series, STEP, 0.5, Number.NaN)).toThrow(/under way/);
  });
});

/** Points of a few nodes, some late, some flat, some marked; a node falls silent for a while. */
function arrivalsOf(seed: number, delaysMax: number): Arrival[] {
  let state = seed;
  const dice = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
  const arrivals: Arrival[] = [];
  for (let step = 0; step < STEPS; step++) {
    for (let series = 0; series < 2 * NODES; series++) {
      if (dice() < 0.05 || (series < 2 && step > 60 && step < 80)) continue;
      const late = dice() < 0.2 ? Math.floor(dice() * delaysMax) : 0;
      const odd = series === 4 && step > 90 && step < 100;
      arrivals.push({
        series,
        atMs: step * STEP + Math.floor(dice() * STEP),
        p: dice() ** (odd ? 20 : 1),
        flatP: dice() < 0.05 ? dice() : Number.NaN,
        phase: odd ? 2 : 0,
        arrives: step + late,
      });
    }
  }
  return arrivals.sort((a, b) => a.arrives - b.arrives);
}

function arrival(series: number, step: number, arrives: number): Arrival {
  return { series, atMs: step * STEP, p: 0.5, flatP: Number.NaN, phase: 0, arrives };
}

/**
 * Folds arrivals in slices of `cells`; every few advances the fold is saved and goes on from what is saved, or lets
 * what is saved rest there.
 */
function run(
  arrivals: readonly Arrival[],
  every: number,
  cells: number,
  saveEvery: number,
  life = "killed",
) {
  const saved = new Map<string, Piece>();
  const source: PieceSource = { read: (name) => saved.get(nameOf(name))!.bytes };
  const savedPieces = life === "killed" ? undefined : source;
  let fold = newFold(savedPieces);
  const history = new Map<number, unknown>();
  let restarts = 0;
  let advances = 0;
  const advance = (step: number): void => {
    const work = fold.work(step * STEP, ({ step: at, nodes, tenant, changed }) => {
      const open = changed.map(({ id, closedMs }) => [id, closedMs]);
      history.set(at, [[...nodes.p.subarray(0, nodes.count)], tenant.p, open]);
    });
    for (let spent = 0; ; ) {
      const unit = work.next();
      if (unit.done === true) break;
      spent += unit.value;
      if (spent >= cells) spent = 0;
    }
    if (++advances % saveEvery !== 0) return;
    for (const one of fold.pieces("changed")) saved.set(nameOf(one), pieceOf(one));
    fold.saved();
    for (const { kind, fromStep } of fold.floors) {
      for (const [name, one] of saved) {
        if (one.kind === kind && one.step < fromStep) saved.delete(name);
      }
    }
    restarts++;
    if (life === "rests") return;
    const pieces = [...saved.values()].sort(inOrder);
    const given = savedPieces === undefined ? pieces : pieces.map(restingWhereItMay);
    fold = fill(new TenantFold({ ...OPTIONS, savedPieces }), given);
  };
  let next = 0;
  for (let step = 0; step < STEPS + 40; step++) {
    for (; next < arrivals.length && arrivals[next]!.arrives <= step; next++) {
      const { series, atMs, p, flatP, phase } = arrivals[next]!;
      fold.put(series, atMs, p, flatP, phase);
    }
    if (step % every === 0) advance(Math.min(step, STEPS));
  }
  advance(STEPS);
  return { fold, history, restarts };
}

function restingWhereItMay(piece: Piece): Piece | RestingPiece {
  return RESTING_KINDS.includes(piece.kind) ? { ...piece, bytes: undefined } : piece;
}

function newFold(savedPieces: PieceSource | undefined): TenantFold {
  const fold = new TenantFold({ ...OPTIONS, savedPieces });
  for (let series = 0; series < 2 * NODES; series++) {
    fold.addSeries(`c${series % 3}`, `n${series >> 1}`, `m${series % 2}`);
    fold.setInterval(series, STEP);
  }
  return fold;
}

function pieceOf({ kind, chunk, step, bytes }: Piece): Piece {
  return { kind, chunk, step, bytes: bytes.slice() };
}

function nameOf({ kind, chunk, step }: PieceName): string {
  return `${kind}/${chunk}/${step}`;
}

function inOrder(a: PieceName, b: PieceName): number {
  return a.kind - b.kind || a.chunk - b.chunk || a.step - b.step;
}
