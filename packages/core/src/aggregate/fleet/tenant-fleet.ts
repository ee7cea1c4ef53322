import { assert, Refusal } from "../../model/refusal.ts";
import type { SeriesNumber } from "../../model/series-number.ts";
import { DAY_MS, type DurationMs, type EpochMs } from "../../model/time.ts";
import { BudgetSteps } from "./budget-steps.ts";
import { type FindingsMemory, type FleetFinding, NO_FINDINGS } from "./fleet-finding.ts";
import { findingsStep } from "./fleet-findings.ts";
import { FleetFold, type FleetRow } from "./fleet-fold.ts";
import { FleetHistory } from "./fleet-history.ts";
import { packFleet, unpackFleet } from "./fleet-state.ts";
import { type FleetStep, FleetStepView } from "./fleet-step.ts";
import { LateMarks } from "./late-marks.ts";
import { MARK } from "./step-marks.ts";
import type { StepPoints } from "./step-points.ts";

export interface TenantFleetOptions {
  /** The grid: a step is [k stepMs, (k + 1) stepMs) of event time. Whole milliseconds, up to a day. */
  readonly stepMs: DurationMs;
  /** Alert budget: at most one finding in this many days. */
  readonly budgetDays: number;
  /** How far back late points are folded in again; at least twelve steps are kept. */
  readonly rewindMs: DurationMs;
  /** Ask again without the entities of open findings, so that a second fault does not hide. */
  readonly secondLook?: boolean;
}

/** Ids by number. */
export interface FleetNames {
  readonly clusterIds: readonly string[];
  readonly nodeIds: readonly string[];
  readonly metricNames: readonly string[];
  /** Cluster number of a node number, node number of a series number. */
  readonly nodeCluster: readonly number[];
  readonly seriesNode: readonly number[];
}

export type PointKind = "value" | "absence";

const STEP_MS_MAX = DAY_MS;
/** A finding closes within ten quiet steps; empty steps are processed for at least that long. */
const HORIZON_STEPS_MIN = 12;

/**
 * The roll-up of one tenant on an event-time grid: series p -> node -> cluster -> tenant, scores and
 * findings (spec of detection, section 14). Late points rewind what they touch and only that: a node,
 * its cluster, the tenant.
 *
 * Histories and saved bytes are a function of the points alone: order of arrival (within the horizon)
 * and partition into `advance` calls do not matter. Past-only: a step never depends on a later one.
 * Series, nodes and clusters are numbered in order of registration and may join at any time; their age
 * counts from their first step with a value; without values they are NaN and learn nothing.
 */
export class TenantFleet {
  readonly stepMs: DurationMs;
  /** Points that came too late to count, since the fleet was made. */
  ignoredPoints = 0;
  readonly #secondLook: boolean;
  readonly #fold: FleetFold;
  readonly #history: FleetHistory;
  readonly #view: FleetStepView;
  readonly #late = new LateMarks();
  #memory: FindingsMemory = NO_FINDINGS;
  readonly #budgets: BudgetSteps;
  #cachedStep = Number.NaN;
  #cachedPoints: StepPoints | undefined;

  /** @throws Refusal "window/invalid" for a grid, horizon or budget that cannot be. */
  constructor({ stepMs, budgetDays, rewindMs, secondLook = true }: TenantFleetOptions) {
    checkGrid(stepMs, rewindMs);
    this.stepMs = stepMs;
    this.#secondLook = secondLook;
    this.#fold = new FleetFold(stepMs);
    const horizonSteps = Math.max(HORIZON_STEPS_MIN, Math.ceil(rewindMs / stepMs));
    this.#history = new FleetHistory(this.#fold, horizonSteps);
    this.#view = new FleetStepView(this.#fold);
    this.#budgets = new BudgetSteps(budgetDays);
  }

  /** The number of a series, for `put`; the same key gives the same number. O(siblings). */
  addSeries(clusterId: string, nodeId: string, metricName: string): SeriesNumber {
    return this.#fold.directory.add(clusterId, nodeId, metricName);
  }

  /** Ids by number; the columns of a step are indexed by the numbers of nodes and clusters. */
  get names(): FleetNames {
    return this.#fold.directory;
  }

  /** Start of the newest processed step; -Infinity before the first. */
  get processedMs(): EpochMs {
    return this.#history.processed * this.stepMs;
  }

  /** Start of the oldest step that still takes points; -Infinity before the first step. */
  get horizonMs(): EpochMs {
    return (this.#history.processed - this.#history.horizonSteps + 1) * this.stepMs;
  }

  /** Start of the first step in which a node had a value; undefined before. */
  nodeSinceMs(node: number): EpochMs | undefined {
    const first = this.#fold.nodes.firstSteps[node] ?? -1;
    return first < 0 ? undefined : first * this.stepMs;
  }

  /** Findings open after the newest processed step, in order of opening. */
  get openFindings(): readonly FleetFinding[] {
    return this.#memory.open.map(({ finding }) => finding);
  }

  /** The alert budget of the steps that are not processed yet. */
  get budgetDays(): number {
    return this.#budgets.newest;
  }

  /** Holds for the steps that are not processed yet. @throws Refusal "window/invalid" */
  setBudgetDays(budgetDays: number): void {
    const { processed, horizonSteps } = this.#history;
    this.#budgets.set(budgetDays, processed, processed - horizonSteps);
  }

  /**
   * Tail probability of one point of a series. Any order; a point at the same millisecond and of the
   * same kind is replaced. Several points of a series in one step count as the Šidák p of the smallest.
   * NaN takes a point back. Points before the horizon are counted in `ignoredPoints` and left out.
   * `mark`: state of the series' alarm at the point (MARK); it holds findings open.
   *
   * @throws Refusal "time/invalid" unless the time is a finite number; assertion for an unknown series.
   */
  put(
    series: SeriesNumber,
    atMs: EpochMs,
    p: number,
    kind: PointKind = "value",
    mark: number = MARK.none,
  ): void {
    const { directory } = this.#fold;
    assert(series >= 0 && series < directory.metricNames.length, "put wants a number of addSeries");
    const step = Math.floor(atMs / this.stepMs);
    if (step !== this.#cachedStep) this.#cachePoints(step);
    const points = this.#cachedPoints;
    if (points === undefined) {
      this.ignoredPoints++;
      return;
    }
    const key = Math.floor(atMs - step * this.stepMs) * 2 + (kind === "absence" ? 1 : 0);
    const changedP = points.put(series, key, p);
    const changed = points.marks.put(series, key, mark) || changedP;
    if (changed && step <= this.#history.processed) {
      this.#late.mark(directory.seriesNode[series]!, step);
    }
  }

  /**
   * Processes all steps that end at or before `uptoMs`, in order; before them, again, those that late
   * points have changed. `visit` is called once for each. A silence longer than the horizon is skipped.
   * Returns how many steps were reported.
   */
  advance(uptoMs: EpochMs, visit: (step: FleetStep) => void = () => {}): number {
    const last = Math.floor(uptoMs / this.stepMs) - 1;
    let reported = this.#late.any ? this.#processAgain(visit) : 0;
    for (let step = this.#history.next(); step <= last; step = this.#history.next()) {
      const row = this.#history.append(step, this.#memory);
      this.#cachedStep = Number.NaN;
      this.#foldAll(row);
      visit(this.#view.of(row, false, this.#judge([row]), []));
      reported++;
    }
    return reported;
  }

  /** Everything, points of the horizon and of the future included: versioned, with a checksum. */
  save(): Uint8Array {
    return packFleet(this.#fold, this.#history, {
      stepMs: this.stepMs,
      horizonSteps: this.#history.horizonSteps,
      ignoredPoints: this.ignoredPoints,
      memory: this.#memory,
      budgets: this.#budgets.save(),
      late: this.#late.all(),
    });
  }

  /**
   * Replaces all by what `save` gave; this fleet must be new, with the same grid and horizon.
   *
   * @throws Refusal "state/unreadable"
   */
  restore(bytes: Uint8Array): void {
    const header = unpackFleet(bytes, this.#fold, this.#history);
    this.#memory = header.memory;
    this.ignoredPoints = header.ignoredPoints;
    this.#budgets.restore(header.budgets);
    for (const [node, step] of header.late) this.#late.mark(node, step);
    this.#cachedStep = Number.NaN;
  }

  #cachePoints(step: number): void {
    if (!Number.isFinite(step)) {
      throw new Refusal("time/invalid", "give epoch milliseconds", { step });
    }
    this.#cachedPoints = this.#history.pointsOf(step);
    this.#cachedStep = step;
  }

  #foldAll(row: FleetRow): void {
    const fold = this.#fold;
    const points = this.#history.points.get(row.step);
    for (let node = 0; node < fold.nodes.count; node++) fold.foldNode(row, points, node);
    for (let cluster = 0; cluster < fold.clusters.count; cluster++) fold.foldCluster(row, cluster);
    fold.foldTenant(row);
  }

  /** Findings of the folded row `rows[0]`; moves the memory on. `rows`: all folded from then on. */
  #judge(rows: readonly FleetRow[]): readonly FleetFinding[] {
    const row = rows[0]!;
    row.before = this.#memory;
    const step = findingsStep(
      {
        fold: this.#fold,
        row,
        rows,
        points: this.#history.points.get(row.step),
        budgetDays: this.#budgets.at(row.step),
      },
      this.#secondLook,
    );
    this.#memory = step.memory;
    row.opened = step.opened;
    return step.changed;
  }

  #processAgain(visit: (step: FleetStep) => void): number {
    const marks = this.#late.take();
    const first = marks.reduce(
      (step, [, fromStep]) => Math.min(step, fromStep),
      this.#history.processed,
    );
    const rows = this.#history.from(first, this.#memory);
    const gone = new Set(rows.flatMap(({ opened }) => opened));
    this.#refold(rows, marks);
    this.#memory = rows[0]!.before;
    const { open } = this.#memory;
    rows.forEach((row, i) => {
      const changed = this.#judge(rows.slice(i));
      for (const id of row.opened) gone.delete(id);
      // Findings from before may have closed in the old course of things: they are open again.
      const all = i === 0 ? [...open.map(({ finding }) => finding), ...changed] : changed;
      visit(this.#view.of(row, true, all, i === rows.length - 1 ? [...gone] : []));
    });
    return rows.length;
  }

  /** Takes back and folds again what the marked nodes touch: each from its own step on. */
  #refold(
    rows: readonly FleetRow[],
    marks: readonly (readonly [node: number, fromStep: number])[],
  ): void {
    const fold = this.#fold;
    const history = this.#history;
    const clusterFrom = new Map<number, number>();
    for (const [node, fromStep] of marks) {
      const touched = rows.filter(({ step }) => step >= fromStep);
      for (const row of touched.toReversed()) fold.nodes.undo(row.nodes, node);
      for (const row of touched) fold.foldNode(row, history.points.get(row.step), node);
      const cluster = fold.directory.nodeCluster[node]!;
      clusterFrom.set(cluster, Math.min(clusterFrom.get(cluster) ?? fromStep, fromStep));
    }
    for (const [cluster, fromStep] of clusterFrom) {
      const touched = rows.filter(({ step }) => step >= fromStep);
      for (const row of touched.toReversed()) fold.clusters.undo(row.clusters, cluster);
      for (const row of touched) fold.foldCluster(row, cluster);
    }
    for (const row of rows.toReversed()) fold.tenant.undo(row.tenant, 0);
    for (const row of rows) fold.foldTenant(row);
  }
}

function checkGrid(stepMs: DurationMs, rewindMs: DurationMs): void {
  if (!(Number.isInteger(stepMs) && stepMs > 0 && stepMs <= STEP_MS_MAX)) {
    throw new Refusal("window/invalid", "stepMs is a whole number of milliseconds up to a day", {
      stepMs,
    });
  }
  if (!(Number.isFinite(rewindMs) && rewindMs >= 0)) {
    throw new Refusal("window/invalid", "rewindMs is a number of milliseconds, 0 or more", {
      rewindMs,
    });
  }
}
