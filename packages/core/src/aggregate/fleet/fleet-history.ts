import type { FindingsMemory } from "./fleet-finding.ts";
import { type FleetFold, type FleetRow, fleetRow } from "./fleet-fold.ts";
import { StepPoints } from "./step-points.ts";

const NONE = Number.NEGATIVE_INFINITY;

/**
 * What is kept of a fleet's steps: points for the horizon and the future, and the processed rows of the
 * horizon. Columns that fall out of the horizon are used again.
 */
export class FleetHistory {
  /** Newest processed step; -Infinity before the first. */
  processed = NONE;
  readonly horizonSteps: number;
  /** Ascending. */
  rows: FleetRow[] = [];
  readonly points = new Map<number, StepPoints>();
  readonly #fold: FleetFold;
  readonly #spareRows: FleetRow[] = [];
  readonly #sparePoints: StepPoints[] = [];
  /** Newest step with points that is not after `processed`. */
  #dataStep = NONE;

  constructor(fold: FleetFold, horizonSteps: number) {
    this.#fold = fold;
    this.horizonSteps = horizonSteps;
  }

  /** The points of a step, made when there are none; undefined before the horizon. */
  pointsOf(step: number): StepPoints | undefined {
    if (step <= this.processed - this.horizonSteps) return undefined;
    let points = this.points.get(step);
    if (points === undefined) {
      const seriesCount = this.#fold.directory.metricNames.length;
      points = this.#sparePoints.pop() ?? new StepPoints(seriesCount);
      points.reserve(seriesCount);
      this.points.set(step, points);
      if (step <= this.processed) this.#dataStep = Math.max(this.#dataStep, step);
    }
    return points;
  }

  /**
   * The step to process next; Infinity where there is none. Steps without points are processed too, for
   * one horizon after the last one with points; a longer silence is skipped.
   */
  next(): number {
    const following = this.processed + 1;
    if (following - this.#dataStep < this.horizonSteps) return following;
    let first = Number.POSITIVE_INFINITY;
    for (const step of this.points.keys()) {
      if (step > this.processed && step < first) first = step;
    }
    return first;
  }

  /** A new last row; what has left the horizon is dropped. */
  append(step: number, before: FindingsMemory): FleetRow {
    this.processed = step;
    if (this.points.has(step)) this.#dataStep = step;
    const oldest = step - this.horizonSteps;
    while (this.rows.length > 0 && this.rows[0]!.step <= oldest) {
      this.#spareRows.push(this.rows.shift()!);
    }
    for (const [at, points] of this.points) {
      if (at > oldest) continue;
      this.points.delete(at);
      points.clear();
      if (this.#sparePoints.length < this.horizonSteps) this.#sparePoints.push(points);
    }
    const row = this.#emptyRow(step, before);
    this.rows.push(row);
    return row;
  }

  /** Rows of all steps from `first` on, those made that were never processed; they have room for all entities. */
  from(first: number, memoryNow: FindingsMemory): FleetRow[] {
    const older = this.rows.filter(({ step }) => step < first);
    const known = new Map(this.rows.map((row) => [row.step, row]));
    const newer: FleetRow[] = [];
    let before = memoryNow;
    for (let step = this.processed; step >= first; step--) {
      const row = known.get(step) ?? this.#emptyRow(step, before);
      before = row.before;
      newer.unshift(row);
      this.#fold.reserve(row);
    }
    this.rows = [...older, ...newer];
    return newer;
  }

  /** After `rows`, `points` and `processed` have been set from outside. */
  settle(): void {
    this.#dataStep = NONE;
    for (const step of this.points.keys()) {
      if (step <= this.processed) this.#dataStep = Math.max(this.#dataStep, step);
    }
  }

  #emptyRow(step: number, before: FindingsMemory): FleetRow {
    const row = this.#spareRows.pop() ?? fleetRow(step, before);
    row.nodes.clear();
    row.clusters.clear();
    row.tenant.clear();
    row.step = step;
    row.before = before;
    row.opened = [];
    this.#fold.reserve(row);
    return row;
  }
}
