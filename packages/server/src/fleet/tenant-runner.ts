import {
  type DurationMs,
  type EpochMs,
  type FleetStep,
  type Piece,
  type PieceFloor,
  scoreOfP,
  TenantFold,
} from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import { LATE_MAX_MS } from "../dispatch/point-judge.ts";
import { type EntityNow, NOTHING } from "./entity-now.ts";
import { recordOf } from "./finding-record.ts";
import { FoldNumbers } from "./fold-numbers.ts";
import { KeptRuns } from "./kept-runs.ts";
import { NumberOfPlace } from "./number-of-place.ts";
import { type EntityPlace, RollupHistory } from "./rollup-history.ts";
import { CELLS_PER_POINT, newestOf, POINTS_PER_YIELD, putLongRun, putRun } from "./run-points.ts";
import { bytesRead, type RunnerOptions, type SavedRunner, type Slot } from "./runner-options.ts";
import { type HeardRun, heardRun, ScoreInbox, SharedColumns } from "./score-inbox.ts";
import { StepBoard } from "./step-board.ts";
import { GridWatch, gridFor, runsToWait } from "./step-choice.ts";

/** Fraction of the usual series that must report before an unfinished step is judged. */
const COVERAGE_MIN = 0.9;
/** Of a point that waits in the inbox, with its place in the message it came with. */
const INBOX_BYTES_PER_POINT = 25;

/** One tenant's fold: fed with scored points, moved on as they become complete, in slices. */
export class TenantRunner {
  readonly #options: RunnerOptions;
  #fold: TenantFold | undefined;
  #history: RollupHistory | undefined;
  #board: StepBoard | undefined;
  readonly #kept = new KeptRuns();
  #inbox = new ScoreInbox();
  #changed = false;
  /** Runs at which the grid is looked for again. */
  #lookAgainAt = 0;
  readonly #numbers = new FoldNumbers();
  #newestMs = Number.NEGATIVE_INFINITY;
  readonly #gridWatch = new GridWatch();
  readonly #places = new NumberOfPlace(() => this.#fold?.fleet.names);

  constructor(options: RunnerOptions) {
    this.#options = options;
    if (options.stepMs !== undefined) this.#start(this.#newFold(options.stepMs));
  }

  /**
   * A runner as it was saved, in slices: yields the bytes that were read.
   *
   * @throws Refusal "state/unreadable", from the fold or from whoever gives the pieces.
   */
  static *restored(
    options: RunnerOptions,
    { slot, pieces }: SavedRunner,
  ): Generator<number, TenantRunner> {
    const { stepMs, directory } = options;
    const runner = new TenantRunner({ ...options, stepMs: undefined });
    if (slot === "runs") {
      yield* runner.#kept.restoreAll(pieces, (id) => directory.byId(id));
      runner.#newestMs = runner.#kept.newestMs;
      if (stepMs !== undefined) runner.#start(runner.#newFold(stepMs));
      return runner;
    }
    if (stepMs === undefined) return runner;
    const fold = runner.#newFold(stepMs);
    const reader = fold.reader();
    for (const piece of pieces) {
      reader.take(piece);
      yield bytesRead(piece);
    }
    reader.end();
    runner.#newestMs = fold.fleet.processedMs;
    for (const info of directory.series) runner.#numbers.of(fold, info);
    runner.#start(fold);
    runner.#board!.takeUp(fold.fleet.processedMs);
    return runner;
  }

  get fold(): TenantFold | undefined {
    return this.#fold;
  }

  /** The alert budget that holds for the next step. */
  get budgetDays(): number {
    return this.#fold?.fleet.budgetDays ?? this.#options.settings().budgetDays;
  }

  get history(): RollupHistory | undefined {
    return this.#history;
  }

  get newestMs(): EpochMs {
    return this.#newestMs;
  }

  get tenantNow(): EntityNow {
    return this.#board?.tenantNow ?? NOTHING;
  }

  /** Bytes that the tenant's fold, its scores and what waits for it take: columns exactly, names about. */
  get bytes(): number {
    const waiting = this.#kept.bytes + INBOX_BYTES_PER_POINT * this.#inbox.points;
    return (this.#fold?.bytes ?? 0) + (this.#history?.bytes ?? 0) + waiting;
  }

  /** A run of scored points, [first, end) of columns that must not change: `work` takes it in. */
  hear(info: SeriesInfo, columns: SharedColumns, first: number, end: number): void {
    this.#inbox.add(heardRun(info, columns, first, end));
    this.#changed = true;
  }

  /** Points that were heard and not taken in yet. */
  get waitingPoints(): number {
    return this.#inbox.points;
  }

  /** Takes in what was heard before it begins. Yields cells; nothing else of the runner may go on before it is done. */
  takeIn(): Generator<number, void> {
    return this.#takeRuns(this.#inbox);
  }

  *#takeRuns(inbox: ScoreInbox): Generator<number, void> {
    for (let left = inbox.runCount; left > 0; ) {
      let points = 0;
      for (; left > 0 && points < POINTS_PER_YIELD; left--) {
        const run = inbox.take();
        const fold = this.#fold;
        this.#changed = true;
        const number = fold === undefined ? 0 : this.#heardOf(fold, run);
        if (fold === undefined) points += this.#keep(run);
        else points += putRun(fold, number, run) ?? (yield* putLongRun(fold, number, run));
        run.columns.taken();
      }
      yield points * CELLS_PER_POINT;
    }
  }

  /**
   * Takes in what was heard and folds all that is complete; `inFlightMs` gives the oldest point not scored yet, and
   * is asked before anything is taken in: what is heard meanwhile is no longer in flight. Yields cells (points, or
   * series and steps) where it can be set down; the runner may hear then, and be asked things, but not be saved.
   */
  *work(inFlightMs: () => EpochMs): Generator<number, void> {
    if (this.#fold === undefined) yield* this.takeIn();
    const fold = this.#fold ?? this.#chooseStep();
    if (fold === undefined) return;
    this.#takeUpBudget(fold);
    for (;;) {
      const cutMs = this.#inbox.cutMs(fold.stepMs);
      if (cutMs === undefined) break;
      const oldestMs = inFlightMs();
      yield* this.#takeRuns(this.#inbox.takeBefore(cutMs));
      yield* fold.work(Math.min(cutMs, oldestMs), (step) => this.#stepped(step));
    }
    const oldestMs = inFlightMs();
    yield* this.takeIn();
    if (this.#newestMs === Number.NEGATIVE_INFINITY) return;
    const complete = Math.min(this.#newestMs, oldestMs);
    yield* fold.work(complete, (step) => this.#stepped(step));
    this.#changed = true;
    if (oldestMs <= this.#newestMs || fold.coverage(this.#newestMs) < COVERAGE_MIN) return;
    yield* fold.work(this.#newestMs + fold.stepMs, (step) => this.#stepped(step));
  }

  /** Where a node is now. */
  nodeNow(clusterId: string, nodeId: string): EntityNow {
    return this.#board?.nodes.of(this.#places.node(clusterId, nodeId)) ?? NOTHING;
  }

  clusterNow(clusterId: string): EntityNow {
    return this.#board?.clusters.of(this.#places.cluster(clusterId)) ?? NOTHING;
  }

  /** Start of the node's first step with a value; undefined before. */
  nodeSinceMs(place: EntityPlace): EpochMs | undefined {
    const number = this.#places.nodeOf(place);
    return number < 0 ? undefined : this.#fold?.fleet.nodeSinceMs(number);
  }

  /** The series behind a number of the fold; undefined where it has none, or its partition lost it. */
  seriesOf(number: number): SeriesInfo | undefined {
    return this.#numbers.seriesOf(number);
  }

  /** 0 until the grid is chosen. */
  get stepMs(): DurationMs {
    return this.#fold?.stepMs ?? 0;
  }

  /** The grid that its fold should be on instead, for good; undefined where its own fits, or is a setting. */
  outgrownTo(): DurationMs | undefined {
    const { settings, directory } = this.#options;
    if (this.#fold === undefined || settings().stepMs > 0) return undefined;
    return this.#gridWatch.outgrown(directory.series, this.stepMs, this.#newestMs);
  }

  scoreOf(p: number): number {
    return Math.min(1, scoreOfP(p, this.stepMs));
  }

  nodeCount(clusterId: string, atMs: EpochMs): number {
    return this.#options.directory.nodesAt(atMs, clusterId);
  }

  metricCount(clusterId: string, nodeId: string): number {
    return this.#options.directory.node(clusterId, nodeId)?.series.length ?? 0;
  }

  /** Whether something was heard or folded since it was `saved`. */
  get hasChanged(): boolean {
    return this.#changed;
  }

  /** What `pieces` gives: the fold, or what waits for the grid; undefined where there is neither. */
  get slot(): Slot | undefined {
    if (this.#fold !== undefined) return "fold";
    return this.#kept.count > 0 ? "runs" : undefined;
  }

  /** The state in pieces, or what changed since `saved`. Everything heard must have been taken in. */
  pieces(which: "all" | "changed"): Generator<Piece> {
    return this.#fold?.pieces(which) ?? this.#kept.pieces(which);
  }

  /** Steps before which saved pieces are of no use any more. */
  get floors(): readonly PieceFloor[] {
    return this.#fold?.floors ?? [];
  }

  /** The pieces given last are durable. */
  saved(): void {
    this.#fold?.saved();
    this.#kept.saved();
    this.#changed = false;
  }

  #chooseStep(): TenantFold | undefined {
    if (this.#kept.count < this.#lookAgainAt) return undefined;
    const { series } = this.#options.directory;
    this.#lookAgainAt = this.#kept.count + runsToWait(series.length);
    const stepMs = gridFor(series, this.#options.settings().stepMs, this.#kept.count);
    if (stepMs === undefined) return undefined;
    this.#options.events.stepChosen(stepMs);
    return this.#start(this.#newFold(stepMs));
  }

  #newFold(stepMs: DurationMs): TenantFold {
    const { settings, savedPieces } = this.#options;
    const { budgetDays } = settings();
    return new TenantFold({ stepMs, budgetDays, rewindMs: LATE_MAX_MS, savedPieces });
  }

  /** Goes on with a fold; what waited for its grid is heard before anything else. */
  #start(fold: TenantFold): TenantFold {
    const { stepMs } = fold;
    this.#takeUpBudget(fold);
    this.#fold = fold;
    this.#history = new RollupHistory(stepMs, this.#options.shelf(stepMs));
    this.#board = new StepBoard(this.#history, stepMs, fold.fleet.names);
    const rest = this.#inbox;
    this.#inbox = new ScoreInbox();
    for (const { info, ...columns } of this.#kept.takeAll()) {
      this.#inbox.add(heardRun(info, new SharedColumns(columns), 0, columns.times.length));
    }
    while (!rest.isEmpty) this.#inbox.add(rest.take());
    return fold;
  }

  /** A changed budget holds from the next step on; what is judged already stays as it is. */
  #takeUpBudget({ fleet }: TenantFold): void {
    const { budgetDays } = this.#options.settings();
    if (fleet.budgetDays !== budgetDays) fleet.setBudgetDays(budgetDays);
  }

  #keep({ info, columns, first, end }: HeardRun): number {
    this.#kept.add(info, columns, first, end);
    this.#newestMs = Math.max(this.#newestMs, this.#kept.newestMs);
    return 1 + end - first;
  }

  /** The fold's number of the series of a run that is about to be put. */
  #heardOf(fold: TenantFold, run: HeardRun): number {
    this.#newestMs = Math.max(this.#newestMs, newestOf(run));
    return this.#numbers.of(fold, run.info);
  }

  #stepped(step: FleetStep): void {
    const { events } = this.#options;
    events.stepFolded();
    this.#board!.note(step);
    for (const id of step.retracted) events.findingRetracted(id);
    for (const one of step.changed) events.findingChanged(recordOf(one, (k) => this.seriesOf(k)));
  }
}
