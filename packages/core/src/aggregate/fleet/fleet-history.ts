import type { FindingsMemory } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import { type FleetRow, fleetRow, type RowsByStep } from "./fleet-row.ts";
import { firstOfStep } from "./step-order.ts";
import { StepPoints } from "./step-points.ts";
import { StepQueue } from "./step-queue.ts";

const NONE = Number.NEGATIVE_INFINITY;
/** So near to the newest processed step, a step will have points of the same series. */
const NEAR_STEPS = 8;

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
  /** Ascending by step. */
  readonly #rows: FleetRow[] = [];
  readonly #points = new Map<number, StepPoints>();
  /** Steps with points up to `processed`, ascending. */
  readonly #dataSteps: number[] = [];
  /** Steps with points after `processed`. */
  readonly #waiting = new StepQueue();
  /** Bytes of all points that are kept. */
  readonly tally = { bytes: 0 };

  constructor(fold: FleetFold, horizonSteps: number) {
    this.#fold = fold;
    this.horizonSteps = horizonSteps;
  }

  get rows(): readonly FleetRow[] {
    return this.#rows;
  }

  /** Steps with points that are not processed yet. */
  get waitingSteps(): number {
    return this.#waiting.count;
  }

  points(step: number): StepPoints | undefined {
    return this.#points.get(step);
  }

  /** The points of the newest step with any before this one. */
  pointsBefore(step: number): StepPoints | undefined {
    const at = firstOfStep(this.#dataSteps, step, ownStep);
    return at === 0 ? undefined : this.#points.get(this.#dataSteps[at - 1]!);
  }

  /** All steps with points, ascending. O(n log n) in those that wait. */
  steps(): number[] {
    return this.#dataSteps.concat(this.#waiting.all());
  }

  /** The points of a step, made when there are none; undefined before the horizon. */
  pointsOf(step: number): StepPoints | undefined {
    if (step <= this.processed - this.horizonSteps) return undefined;
    const known = this.#points.get(step);
    if (known !== undefined) return known;
    const { stepMs, directory } = this.#fold;
    const newest = this.#dataSteps.at(-1);
    const isNear = newest !== undefined && Math.abs(step - newest) <= NEAR_STEPS;
    const like = isNear ? this.#points.get(newest) : undefined;
    const made = new StepPoints(stepMs, directory.metricNames.length, this.tally, like);
    this.place(step, made);
    return made;
  }

  /** Takes up the points of a step that has none. */
  place(step: number, points: StepPoints): void {
    this.#points.set(step, points);
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
      const step = this.#dataSteps[gone++]!;
      this.#points.get(step)!.drop();
      this.#points.delete(step);
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
      visit(this.#rows[i]!);
    }
  }

  /** Rows of all steps from `first` up to the newest; those made that were never processed. */
  from(first: number, memoryNow: FindingsMemory): FleetRow[] {
    const at = firstOfStep(this.#rows, first, stepOfRow);
    const known = this.#rows.slice(at);
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
    let { bytes } = this.tally;
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
