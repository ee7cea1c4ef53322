import {
  createStreamEngine,
  DAY_MS,
  type FleetStep,
  HOUR_MS,
  type Piece,
  type ScoredColumn,
  scoredColumn,
  TenantFold,
} from "@foreshock/core/fold";
import {
  Dice,
  type FleetPlan,
  type GeneratedNode,
  generateFleet,
  NOISE_SIZE,
} from "@foreshock/core/generator";

/** One kind of fault, tried many times. */
export interface FaultSpec {
  readonly name: string;
  readonly reach: "node" | "half" | "cluster";
  /** Metrics of each node that move. */
  readonly metricCount: number;
  /** In units of each metric's noise. */
  readonly size: number;
  readonly trialCount: number;
}

/** Means over the trials. */
export interface FaultOutcome {
  readonly spec: FaultSpec;
  /** Share of trials in which the right node (or cluster) had the smallest p of its level meanwhile. */
  readonly nodeFirst: number;
  readonly clusterFirst: number;
  readonly budgets: readonly BudgetOutcome[];
}

export interface BudgetOutcome {
  readonly budgetDays: number;
  /** Share of trials with a finding at the right place. */
  readonly found: number;
  /** Findings opened from the fault's beginning to an hour after its end. */
  readonly findingsPerFault: number;
  /** Of the faults found: share whose first finding names the right level (node or cluster). */
  readonly levelRight: number;
}

const ENGINE = createStreamEngine();
const BUDGETS_DAYS = [1, 7, 30] as const;
/** Faults begin at these days of the fleet's life, and a little later in each trial. */
const START_DAYS = [15, 17, 19, 21, 23, 25] as const;
const REWIND_MS = HOUR_MS;
const AFTERMATH_MS = HOUR_MS;

interface Series {
  readonly cluster: number;
  readonly node: number;
  readonly metric: number;
  readonly noiseSize: number;
  readonly values: Float64Array;
  readonly column: ScoredColumn;
  readonly place: readonly [clusterId: string, nodeId: string, metricName: string];
}

/**
 * Faults in one tenant: the healthy tenant is scored and rolled up once, its roll-up saved at several
 * days; a trial scores the series that its fault touches again and goes on from the saved roll-up.
 */
export class FaultTrials {
  readonly #plan: FleetPlan;
  readonly #series: Series[];
  /** States by budget and start day. */
  readonly #states = new Map<string, readonly Piece[]>();

  constructor(plan: FleetPlan) {
    this.#plan = { ...plan, tenantCount: 1 };
    this.#series = [...generateFleet(this.#plan)].flatMap((node) => this.#scored(node));
    for (const budgetDays of BUDGETS_DAYS) this.#rollUp(budgetDays);
  }

  run(spec: FaultSpec): FaultOutcome {
    const trials = Array.from({ length: spec.trialCount }, (_, k) => this.#trial(spec, k));
    const share = (of: (trial: Trial) => number) =>
      trials.reduce((sum, trial) => sum + of(trial), 0) / trials.length;
    return {
      spec,
      nodeFirst: share(({ nodeFirst }) => nodeFirst),
      clusterFirst: share(({ clusterFirst }) => clusterFirst),
      budgets: BUDGETS_DAYS.map((budgetDays, b) => {
        const found = trials.filter(({ budgets }) => budgets[b]!.right);
        return {
          budgetDays,
          found: found.length / trials.length,
          findingsPerFault: share(({ budgets }) => budgets[b]!.opened),
          levelRight:
            found.filter(({ budgets }) => budgets[b]!.levelRight).length /
            Math.max(found.length, 1),
        };
      }),
    };
  }

  #scored({ cluster, node, clusterId, nodeId, metrics }: GeneratedNode): Series[] {
    return metrics.map(({ metricName, kind, values }, metric) => ({
      cluster,
      node,
      metric,
      noiseSize: NOISE_SIZE[kind],
      values,
      column: scoredColumn(values, this.#plan.grid, ENGINE),
      place: [clusterId, nodeId, metricName],
    }));
  }

  #open(budgetDays: number): TenantFold {
    const { intervalMs } = this.#plan.grid;
    return new TenantFold({ stepMs: intervalMs, budgetDays, rewindMs: REWIND_MS });
  }

  #rollUp(budgetDays: number): void {
    const { intervalMs } = this.#plan.grid;
    const fold = this.#open(budgetDays);
    for (const { place } of this.#series) fold.setInterval(fold.addSeries(...place), intervalMs);
    let from = 0;
    for (const day of START_DAYS) {
      const to = Math.round((day * DAY_MS) / intervalMs);
      this.#steps(fold, from, to, new Map(), () => {});
      this.#states.set(`${budgetDays} ${day}`, [...fold.pieces("all")]);
      from = to;
    }
  }

  /** Folds steps [from, to); `changed` holds the columns that are not the healthy ones. */
  #steps(
    fold: TenantFold,
    from: number,
    to: number,
    changed: ReadonlyMap<number, ScoredColumn>,
    visit: (step: FleetStep) => void,
  ): void {
    const { startMs, intervalMs } = this.#plan.grid;
    for (let i = from; i < to; i++) {
      const atMs = startMs + i * intervalMs;
      this.#series.forEach((series, s) => {
        const { p, flat, phase } = changed.get(s) ?? series.column;
        fold.put(s, atMs, p[i]!, flat.get(i) ?? Number.NaN, phase[i]!);
      });
      fold.advance(atMs + intervalMs, visit);
    }
  }

  #trial(spec: FaultSpec, k: number): Trial {
    const { grid, clusterCount, nodeCount } = this.#plan;
    const dice = new Dice(`${this.#plan.seed} ${spec.name} ${k}`);
    const day = START_DAYS[k % START_DAYS.length]!;
    const perHour = HOUR_MS / grid.intervalMs;
    const from = Math.round((day * DAY_MS) / grid.intervalMs);
    const first = from + 1 + dice.below(Math.round(20 * perHour));
    const end = first + Math.round(dice.between(1, 4) * perHour);
    const cluster = dice.below(clusterCount);
    const all = Array.from({ length: nodeCount }, (_, n) => n);
    const reached = { node: 1, half: Math.ceil(nodeCount / 2), cluster: nodeCount }[spec.reach];
    const nodes = dice.pick(all, reached);
    const metrics = dice.pick(
      Array.from({ length: this.#plan.metricCount }, (_, m) => m),
      spec.metricCount,
    );
    const changed = this.#faulty({ cluster, nodes, metrics, first, end, size: spec.size });
    const fault: Fault = { spec, cluster, nodes, first, end };
    const watch = new TrialWatch(fault, grid);
    const budgets = BUDGETS_DAYS.map((budgetDays, b) => {
      const fold = this.#open(budgetDays);
      const reader = fold.reader();
      for (const piece of this.#states.get(`${budgetDays} ${day}`)!) reader.take(piece);
      reader.end();
      const last = end + Math.round(AFTERMATH_MS / grid.intervalMs);
      const opened = new Map<string, { level: string; right: boolean }>();
      this.#steps(fold, from, last, changed, (step) => {
        if (b === 0) watch.see(step);
        for (const finding of step.changed) {
          if (finding.openedMs < grid.startMs + first * grid.intervalMs) continue;
          const { level, clusterId, nodeId } = finding;
          if (!opened.has(finding.id)) {
            opened.set(finding.id, { level, right: watch.isRight(clusterId, nodeId) });
          }
        }
      });
      const right = [...opened.values()].find((one) => one.right);
      const wanted = spec.reach === "node" ? "node" : "cluster";
      return {
        opened: opened.size,
        right: right !== undefined,
        levelRight: right?.level === wanted,
      };
    });
    return { budgets, ...watch.first() };
  }

  #faulty(fault: {
    readonly cluster: number;
    readonly nodes: readonly number[];
    readonly metrics: readonly number[];
    readonly first: number;
    readonly end: number;
    readonly size: number;
  }): Map<number, ScoredColumn> {
    const changed = new Map<number, ScoredColumn>();
    this.#series.forEach((series, s) => {
      if (series.cluster !== fault.cluster || !fault.nodes.includes(series.node)) return;
      if (!fault.metrics.includes(series.metric)) return;
      const values = series.values.slice();
      for (let i = fault.first; i < fault.end; i++) values[i]! += fault.size * series.noiseSize;
      changed.set(s, scoredColumn(values, this.#plan.grid, ENGINE));
    });
    return changed;
  }
}

interface Trial {
  readonly nodeFirst: number;
  readonly clusterFirst: number;
  readonly budgets: readonly {
    readonly opened: number;
    readonly right: boolean;
    readonly levelRight: boolean;
  }[];
}

interface Fault {
  readonly spec: FaultSpec;
  readonly cluster: number;
  readonly nodes: readonly number[];
  readonly first: number;
  readonly end: number;
}

/** Who was the oddest of its level while the fault was there. */
class TrialWatch {
  readonly #fault: Fault;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #nodeP = new Map<number, number>();
  readonly #clusterP = new Map<number, number>();

  constructor(fault: Fault, { startMs, intervalMs }: FleetPlan["grid"]) {
    this.#fault = fault;
    this.#startMs = startMs + fault.first * intervalMs;
    this.#endMs = startMs + fault.end * intervalMs;
  }

  see({ startMs, nodes, clusters }: FleetStep): void {
    if (startMs < this.#startMs || startMs >= this.#endMs) return;
    keepSmallest(this.#nodeP, nodes.p, nodes.count);
    keepSmallest(this.#clusterP, clusters.p, clusters.count);
  }

  isRight(clusterId: string, nodeId: string | undefined): boolean {
    const { cluster, nodes, spec } = this.#fault;
    if (clusterId !== `cluster-${cluster + 1}`) return false;
    if (nodeId === undefined) return true;
    const node = Number(nodeId.slice("node-".length)) - 1;
    return spec.reach !== "node" || nodes.includes(node);
  }

  first(): { readonly nodeFirst: number; readonly clusterFirst: number } {
    const { cluster, nodes } = this.#fault;
    const node = smallestOf(this.#nodeP);
    const perCluster = this.#nodeP.size / this.#clusterP.size;
    const right = Math.floor(node / perCluster) === cluster && nodes.includes(node % perCluster);
    return {
      nodeFirst: Number(right),
      clusterFirst: Number(smallestOf(this.#clusterP) === cluster),
    };
  }
}

function keepSmallest(kept: Map<number, number>, p: Float64Array, count: number): void {
  for (let e = 0; e < count; e++) kept.set(e, Math.min(kept.get(e) ?? 1, p[e]!));
}

function smallestOf(p: ReadonlyMap<number, number>): number {
  let best = -1;
  for (const [e, value] of p) if (best < 0 || value < p.get(best)!) best = e;
  return best;
}
