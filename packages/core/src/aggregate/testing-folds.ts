import { claimedDays } from "../stats/return-period.ts";
import { type BudgetMemory, barDays, QUIET_STEPS, withOpening } from "./alert-budget.ts";
import { EntityRollup, type EntityRollupOptions, judge } from "./entity-rollup.ts";
import { entityStates, resetEntity, SCALAR } from "./entity-state.ts";
import { joinLevels, smallestOfLevel } from "./level-join.ts";
import { coldStepsOf, OwnTail } from "./own-tail.ts";
import { clusterRank, placeInside } from "./place.ts";
import { ChildGatherer, learnStageA, type RollupStrategy } from "./stage-a.ts";

// For tests and the bench only: whole tables at once, as the reference has them, to hold the
// step-by-step folds against. Nothing that runs imports this file.

/** Row-major table of p: `p[step * children + child]`, NaN where a child has no value. */
export interface ChildTable {
  readonly p: Float64Array;
  readonly children: number;
}

/** Calibrated p of every step of one entity; as long as the table has rows. The fold of `EntityRollup.step`. */
export function runEntity(
  { p, children }: ChildTable,
  options: Omit<EntityRollupOptions, "children"> & { readonly children?: number },
): Float64Array {
  const rollup = new EntityRollup({ children, ...options });
  return Float64Array.from({ length: p.length / children }, (_, step) =>
    rollup.step(p, step * children, (step + 1) * children),
  );
}

/** Closed-form p (stage A) of every step, with the moments learned on the way. */
export function runStageA(
  table: ChildTable,
  strategy: RollupStrategy,
  weights?: Float64Array,
): Float64Array {
  const { p, children } = table;
  const states = entityStates(1);
  resetEntity(states, 0, children);
  const gatherer = new ChildGatherer();
  return Float64Array.from({ length: p.length / children }, (_, step) => {
    // The tail counts the steps elsewhere; it is not asked here.
    const stage = learnStageA(
      states,
      gatherer,
      0,
      p,
      step * children,
      (step + 1) * children,
      strategy,
      weights,
    );
    if (!Number.isNaN(stage)) states.scalars[SCALAR.steps]!++;
    return stage;
  });
}

/**
 * The tenant: smallest node p over all nodes and smallest cluster p over all clusters, joined, then the
 * tenant's own tail. Flat on purpose: a tail on a tail on a tail loses power.
 */
export function runFleet(
  nodes: ChildTable,
  clusters: ChildTable,
  intervalMs: number,
): Float64Array {
  const states = entityStates(1);
  resetEntity(states, 0, 1);
  const tail = new OwnTail();
  const coldSteps = coldStepsOf(intervalMs);
  return Float64Array.from({ length: nodes.p.length / nodes.children }, (_, step) => {
    const byNode = smallestOfLevel(nodes.p, step * nodes.children, (step + 1) * nodes.children);
    const from = step * clusters.children;
    const byCluster = smallestOfLevel(clusters.p, from, from + clusters.children);
    return judge(tail, states, joinLevels(byNode, byCluster), coldSteps);
  });
}

export interface PlaceFound {
  readonly cluster: number;
  /** Index of the node inside its cluster; -1 when the finding is the cluster's. */
  readonly node: number;
}

/**
 * Where a finding belongs at one step: the cluster with the smallest of (its p, m x smallest node p);
 * the cluster itself when a third of its nodes are unusual at once, else its smallest node.
 * `nodesP[c]` are the nodes of cluster c; NaN = no value, counts nowhere (nodes come and go).
 * Undefined where nothing has a value.
 */
export function locate(
  clusterP: Float64Array,
  nodesP: readonly Float64Array[],
): PlaceFound | undefined {
  let cluster = -1;
  let best = Number.POSITIVE_INFINITY;
  for (let c = 0; c < clusterP.length; c++) {
    const rank = clusterRank(clusterP[c]!, nodesP[c]!, 0, nodesP[c]!.length);
    if (rank < best) {
      best = rank;
      cluster = c;
    }
  }
  if (cluster < 0) return undefined;
  const nodes = nodesP[cluster]!;
  return { cluster, node: placeInside(nodes, 0, nodes.length) };
}

/**
 * Opening steps of findings: D reaches `budgetDays` (1 + k budgetDays / 30), k = findings opened in
 * the last 30 days; a finding stays open until it was below the budget for more than ten steps.
 * NaN days open nothing.
 */
export function findings(days: Float64Array, stepMs: number, budgetDays = 30): number[] {
  const opened: number[] = [];
  let memory: BudgetMemory = [];
  let lastRaised = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < days.length; step++) {
    if (!(days[step]! >= budgetDays)) continue;
    if (step - lastRaised > QUIET_STEPS) {
      if (days[step]! < barDays(memory, step, stepMs, budgetDays)) continue;
      memory = withOpening(memory, step, stepMs);
      opened.push(step);
    }
    lastRaised = step;
  }
  return opened;
}

/** Return period of every step in days, capped by ten times the age; `p` starts with the entity's first step. */
export function claimedDaysOf(p: Float64Array, stepMs: number): Float64Array {
  return p.map((value, step) => claimedDays(value, stepMs, step + 1));
}
