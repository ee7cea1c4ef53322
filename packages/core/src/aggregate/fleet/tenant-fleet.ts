import { assert } from "../../model/refusal.ts";
import type { SeriesNumber } from "../../model/series-number.ts";
import type { DurationMs, EpochMs } from "../../model/time.ts";
import { BudgetSteps } from "./budget-steps.ts";
import type { FleetFinding } from "./fleet-finding.ts";
import { FleetFold } from "./fleet-fold.ts";
import { FleetHistory } from "./fleet-history.ts";
import { checkGrid, type TenantFleetOptions } from "./fleet-options.ts";
import { fleetPieces, markSaved, savedNames } from "./fleet-pieces.ts";
import { FleetPoints } from "./fleet-points.ts";
import { FleetReader } from "./fleet-reader.ts";
import type { FleetStep } from "./fleet-step.ts";
import { FleetSteps } from "./fleet-steps.ts";
import type { SavedNames } from "./name-pieces.ts";
import {
  PIECE,
  type Piece,
  type PieceFloor,
  type PieceSource,
  type RestingPiece,
} from "./piece.ts";
import { POINT } from "./point-list.ts";
import { MARK } from "./step-marks.ts";

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

/** A finding closes within ten quiet steps; empty steps are processed for at least that long. */
const HORIZON_STEPS_MIN = 12;
/** Snapshots of an entity in a horizon, and the most steps between two of them. */
const SNAPSHOTS = 8;
const SNAPSHOT_STEPS_MIN = 4;
const SNAPSHOT_STEPS_MAX = 96;
/** Of a name with its numbers and its places in maps, about. */
const NAME_BYTES = 200;
/** Kinds of pieces that leave the window with their steps. */
const WINDOW_KINDS = [
  PIECE.nodeSnapshot,
  PIECE.clusterSnapshot,
  PIECE.tenantSnapshot,
  PIECE.row,
  PIECE.points,
];

/**
 * The roll-up of one tenant on an event-time grid: series p -> node -> cluster -> tenant, scores and
 * findings (spec of detection, section 14). Late points rewind what they touch and only that: a node,
 * its cluster, the tenant.
 *
 * Histories and saved bytes are a function of the points alone: order of arrival (within the horizon),
 * partition into `advance` calls and the slices of `work` do not matter. Past-only: a step never depends on a later one.
 * Series, nodes and clusters are numbered in order of registration and may join at any time; their age
 * counts from their first step with a value; without values they are NaN and learn nothing.
 */
export class TenantFleet {
  readonly stepMs: DurationMs;
  /** Where points are put. */
  readonly points: FleetPoints;
  readonly #fold: FleetFold;
  readonly #history: FleetHistory;
  readonly #steps: FleetSteps;
  readonly #savedPieces: PieceSource | undefined;
  #namesSaved: SavedNames | undefined;

  /** @throws Refusal "window/invalid" for a grid, horizon or budget that cannot be. */
  constructor(options: TenantFleetOptions) {
    const { stepMs, budgetDays, rewindMs, secondLook = true, savedPieces } = options;
    checkGrid(stepMs, rewindMs);
    this.stepMs = stepMs;
    const horizonSteps = Math.max(HORIZON_STEPS_MIN, Math.ceil(rewindMs / stepMs));
    const every = Math.ceil(horizonSteps / SNAPSHOTS);
    const snapshotEvery = Math.min(SNAPSHOT_STEPS_MAX, Math.max(SNAPSHOT_STEPS_MIN, every));
    this.#fold = new FleetFold(stepMs, snapshotEvery);
    this.#savedPieces = savedPieces;
    this.#history = new FleetHistory(this.#fold, horizonSteps, savedPieces);
    const budgets = new BudgetSteps(budgetDays);
    this.#steps = new FleetSteps(this.#fold, this.#history, budgets, secondLook);
    this.points = new FleetPoints(this.#fold, this.#history, this.#steps.late);
  }

  /** Points that came too late to count, since the fleet was made. */
  get ignoredPoints(): number {
    return this.points.ignored;
  }

  /** The number of a series, for `put`; the same key gives the same number. */
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
    return this.#steps.memory.open.map(({ finding }) => finding);
  }

  /** The alert budget of the steps that are not processed yet. */
  get budgetDays(): number {
    return this.#steps.budgets.newest;
  }

  /** Holds for the steps that are not processed yet. @throws Refusal "window/invalid" */
  setBudgetDays(budgetDays: number): void {
    const { processed, horizonSteps } = this.#history;
    this.#steps.budgets.set(budgetDays, processed, processed - horizonSteps);
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
    this.points.put(series, atMs, p, kind === "value" ? POINT.value : POINT.absence, mark);
  }

  /**
   * Processes all steps that end at or before `uptoMs`, in order; before them, again, those that late
   * points have changed. `visit` is called once for each. A silence longer than the horizon is skipped.
   * Returns how many steps were reported.
   */
  advance(uptoMs: EpochMs, visit: (step: FleetStep) => void = () => {}): number {
    const work = this.work(uptoMs, visit);
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
    }
  }

  /**
   * The same in slices: yields the cells (series and steps, or as much work) that were processed, each
   * time the work can be set down. Until it is done, nothing may be put, claimed or saved.
   */
  *work(uptoMs: EpochMs, visit: (step: FleetStep) => void): Generator<number, number> {
    const last = Math.floor(uptoMs / this.stepMs) - 1;
    this.points.close();
    const reported = yield* this.#steps.work(last, visit);
    this.points.open();
    return reported;
  }

  /** Bytes that are kept: columns exactly, names and findings about. O(steps that are kept). */
  get bytes(): number {
    const { metricNames, nodeIds, clusterIds } = this.#fold.directory;
    const names = metricNames.length + nodeIds.length + clusterIds.length;
    return this.#fold.bytes + this.#history.bytes + NAME_BYTES * names;
  }

  /** Cells of one step: what it costs to process it. */
  get cells(): number {
    const { metricNames, nodeIds } = this.#fold.directory;
    return metricNames.length + nodeIds.length;
  }

  /** Cells that reading points back has cost since the fleet was made. */
  get readCells(): number {
    return this.#history.window.readCells;
  }

  /** Steps that begin before this instant may have to be read back; -Infinity before the first step. */
  get restsBeforeMs(): EpochMs {
    return this.#history.restsBefore * this.stepMs;
  }

  /** Steps whose points are where they are saved, not in memory. */
  get restingSteps(): number {
    return this.#history.window.restingCount;
  }

  /** Steps looked at in search of something since the fleet was made; for tests of its cost. */
  get stepVisits(): number {
    return this.#history.visits;
  }

  /** All of it in pieces, points of the horizon and of the future included; or what changed since `saved`. */
  pieces(which: "all" | "changed"): Generator<Piece> {
    assert(this.points.isOpen, "saved when no work is under way");
    const header = {
      stepMs: this.stepMs,
      horizonSteps: this.#history.horizonSteps,
      ignoredPoints: this.ignoredPoints,
      memory: this.#steps.memory,
      budgets: this.#steps.budgets.save(),
      late: this.#steps.late.all(),
    };
    const saved = which === "all" ? undefined : this.#namesSaved;
    return fleetPieces(this.#fold, this.#history, header, saved);
  }

  /** The pieces given last are safe: the next time only what changes from now on is given. */
  saved(): void {
    markSaved(this.#fold, this.#history);
    this.#namesSaved = savedNames(this.#fold);
  }

  /** Steps before which saved pieces are of no use any more. */
  get floors(): readonly PieceFloor[] {
    const fromStep = this.#history.keptFrom;
    return WINDOW_KINDS.map((kind) => ({ kind, fromStep }));
  }

  /**
   * Replaces all by pieces, in the order in which they were given; this fleet must be new, with the same
   * grid and horizon. `end` when there are no more.
   *
   * @throws Refusal "state/unreadable"
   */
  reader(): { take(piece: Piece | RestingPiece): void; end(): void } {
    const reader = new FleetReader(this.#fold, this.#history, this.#savedPieces);
    return {
      take: (piece) => reader.take(piece),
      end: () => {
        const header = reader.end();
        this.#steps.memory = header.memory;
        this.points.ignored = header.ignoredPoints;
        this.#steps.budgets.restore(header.budgets);
        for (const [node, step] of header.late) this.#steps.late.mark(node, step);
        this.points.open();
        this.saved();
      },
    };
  }
}
