import type { FindingsMemory } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import { type FleetRow, fleetRow, type RowsByStep, readRow, restRow } from "./fleet-row.ts";
import { PIECE, type PieceSource } from "./piece.ts";
import { firstOfStep } from "./step-order.ts";
import type { StepPoints } from "./step-points.ts";
import { StepQueue } from "./step-queue.ts";
import { WindowPoints } from "./window-points.ts";

const NONE = Number.NEGATIVE_INFINITY;
/** So near to the newest processed step, a step will have points of the same series. */
const NEAR_STEPS = 8;
/** Steps whose points stay in memory once they are saved: late points are mostly a few minutes late. */
const LIVE_STEPS = 32;

/**
 * What is kept of a fleet's steps: points for the window and the future, and the processed rows of the
 * window, which is the horizon and what leads up to it from a snapshot. Nothing here looks at all steps:
 * those to come are in a queue, those of the window in order.
 */
export class FleetHistory implements RowsByStep {
  /** Newest processed step; -Infinity before the first. */
  processed = NONE;
  readonly horizonSteps: number;
  /** Oldest step that is kept. */
  keptFrom = NONE;
  /** Steps looked at in search of something, for tests of what the work grows with. */
  visits = 0;
  readonly #fold: FleetFold;
  readonly #saved: PieceSource | undefined;
  /** Ascending by step. */
  readonly #rows: FleetRow[] = [];
  readonly window: WindowPoints;
  /** Steps with points up to `processed`, ascending. */
  readonly #dataSteps: number[] = [];
  /** Steps with points after `processed`. */
  readonly #waiting = new StepQueue();

  /** @param saved where pieces can be read again: what is older than some steps is not kept in memory then */
  constructor(fold: FleetFold, horizonSteps: number, saved?: PieceSource) {
    this.#fold = fold;
    this.#saved = saved;
    this.horizonSteps = horizonSteps;
    const { stepMs, directory } = fold;
    const seriesCount = (): number => directory.metricNames.length;
    this.window = new WindowPoints({ stepMs, seriesCount, saved });
  }

  get rows(): readonly FleetRow[] {
    return this.#rows;
  }

  /** Steps with points that are not processed yet. */
  get waitingSteps(): number {
    return this.#waiting.count;
  }

  points(step: number): StepPoints | undefined {
    return this.window.get(step);
  }

  /** The points of the newest step with any before this one, where they are in memory. */
  pointsBefore(step: number): StepPoints | undefined {
    const at = firstOfStep(this.#dataSteps, step, ownStep);
    return at === 0 ? undefined : this.window.live(this.#dataSteps[at - 1]!);
  }

  /** All steps with points, ascending. O(n log n) in those that wait. */
  steps(): number[] {
    return this.#dataSteps.concat(this.#waiting.all());
  }

  /** The points of a step, made when there are none; undefined before the horizon. */
  pointsOf(step: number): StepPoints | undefined {
    if (step <= this.processed - this.horizonSteps) return undefined;
    const known = this.window.get(step);
    if (known !== undefined) return known;
    const newest = this.#dataSteps.at(-1);
    const isNear = newest !== undefined && Math.abs(step - newest) <= NEAR_STEPS;
    const like = isNear ? this.window.live(newest) : undefined;
    this.#note(step);
    return this.window.make(step, like);
  }

  /** Takes up the points of a step that has none. */
  place(step: number, points: StepPoints): void {
    this.window.place(step, points);
    this.#note(step);
  }

  /** The same for points that stay where they are saved until they are asked for. */
  placeResting(step: number): void {
    this.window.placeResting(step);
    this.#note(step);
  }

  /** Whether the points of a step that was processed may stay where they are saved. */
  mayRest(step: number): boolean {
    return step < this.restsBefore;
  }

  /** Steps before this one may rest. */
  get restsBefore(): number {
    return this.processed - LIVE_STEPS + 1;
  }

  /** All rows and points are saved. */
  saved(): void {
    for (const row of this.#rows) {
      row.isChanged = false;
      if (this.#saved !== undefined && !row.isResting && this.mayRest(row.step)) restRow(row);
    }
    this.window.saved(this.restsBefore);
  }

  #note(step: number): void {
    if (step > this.processed) this.#waiting.add(step);
    else this.#dataSteps.splice(firstOfStep(this.#dataSteps, step, ownStep), 0, step);
  }

  /**
   * The step to process next; Infinity where there is none. Steps without points are processed too, for
   * one horizon after the last one with points; a longer silence is skipped.
   */
  next(): number {
    const following = this.processed + 1;
    const dataStep = this.#dataSteps.at(-1) ?? NONE;
    if (following - dataStep < this.horizonSteps) return following;
    return this.#waiting.first();
  }

  /** A new last row. What has left the window is dropped. */
  append(step: number, before: FindingsMemory): FleetRow {
    this.processed = step;
    if (this.#waiting.first() === step) {
      this.#waiting.removeFirst();
      this.#dataSteps.push(step);
    }
    const row = fleetRow(step, before);
    this.#rows.push(row);
    return row;
  }

  /** Drops what no late point needs any more. Cost: what is dropped, and the number of snapshots. */
  forget(): void {
    const oldest = this.processed - this.horizonSteps + 1;
    let from = oldest;
    const { nodes, clusters, tenant } = this.#fold;
    for (const bank of [nodes, clusters, tenant]) {
      from = Math.min(from, bank.snapshots.forget(oldest));
    }
    this.keptFrom = from;
    const rows = this.#rows.findIndex(({ step }) => ++this.visits > 0 && step >= from);
    if (rows > 0) this.#rows.splice(0, rows);
    let gone = 0;
    while (gone < this.#dataSteps.length && this.#dataSteps[gone]! < from) {
      this.visits++;
      this.window.drop(this.#dataSteps[gone++]!);
    }
    if (gone > 0) this.#dataSteps.splice(0, gone);
  }

  between(from: number, end: number, visit: (row: FleetRow) => void): void {
    for (
      let i = firstOfStep(this.#rows, from, stepOfRow);
      i < this.#rows.length && this.#rows[i]!.step < end;
      i++
    ) {
      this.visits++;
      visit(this.wake(this.#rows[i]!));
    }
  }

  /** The row, read back where it rests. @throws what the source throws. */
  wake(row: FleetRow): FleetRow {
    if (!row.isResting) return row;
    const { step } = row;
    readRow(row, this.#saved!.read({ kind: PIECE.row, chunk: 0, step }), this.#fold);
    this.window.readCells += row.nodes.p.length;
    return row;
  }

  /**
   * Rows of all steps from `first` up to the newest; those made that were never processed. Yields the cells that
   * reading rows back has cost.
   */
  *from(first: number, memoryNow: FindingsMemory): Generator<number, FleetRow[]> {
    const at = firstOfStep(this.#rows, first, stepOfRow);
    const known = this.#rows.slice(at);
    for (const row of known) if (row.isResting) yield this.wake(row).nodes.p.length;
    const rows: FleetRow[] = [];
    let k = 0;
    for (let step = first; step <= this.processed; step++) {
      this.visits++;
      if (known[k]?.step === step) rows.push(known[k++]!);
      else rows.push(fleetRow(step, known[k]?.before ?? memoryNow));
    }
    if (rows.length > known.length) {
      this.#rows.length = at;
      for (const row of rows) this.#rows.push(row);
    }
    return rows;
  }

  /** Takes up a saved row; they may come in any order. */
  placeRow(row: FleetRow): void {
    this.#rows.splice(firstOfStep(this.#rows, row.step, stepOfRow), 0, row);
  }

  /** Bytes of the columns of points and rows. O(rows). */
  get bytes(): number {
    let { bytes } = this.window.tally;
    for (const { nodes, clusters, tenant } of this.#rows) {
      bytes += nodes.bytes + clusters.bytes + tenant.bytes;
    }
    return bytes;
  }
}

function ownStep(step: number): number {
  return step;
}

function stepOfRow({ step }: FleetRow): number {
  return step;
}
