import type { AlarmOutcome } from "../../model/alarm-outcome.ts";
import { claimedDays } from "../../stats/return-period.ts";
import { barDays, QUIET_STEPS, withOpening } from "../alert-budget.ts";
import type { EntityStates } from "../entity-state.ts";
import { coldStepsOf } from "../own-tail.ts";
import { clusterRank, placeInside } from "../place.ts";
import { evidenceOf } from "./finding-evidence.ts";
import { isWayBack, standingOf } from "./finding-hold.ts";
import {
  type FindingsMemory,
  type FleetFinding,
  findingId,
  type OpenFinding,
} from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetRow, FleetWithout } from "./fleet-row.ts";
import type { StepPoints } from "./step-points.ts";

/** Cap on simultaneous findings; beyond it the ranking is the better view. Also bounds the work per step. */
const OPEN_MAX = 8;
/** Open findings and ways back that are looked past in one step. */
const OUT_MAX = 2 * OPEN_MAX;

/** Outcome of one step: the new memory, and the findings opened, changed or closed. */
export interface FindingsStep {
  readonly memory: FindingsMemory;
  readonly changed: readonly FleetFinding[];
  readonly opened: readonly string[];
}

/** What one step of the fleet looks like to the findings. */
interface Moment {
  readonly fold: FleetFold;
  readonly row: FleetRow;
  /** Copies what a cluster was before the step to entity 0 of `into`; false if it was not yet. */
  readonly clusterBefore: (cluster: number, into: EntityStates) => boolean;
  readonly points: StepPoints | undefined;
  readonly budgetDays: number;
}

const NOTHING: readonly never[] = [];

/** A part of the fleet that is taken out when the tenant is asked again. */
type Place = Pick<OpenFinding, "cluster" | "node">;

/**
 * The budget rule of section 14, with a place: a finding opens when the tenant's D reaches the bar and
 * closes after ten steps below the budget, or is held as long as the alarms of its metrics are (section
 * 12): a fault of two days is one finding, though its scores fade as it is learnt. The way back from a
 * held fault opens nothing. With `secondLook` the entities of open findings are taken out
 * and the tenant is asked again, so that a fault elsewhere does not hide behind the first; not in a
 * tenant's first three days.
 * While a single finding is open and nothing else is odd, both give the same.
 */
export function findingsStep(moment: Moment, secondLook: boolean): FindingsStep {
  const { fold, row, budgetDays } = moment;
  const { open, budget } = row.before;
  const days = tenantDays(fold, row, row.tenant.promisedP[0] ?? Number.NaN);
  const raised = days >= budgetDays;
  if (!raised && open.length === 0) {
    return { memory: row.before, changed: NOTHING, opened: NOTHING };
  }
  const changed: FleetFinding[] = [];
  const still = kept(moment, raised, changed);
  const opened: string[] = [];
  let spent = budget;
  const openMax = secondLook && settled(fold, row) ? OPEN_MAX : 1;
  const out: Place[] = [...still];
  while (raised && still.length < openMax && out.length < OUT_MAX) {
    const view = out.length === 0 ? whole(row) : withoutAll(moment, out);
    const left = out.length === 0 ? days : tenantDays(fold, row, view.tenantP);
    if (!(left >= barDays(spent, row.step, fold.stepMs, budgetDays))) break;
    const found = openAt(moment, view, left, still.length > 0);
    if (found === undefined) break;
    out.push(found);
    if (isWayBack(moment.points, found.finding.contributions)) continue;
    still.push(found);
    changed.push(found.finding);
    opened.push(found.finding.id);
    spent = withOpening(spent, row.step, fold.stepMs);
  }
  return { memory: { budget: spent, open: still }, changed, opened };
}

/** A tenant's first days have many odd steps in a row, so a second finding is not yet opened then. */
function settled(fold: FleetFold, row: FleetRow): boolean {
  return fold.ageSteps(fold.tenant, 0, row.step) > coldStepsOf(fold.stepMs);
}

/** The findings that stay open, brought up to date; those that close or change are noted in `changed`. */
function kept(moment: Moment, raised: boolean, changed: FleetFinding[]): OpenFinding[] {
  const { fold, row, budgetDays } = moment;
  const { open } = row.before;
  const still: OpenFinding[] = [];
  for (const one of open) {
    const others = open.filter((other) => other !== one);
    const alone = raised && others.length > 0 ? withoutAll(moment, others).tenantP : undefined;
    const days = raised ? tenantDays(fold, row, alone ?? row.tenant.promisedP[0]!) : Number.NaN;
    const next = refreshed(moment, one, days >= budgetDays ? days : undefined);
    if (row.step - next.lastRaised < QUIET_STEPS) {
      still.push(next);
      if (next.finding !== one.finding) changed.push(next.finding);
    } else {
      changed.push({ ...next.finding, closedMs: (row.step + 1) * fold.stepMs });
    }
  }
  return still;
}

/** @param days the tenant's return period without the other findings; undefined below the budget */
function refreshed(
  { fold, row, points }: Moment,
  one: OpenFinding,
  days: number | undefined,
): OpenFinding {
  const { finding } = one;
  const standing = standingOf(points, finding.contributions);
  const outcome = outcomeAfter(finding.outcome, standing);
  if (days === undefined) {
    // Reported when the outcome changes; that it merely lasts is not reported.
    const same = outcome === finding.outcome;
    const lastRaised = standing === "held" ? row.step : one.lastRaised;
    return { ...one, lastRaised, finding: same ? finding : { ...finding, outcome } };
  }
  const p = one.node < 0 ? row.clusters.p[one.cluster]! : row.nodes.p[one.node]!;
  const worse = p < finding.entityP && standing !== "recovered";
  const raisedMs = row.step * fold.stepMs;
  const now: FleetFinding = { ...finding, raisedMs, outcome };
  if (!worse) return { ...one, lastRaised: row.step, finding: now };
  const evidence = {
    ...evidenceOf(fold, row, points, one),
    tenantDays: Math.max(days, finding.tenantDays),
  };
  return { ...one, lastRaised: row.step, finding: { ...now, ...evidence } };
}

/** What is held is so for as long as its metrics are away; how it ended is not forgotten. */
function outcomeAfter(before: AlarmOutcome, standing: AlarmOutcome): AlarmOutcome {
  return standing === "open" && before !== "held" ? before : standing;
}

function openAt(
  moment: Moment,
  view: FleetWithout,
  days: number,
  second: boolean,
): OpenFinding | undefined {
  const { fold, row, points } = moment;
  const place = placeOf(fold, view);
  if (place === undefined) return undefined;
  const clusterId = fold.directory.clusterIds[place.cluster]!;
  const nodeId = place.node < 0 ? undefined : fold.directory.nodeIds[place.node]!;
  const openedMs = row.step * fold.stepMs;
  const finding: FleetFinding = {
    id: findingId(openedMs, clusterId, nodeId),
    level: nodeId === undefined ? "cluster" : "node",
    clusterId,
    nodeId,
    openedMs,
    closedMs: undefined,
    raisedMs: openedMs,
    outcome: "open",
    tenantDays: days,
    second,
    ...evidenceOf(fold, row, points, place, view.nodeP),
  };
  return { ...place, finding, lastRaised: row.step };
}

/** Numbers of the cluster and node (-1 = the cluster's) where the step's finding belongs. */
function placeOf(
  fold: FleetFold,
  { nodeP, clusterP }: FleetWithout,
): { cluster: number; node: number } | undefined {
  let best = Number.POSITIVE_INFINITY;
  let cluster = -1;
  for (const candidate of fold.directory.layout().clusterOrder) {
    const p = memberP(fold, nodeP, candidate);
    const rank = clusterRank(clusterP[candidate] ?? Number.NaN, p, 0, p.length);
    if (rank < best) {
      best = rank;
      cluster = candidate;
    }
  }
  if (cluster < 0) return undefined;
  const p = memberP(fold, nodeP, cluster);
  const inside = placeInside(p, 0, p.length);
  return { cluster, node: inside < 0 ? -1 : fold.membersOf(cluster)[inside]! };
}

function memberP(fold: FleetFold, nodeP: Float64Array, cluster: number): Float64Array {
  return Float64Array.from(fold.membersOf(cluster), (node) => nodeP[node] ?? Number.NaN);
}

function whole(row: FleetRow): FleetWithout {
  return {
    nodeP: row.nodes.p,
    clusterP: row.clusters.p,
    tenantP: row.tenant.promisedP[0] ?? Number.NaN,
  };
}

function withoutAll({ fold, row, clusterBefore }: Moment, places: readonly Place[]): FleetWithout {
  const nodes = places.filter(({ node }) => node >= 0).map(({ node }) => node);
  const clusters = places.filter(({ node }) => node < 0).map(({ cluster }) => cluster);
  return fold.without(row, new Set(nodes), new Set(clusters), clusterBefore);
}

function tenantDays(fold: FleetFold, row: FleetRow, p: number): number {
  return claimedDays(p, fold.stepMs, fold.ageSteps(fold.tenant, 0, row.step));
}
