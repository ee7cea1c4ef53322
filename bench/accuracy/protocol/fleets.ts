import {
  type CalibrationLevel,
  calibrateFleet,
  DAY_MS,
  type FleetFinding,
  type FleetStep,
  HOUR_MS,
  MINUTE_MS,
} from "@foreshock/core/fold";
import {
  Dice,
  type FleetChange,
  type FleetPlan,
  generateFleet,
  ORIGIN_MS,
  UTC,
} from "@foreshock/core/generator";

/** What load metrics have in common in each of the healthy fleets. */
const CORRELATIONS = [0, 0.3, 0.3, 0.8];
const INTERVAL_MS = 5 * MINUTE_MS;
const CLUSTERS = 4;
const NODES = 20;
const METRICS = 12;
const HEALTHY_TENANTS = 3;
const HEALTHY_DAYS = 28;
/** Scores of the first days are not counted: tails are still those of the prior. */
const WARM_UP_DAYS = 3;
/** Alert budgets: one finding in this many days. */
export const BUDGETS_DAYS = [7, 30] as const;

/** One healthy fleet: 3 tenants x 80 nodes x 12 metrics x 28 days. */
export interface HealthyFleet {
  readonly correlation: number;
  /** Realised over promised alarms by level, and by once in how many days. */
  readonly ratios: ReadonlyMap<CalibrationLevel, ReadonlyMap<number, number>>;
  /** Findings by budget, and how many were promised. */
  readonly findings: ReadonlyMap<number, { readonly opened: number; readonly promised: number }>;
}

/** Promise and faults; see the parts. */
export interface FleetFigures {
  readonly healthy: readonly HealthyFleet[];
  readonly faults: readonly FleetFaults[];
}

/** Every part, one after the other. Cost: about four CPU minutes. */
export function judgeFleets(say: (step: string) => void): FleetFigures {
  const faults = FAULT_NAMES.map((shape) => {
    say(`fleets: ${shape}`);
    return judgeFleetFaults(shape);
  });
  const healthy = CORRELATIONS.map((correlation, k) => {
    say(`fleets: healthy, correlation ${correlation}`);
    return judgeHealthyFleet(k);
  });
  return { healthy, faults };
}

/** The `k`-th of four. Cost: about 35 CPU seconds. */
function judgeHealthyFleet(k: number): HealthyFleet {
  const correlation = CORRELATIONS[k]!;
  const plan = planOf(`healthy ${k}`, HEALTHY_TENANTS, HEALTHY_DAYS, correlation, []);
  const { report } = calibrateFleet(generateFleet(plan), {
    grid: plan.grid,
    budgetsDays: BUDGETS_DAYS,
    warmUpDays: WARM_UP_DAYS,
  });
  const ratios = report.levels.map(({ level, rows }) => {
    return [level, new Map(rows.map(({ onceInDays, ratio }) => [onceInDays, ratio]))] as const;
  });
  const findings = report.findings.map(({ onceInDays, realised, promised }) => {
    return [onceInDays, { opened: realised, promised }] as const;
  });
  return { correlation, ratios: new Map(ratios), findings: new Map(findings) };
}

const FAULT_SHAPES = {
  "4 metrics of one node": { nodes: 1, metrics: 4, size: 16 },
  "6 metrics of a whole cluster": { nodes: NODES, metrics: 6, size: 4 },
} as const;
export type FaultShape = keyof typeof FAULT_SHAPES;
const FAULT_NAMES = Object.keys(FAULT_SHAPES) as FaultShape[];

const TRIALS = 12;
const TRIAL_DAYS = 12;
const FAULT_DAY_MIN = 8;
const FAULT_DAYS_SPREAD = 3;
const CORRELATION = 0.3;
/** Openings so long after the end are still the fault's. */
const AFTER_MS = HOUR_MS;

/** One fault in each of 12 tenants of 80 nodes x 12 metrics. */
export interface FleetFaults {
  readonly shape: FaultShape;
  /** In noise sizes. */
  readonly size: number;
  /** Share with a finding, by budget. */
  readonly found: ReadonlyMap<number, number>;
  /** Share where the smallest node (or cluster) p of the tenant is the fault's. */
  readonly placeFirst: number;
  /** Findings a fault under the weekly budget, of those found. */
  readonly findingsEach: number;
  /** Share whose first finding under the weekly budget is of the right level and place. */
  readonly levelRight: number;
}

/** Cost: about 55 CPU seconds. */
function judgeFleetFaults(shape: FaultShape): FleetFaults {
  const { size } = FAULT_SHAPES[shape];
  const faults = Array.from({ length: TRIALS }, (_, tenant) => faultOf(shape, size, tenant));
  const plan = planOf(`faults ${shape}`, TRIALS, TRIAL_DAYS, CORRELATION, faults);
  const smallest = faults.map(() => ({ p: Number.POSITIVE_INFINITY, at: -1 }));
  const tenants: string[] = [];
  const visit = (tenantId: string, { startMs, nodes, clusters }: FleetStep) => {
    if (tenants.at(-1) !== tenantId) tenants.push(tenantId);
    const trial = tenants.length - 1;
    const fault = faults[trial]!;
    if (startMs < fault.startMs || startMs >= fault.endMs) return;
    const { p, count } = shape === "4 metrics of one node" ? nodes : clusters;
    for (let at = 0; at < count; at++) {
      if (p[at]! < smallest[trial]!.p) smallest[trial] = { p: p[at]!, at };
    }
  };
  const { findings } = calibrateFleet(generateFleet(plan), {
    grid: plan.grid,
    budgetsDays: BUDGETS_DAYS,
    warmUpDays: WARM_UP_DAYS,
    visit,
  });
  const during = (trial: number, budget: number) =>
    findings
      .filter((one) => one.tenantId === tenants[trial] && one.budgetDays === budget)
      .flatMap((one) => one.findings)
      .filter(({ openedMs }) => isOf(faults[trial]!, openedMs));
  return faultsOf(shape, size, faults, smallest, during);
}

function faultsOf(
  shape: FaultShape,
  size: number,
  faults: readonly FleetChange[],
  smallest: readonly { readonly at: number }[],
  during: (trial: number, budget: number) => readonly FleetFinding[],
): FleetFaults {
  const [weekly] = BUDGETS_DAYS;
  const share = (right: (trial: number) => boolean) =>
    faults.filter((_, trial) => right(trial)).length / faults.length;
  const found = faults.map((_, trial) => during(trial, weekly)).filter((all) => all.length > 0);
  const right = faults.filter((fault, trial) => {
    const [first] = during(trial, weekly);
    return first !== undefined && isPlace(shape, fault, first);
  });
  return {
    shape,
    size,
    found: new Map(
      BUDGETS_DAYS.map((budget) => [budget, share((trial) => during(trial, budget).length > 0)]),
    ),
    placeFirst: share((trial) => smallest[trial]!.at === placeNumber(shape, faults[trial]!)),
    findingsEach: found.reduce((sum, all) => sum + all.length, 0) / found.length,
    levelRight: right.length / found.length,
  };
}

function isOf({ startMs, endMs }: FleetChange, openedMs: number): boolean {
  return openedMs >= startMs && openedMs < endMs + AFTER_MS;
}

/** Number of the node or cluster within its tenant: nodes come cluster by cluster. */
function placeNumber(shape: FaultShape, { cluster, nodes }: FleetChange): number {
  return shape === "4 metrics of one node" ? cluster * NODES + nodes[0]! : cluster;
}

function isPlace(shape: FaultShape, fault: FleetChange, finding: FleetFinding): boolean {
  const cluster = finding.clusterId === `cluster-${fault.cluster + 1}`;
  if (shape !== "4 metrics of one node") return cluster && finding.level === "cluster";
  const node = `node-${String(fault.nodes[0]! + 1).padStart(3, "0")}`;
  return cluster && finding.level === "node" && finding.nodeId === node;
}

function faultOf(shape: FaultShape, size: number, tenant: number): FleetChange {
  const dice = new Dice(`${shape} ${tenant}`);
  const { nodes, metrics } = FAULT_SHAPES[shape];
  const steps = Math.floor(
    ((FAULT_DAY_MIN + FAULT_DAYS_SPREAD * dice.uniform()) * DAY_MS) / INTERVAL_MS,
  );
  const startMs = ORIGIN_MS + steps * INTERVAL_MS;
  return {
    startMs,
    endMs: startMs + Math.round(dice.between(1, 4) * 12) * INTERVAL_MS,
    tenant,
    cluster: dice.below(CLUSTERS),
    nodes: dice.pick(numbers(NODES), nodes),
    metrics: dice.pick(numbers(METRICS), metrics),
    size,
  };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

function planOf(
  seed: string,
  tenantCount: number,
  days: number,
  correlation: number,
  changes: readonly FleetChange[],
): FleetPlan {
  return {
    seed,
    grid: {
      startMs: ORIGIN_MS,
      intervalMs: INTERVAL_MS,
      pointCount: (days * DAY_MS) / INTERVAL_MS,
    },
    tenantCount,
    clusterCount: CLUSTERS,
    nodeCount: NODES,
    metricCount: METRICS,
    common: { correlation, law: "normal" },
    zones: [UTC],
    changes,
  };
}
