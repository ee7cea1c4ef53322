import type { FleetFinding } from "../aggregate/fleet/fleet-finding.ts";
import { fill, lcg } from "../aggregate/fleet/testing-fleet.ts";
import { POINT_SIGN } from "./point-sign.ts";
import { TenantFold } from "./tenant-fold.ts";

// For tests only: histories of a tenant whose series come and go, and folds that hear them.

/** Half an hour: a node is older than its habits after 40 steps. */
export const STEP_MS = 1_800_000;
export const HORIZON_STEPS = 24;

/** One thing that a sender says, and the step in which it arrives. */
export interface Said {
  readonly node: string;
  readonly metric: string;
  readonly atMs: number;
  /** NaN = missing; ignored where `sign` says that the series ended. */
  readonly p: number;
  readonly flatP: number;
  readonly sign: number;
  readonly arrives: number;
}

/** A series that lives for some steps, from one to before another. */
interface Life {
  readonly node: string;
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  readonly endsWithMarker: boolean;
  readonly pointsPerStep: number;
}

/** What a fold came to, by names: numbers depend on who joined first. */
export interface Heard {
  /** By step: p of each node that has one, and of the tenant. */
  readonly steps: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly findings: readonly unknown[];
  /** Units of work and steps that were looked at. */
  readonly cost: number;
  readonly fold: TenantFold;
}

/** Numbers in [0, 1) from a seed. */
export function historyOf(seed: number, steps: number): Said[] {
  const dice = lcg(seed * 2_654_435_761);
  const pick = (below: number): number => Math.floor(dice() * below);
  const lives: Life[] = [];
  const metrics = ["cpu", "lat", "mem"].slice(0, 1 + pick(3));
  const live = (node: string, from: number, to: number): void => {
    const [endsWithMarker, pointsPerStep] = [dice() < 0.4, dice() < 0.1 ? 3 : 1];
    for (const metric of metrics)
      lives.push({ node, metric, from, to, endsWithMarker, pointsPerStep });
  };
  for (let n = 0; n < 2 + pick(2); n++) live(`db-${n}`, pick(3), steps);
  for (let n = 0; n < 1 + pick(4); n++) {
    const leaves = 20 + pick(steps - 20);
    live(`web-${n}`, pick(20), leaves);
    if (dice() < 0.6)
      live(`web-${n}${n}`, Math.max(0, leaves - 2 + pick(6)), leaves + 5 + pick(60));
    if (dice() < 0.2) live(`web-${n}`, leaves + 3 + pick(30), steps);
  }
  for (let n = 0; n < pick(3); n++) {
    const from = pick(steps);
    live(`cron-${n}`, from, from + 1 + pick(4));
  }
  if (dice() < 0.3) {
    const from = pick(steps);
    lives.push({
      node: "db-0",
      metric: `code-${pick(9)}`,
      from,
      to: from + 1,
      endsWithMarker: false,
      pointsPerStep: 1,
    });
  }
  const calm = dice() < 0.5;
  return lives.flatMap((life) => saidOf(life, steps, dice, calm));
}

function saidOf(life: Life, steps: number, dice: () => number, calm: boolean): Said[] {
  const { node, metric, from, to, pointsPerStep } = life;
  const said: Said[] = [];
  const lateMax = HORIZON_STEPS - 8;
  const say = (step: number, offset: number, p: number, sign: number): void => {
    const arrives = step + (dice() < 0.15 ? Math.floor(dice() * lateMax) : 0);
    const flatP = dice() < 0.03 ? dice() : Number.NaN;
    said.push({ node, metric, atMs: step * STEP_MS + offset, p, flatP, sign, arrives });
  };
  let points = 0;
  for (let step = from; step < Math.min(to, steps); step++) {
    if (!calm && dice() < 0.05) continue;
    for (let k = 0; k < pointsPerStep; k++) {
      const p = dice() < 0.02 ? Number.NaN : Math.fround(dice() ** (dice() < 0.01 ? 12 : 1));
      say(step, k * 60_000, p, points++ < 3 ? POINT_SIGN.unsettled : 0);
    }
    if (dice() < 0.01) say(step, 600_000, Number.NaN, POINT_SIGN.ended);
  }
  const last = Math.min(to, steps - 1);
  if (life.endsWithMarker && to <= steps) say(last, 900_000, Number.NaN, POINT_SIGN.ended);
  return said;
}

/**
 * Folds what was said as it arrives (`late`) or each in its step, advancing every `every` steps, saved and
 * restored after every advance of `restartEvery`.
 */
export function heard(
  said: readonly Said[],
  steps: number,
  how: { readonly every: number; readonly late: boolean; readonly restartEvery: number },
): Heard {
  const byArrival = new Map<number, Said[]>();
  for (const one of said) {
    const at = how.late ? one.arrives : Math.floor(one.atMs / STEP_MS);
    const known = byArrival.get(at);
    if (known === undefined) byArrival.set(at, [one]);
    else known.push(one);
  }
  let fold = newFold();
  const told = new Map<number, ReadonlyMap<string, number>>();
  const findings = new Map<string, FleetFinding>();
  let cost = 0;
  let visits = 0;
  const advance = (upto: number): void => {
    const work = fold.work(upto * STEP_MS, ({ step, nodes, tenant, changed, retracted }) => {
      const seen = new Map([["tenant", tenant.p]]);
      fold.fleet.names.nodeIds.forEach((id, n) => {
        if (!Number.isNaN(nodes.p[n] ?? Number.NaN)) seen.set(id, nodes.p[n]!);
      });
      told.set(step, seen);
      for (const id of retracted) findings.delete(id);
      for (const one of changed) findings.set(one.id, one);
    });
    for (const cells of work) cost += cells;
  };
  let advances = 0;
  for (let step = 0; step < steps + HORIZON_STEPS; step++) {
    for (const one of byArrival.get(step) ?? []) {
      const series = fold.addSeries("c", one.node, one.metric);
      if ((one.sign & POINT_SIGN.unsettled) === 0) fold.setInterval(series, STEP_MS);
      fold.put(series, one.atMs, one.p, one.flatP, one.sign);
    }
    if (step % how.every !== how.every - 1) continue;
    advance(Math.min(step + 1, steps));
    if (++advances % how.restartEvery !== 0) continue;
    visits += fold.stepVisits;
    fold = fill(newFold(), [...fold.pieces("all")]);
  }
  advance(steps);
  return {
    steps: told,
    findings: named([...findings.values()], fold),
    cost: cost + visits + fold.stepVisits,
    fold,
  };
}

function newFold(): TenantFold {
  return new TenantFold({ stepMs: STEP_MS, budgetDays: 0.5, rewindMs: HORIZON_STEPS * STEP_MS });
}

function named(findings: readonly FleetFinding[], { fleet }: TenantFold): unknown[] {
  const { metricNames, seriesNode, nodeIds } = fleet.names;
  return findings
    .map(({ contributions, ...finding }) => ({
      ...finding,
      nodeId: finding.nodeId ?? null,
      closedMs: finding.closedMs ?? null,
      contributions: contributions.map(({ series, p, share }) => {
        return { node: nodeIds[seriesNode[series]!]!, metric: metricNames[series]!, p, share };
      }),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
