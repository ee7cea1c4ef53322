import type { EntityStates } from "../entity-state.ts";
import type { BudgetSteps } from "./budget-steps.ts";
import { type FindingsMemory, type FleetFinding, NO_FINDINGS } from "./fleet-finding.ts";
import { findingsStep } from "./fleet-findings.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import { CELLS_PER_YIELD, foldAgain, takeBack, touchedBy } from "./fleet-refold.ts";
import type { FleetRow } from "./fleet-row.ts";
import { type FleetStep, FleetStepView } from "./fleet-step.ts";
import { LateMarks } from "./late-marks.ts";
import type { StepPoints } from "./step-points.ts";

/** What a step without points costs, in cells. */
const EMPTY_STEP_CELLS = 16;
/** Processed steps after which what has left the window is dropped. */
const FORGET_STEPS = 64;

/**
 * The steps of a fleet, one after the other, and again where late points came: folded, judged, shown. As
 * generators that yield the cells they have processed, so that the work can be set down.
 */
export class FleetSteps {
  readonly late: LateMarks = new LateMarks();
  readonly budgets: BudgetSteps;
  memory: FindingsMemory = NO_FINDINGS;
  readonly #fold: FleetFold;
  readonly #history: FleetHistory;
  readonly #view: FleetStepView;
  readonly #secondLook: boolean;

  constructor(fold: FleetFold, history: FleetHistory, budgets: BudgetSteps, secondLook: boolean) {
    this.#fold = fold;
    this.#history = history;
    this.budgets = budgets;
    this.#view = new FleetStepView(fold);
    this.#secondLook = secondLook;
  }

  /** All steps up to `last`; first, again, those that late points have changed. @returns their number. */
  *work(last: number, visit: (step: FleetStep) => void): Generator<number, number> {
    this.#fold.reserve();
    let reported = this.late.any ? yield* this.#processAgain(visit) : 0;
    for (let step = this.#history.next(); step <= last; step = this.#history.next()) {
      yield* this.#process(step, visit);
      if (++reported % FORGET_STEPS === 0) this.#history.forget();
    }
    this.#history.forget();
    return reported;
  }

  *#process(step: number, visit: (step: FleetStep) => void): Generator<number, void> {
    const fold = this.#fold;
    const row = this.#history.append(step, this.memory);
    const points = this.#history.points(step);
    fold.takeSnapshots(step);
    if (points === undefined) {
      const findings = this.#judge(row, undefined);
      visit(this.#view.of(row, "nobody", findings, []));
      yield EMPTY_STEP_CELLS;
      return;
    }
    points.trim(this.#history.pointsBefore(step));
    fold.reserveRow(row);
    fold.beginStep();
    let cells = 0;
    for (let node = 0; node < fold.nodes.count; node++) {
      fold.foldNode(row, points, node);
      cells += 1 + fold.sizeOf(node);
      if (cells < CELLS_PER_YIELD) continue;
      yield cells;
      cells = 0;
    }
    for (let cluster = 0; cluster < fold.clusters.count; cluster++) fold.foldCluster(row, cluster);
    fold.foldTenant(row);
    visit(this.#view.of(row, "all", this.#judge(row, points), []));
    yield cells + fold.nodes.count;
  }

  /** Findings of a row that was folded last; moves the memory on. */
  #judge(
    row: FleetRow,
    points: StepPoints | undefined,
    clusterBefore = this.#clusterBefore(row, undefined),
  ): readonly FleetFinding[] {
    row.before = this.memory;
    row.isChanged = true;
    const step = findingsStep(
      { fold: this.#fold, row, points, clusterBefore, budgetDays: this.budgets.at(row.step) },
      this.#secondLook,
    );
    this.memory = step.memory;
    row.opened = step.opened;
    return step.changed;
  }

  /**
   * What a cluster was before the step of `row`. `folded`: clusters whose last step is that of the row;
   * the others have learnt later ones. Undefined: all.
   */
  #clusterBefore(row: FleetRow, folded: ReadonlySet<number> | undefined) {
    const fold = this.#fold;
    return (cluster: number, into: EntityStates): boolean =>
      folded === undefined || folded.has(cluster)
        ? fold.clusters.before(row.step, cluster, into)
        : fold.clusterBefore(this.#history, row.step, cluster, into);
  }

  /** Once for all late points: their nodes, each from its own step on, its cluster and the tenant. */
  *#processAgain(visit: (step: FleetStep) => void): Generator<number, number> {
    const fold = this.#fold;
    const touched = touchedBy(fold, this.late.take(), this.#history.processed);
    const rows = yield* this.#history.from(touched.first, this.memory);
    const gone = new Set(rows.flatMap(({ opened }) => opened));
    yield* takeBack(fold, this.#history, touched);
    this.memory = rows[0]!.before;
    const { open } = this.memory;
    for (const [i, row] of rows.entries()) {
      const again = yield* foldAgain(fold, this.#history, row, touched);
      const before = this.#clusterBefore(row, new Set(again.clusters));
      const changed = this.#judge(row, this.#history.points(row.step), before);
      for (const id of row.opened) gone.delete(id);
      // Findings from before may have closed in the old course of things: they are open again.
      const all = i === 0 ? [...open.map(({ finding }) => finding), ...changed] : changed;
      visit(this.#view.of(row, again, all, i === rows.length - 1 ? [...gone] : []));
    }
    return rows.length;
  }
}
