import type { FleetFinding } from "./fleet-finding.ts";
import type { FleetStep } from "./fleet-step.ts";
import type { Piece, RestingPiece } from "./piece.ts";
import { TenantFleet } from "./tenant-fleet.ts";

// For tests only: two clusters of six nodes with four metrics each, and points for them.

export const STEP_MS = 300_000;
export const NODES = ["n0", "n1", "n2", "n3", "n4", "n5"];
export const METRICS = ["cpu", "errors", "latency", "memory"];
export const CLUSTERS = ["east", "west"];
export const SERIES = CLUSTERS.flatMap((cluster) =>
  NODES.flatMap((node) => METRICS.map((metric) => ({ cluster, node, metric }))),
);

export interface Point {
  readonly series: number;
  readonly at: number;
  readonly p: number;
  readonly kind: "value" | "absence";
  readonly arrives: number;
}

/** What the steps said, the last word about each, and the findings as a store would hold them. */
export class History {
  readonly steps: { at: number; nodes: number[]; clusters: number[]; tenant: number }[] = [];
  readonly findings = new Map<string, FleetFinding>();

  readonly visit = (step: FleetStep): void => {
    this.steps.push({
      at: step.step,
      nodes: [...step.nodes.p.subarray(0, step.nodes.count)],
      clusters: [...step.clusters.p.subarray(0, step.clusters.count)],
      tenant: step.tenant.p,
    });
    for (const finding of step.changed) this.findings.set(finding.id, finding);
    for (const id of step.retracted) this.findings.delete(id);
  };

  final(): unknown[] {
    const last = new Map(this.steps.map((step) => [step.at, step]));
    return [...last.values()].sort((a, b) => a.at - b.at);
  }
}

/** Puts points as they arrive: `delay` steps after their time, advancing every `advanceEvery` steps. */
export function fold(
  { stepMs, budgetDays }: { readonly stepMs: number; readonly budgetDays: number },
  points: readonly Point[],
  steps: number,
  delay: () => number,
  advanceEvery: number,
): { fleet: TenantFleet; history: History } {
  const fleet = new TenantFleet({ stepMs, budgetDays, rewindMs: 7_200_000 });
  addAll(fleet);
  const history = new History();
  const byArrival = new Map<number, Point[]>();
  for (const point of points) {
    const at = Math.floor(point.at / stepMs) + delay();
    byArrival.set(at, [...(byArrival.get(at) ?? []), point]);
  }
  for (let step = 0; step < steps + 12; step++) {
    for (const p of byArrival.get(step) ?? []) fleet.put(p.series, p.at, p.p, p.kind);
    if (step % advanceEvery === 0) {
      fleet.advance(Math.min(step + 1, steps) * stepMs, history.visit);
    }
  }
  fleet.advance(steps * stepMs, history.visit);
  return { fleet, history };
}

/** All pieces of a fleet or fold, one after the other, each with its name in front. */
export function packed(fold: { pieces(which: "all"): Iterable<Piece> }): Buffer {
  return Buffer.concat(
    Array.from(fold.pieces("all"), ({ kind, chunk, step, bytes }) =>
      Buffer.concat([Buffer.from(Float64Array.of(kind, chunk, step).buffer), bytes]),
    ),
  );
}

/** Fills a new fleet or fold with pieces. */
export function fill<
  Fold extends { reader(): { take(piece: Piece | RestingPiece): void; end(): void } },
>(fold: Fold, pieces: Iterable<Piece | RestingPiece>): Fold {
  const reader = fold.reader();
  for (const piece of pieces) reader.take(piece);
  reader.end();
  return fold;
}

export function newFleet(): TenantFleet {
  return new TenantFleet({ stepMs: STEP_MS, budgetDays: 0.05, rewindMs: 7_200_000 });
}

export function addAll(fleet: TenantFleet): number[] {
  return SERIES.map(({ cluster, node, metric }) => fleet.addSeries(cluster, node, metric));
}

export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}

/** Mostly healthy p; a few rows where a node or a cluster is odd. `[step * series + s]`. */
export function randomTable(seed: number, steps: number): Float64Array {
  const dice = lcg(seed);
  const table = new Float64Array(steps * SERIES.length);
  for (let step = 0; step < steps; step++) {
    const oddNode = dice() < 0.05 ? Math.floor(dice() * 12) : -1;
    const oddCluster = dice() < 0.02 ? Math.floor(dice() * 2) : -1;
    for (let s = 0; s < SERIES.length; s++) {
      const node = Math.floor(s / METRICS.length);
      const odd = node === oddNode || Math.floor(node / NODES.length) === oddCluster;
      // Single precision, as the fold keeps them: then it can be held against the plain folds bit for bit.
      table[step * SERIES.length + s] = Math.fround(dice() ** (odd ? 12 : 1));
    }
  }
  return table;
}

export function putTable(
  fleet: TenantFleet,
  numbers: readonly number[],
  table: Float64Array,
  start: number,
  end: number,
): void {
  for (let step = start; step < end; step++) {
    numbers.forEach((series, s) => {
      fleet.put(series, step * STEP_MS, table[step * SERIES.length + s]!);
    });
  }
}

/** Points with gaps, repeats inside a step, absences, whole silent steps and silent nodes. */
export function randomPoints(seed: number, steps: number, stepMs = STEP_MS): Point[] {
  const dice = lcg(seed);
  const table = randomTable(seed, steps);
  const points: Point[] = [];
  const silentFrom = Math.floor(dice() * steps);
  for (let step = Math.floor(dice() * 5); step < steps; step++) {
    if (step > silentFrom && step < silentFrom + 3) continue;
    for (let series = 0; series < SERIES.length; series++) {
      if (dice() < 0.1 || (series < METRICS.length && step < 20)) continue;
      const p = table[step * SERIES.length + series]!;
      const at = step * stepMs;
      points.push({ series, at, p, kind: "value", arrives: dice() });
      if (dice() < 0.1) {
        points.push({ series, at: at + 60_000, p: dice(), kind: "value", arrives: dice() });
      }
      if (dice() < 0.05) points.push({ series, at, p: dice(), kind: "absence", arrives: dice() });
    }
  }
  return points;
}

export function nodeTable(
  table: Float64Array,
  steps: number,
  cluster: number,
  node: number,
): { p: Float64Array; children: number } {
  const first = (cluster * NODES.length + node) * METRICS.length;
  return {
    children: METRICS.length,
    p: Float64Array.from({ length: steps * METRICS.length }, (_, i) => {
      const step = Math.floor(i / METRICS.length);
      return table[step * SERIES.length + first + (i % METRICS.length)]!;
    }),
  };
}

export function sideBySide(
  columns: readonly Float64Array[],
  steps: number,
): { p: Float64Array; children: number } {
  const children = columns.length;
  return {
    children,
    p: Float64Array.from(
      { length: steps * children },
      (_, i) => columns[i % children]![Math.floor(i / children)]!,
    ),
  };
}
