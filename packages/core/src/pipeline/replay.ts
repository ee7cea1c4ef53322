import type { FleetFinding } from "../aggregate/fleet/fleet-finding.ts";
import type { FleetStep } from "../aggregate/fleet/fleet-step.ts";
import type { EpisodeChange } from "../alarm/episode-tracker.ts";
import { INTERVAL_POINTS } from "../detect/first-points.ts";
import type { StreamingEngine } from "../engine/engine.ts";
import type { EpochMs } from "../model/time.ts";
import type { SeriesPlace } from "../store/store.ts";
import { FoldRow } from "./fold-row.ts";
import { SeriesFold } from "./series-fold.ts";
import { TenantFold, type TenantFoldOptions } from "./tenant-fold.ts";

export interface ReplayOptions extends TenantFoldOptions {
  readonly engine: StreamingEngine;
  /** See `SeriesFoldOptions.promiseDays`. */
  readonly promiseDays?: number;
}

/** A series of a replay: its fold as it is now, and its number in the tenant's fold. */
export interface ReplayedSeries {
  readonly number: number;
  readonly counter: boolean;
  fold: SeriesFold;
}

/** Points of one series, ascending. NaN = missing, +Infinity = the source said that the series ended. */
export interface ReplayedPoints {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/**
 * The series half: points of one series through its fold, in order. `visit` gets the index of each
 * point with what the fold says of it; the row is the caller's, and the next point overwrites it.
 */
export function replaySeries(
  fold: SeriesFold,
  { timestampsMs, values }: ReplayedPoints,
  row: FoldRow,
  visit: (index: number, row: FoldRow, change: EpisodeChange) => void,
): void {
  for (let i = 0; i < values.length; i++) {
    const change = fold.push(timestampsMs[i]!, values[i]!, row);
    visit(i, row, change);
  }
}

/**
 * The tenant half: completes the steps up to `uptoMs` and keeps the newest state of each finding;
 * findings that late points took back are deleted.
 */
export function replaySteps(
  tenant: TenantFold,
  uptoMs: EpochMs,
  findings: Map<string, FleetFinding>,
  visit?: (step: FleetStep) => void,
): void {
  tenant.advance(uptoMs, (step) => {
    for (const id of step.retracted) findings.delete(id);
    for (const finding of step.changed) findings.set(finding.id, finding);
    visit?.(step);
  });
}

/**
 * One tenant's points through both folds in one thread: each series scored, then all of them rolled up
 * to nodes, clusters, tenant and findings. The server spreads the same two halves over threads, so a
 * replay of its points under its settings gives its findings.
 *
 * - Points of one series come in time order, over any number of calls of `push`; series in any order.
 * - `advance` completes steps. A point of a completed step is late: inside `rewindMs` the roll-up is
 *   corrected, which may retract findings; beyond it the point changes its own series alone. Points
 *   that are late for their series are not for `push`: `restart` the series and push all of it again.
 * - Results are a function of the options and the calls. With one `advance` per step, `findings` holds
 *   at any time what a person would have seen then.
 * - Memory: the state of each series, and the points that `advance` has not reached. To replay months,
 *   push and advance in slices of time.
 *
 * Cost: that of the engine per point.
 */
export class TenantReplay {
  readonly tenant: TenantFold;
  readonly #options: ReplayOptions;
  /** By number. */
  readonly #series: ReplayedSeries[] = [];
  readonly #findings = new Map<string, FleetFinding>();
  readonly #row = new FoldRow();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.tenant = new TenantFold(options);
  }

  /** Findings opened so far, newest state of each. */
  get findings(): ReadonlyMap<string, FleetFinding> {
    return this.#findings;
  }

  /** The series at a place, made where it is new. `counter`: see `SeriesFoldOptions`. */
  series({ clusterId, nodeId, metricName }: SeriesPlace, counter = false): ReplayedSeries {
    const number = this.tenant.addSeries(clusterId, nodeId, metricName);
    const known = this.#series[number];
    if (known !== undefined) return known;
    const made = { number, counter, fold: this.#freshFold(counter) };
    this.#series[number] = made;
    return made;
  }

  /** The series starts from scratch; what it has handed to the tenant stays until it is pushed again. */
  restart(series: ReplayedSeries): void {
    series.fold = this.#freshFold(series.counter);
  }

  /** Folds points of one series. Those before `fromMs` are known to the tenant already. */
  push(
    series: ReplayedSeries,
    points: ReplayedPoints,
    fromMs: EpochMs = Number.NEGATIVE_INFINITY,
  ): void {
    const { number, fold } = series;
    const { timestampsMs } = points;
    replaySeries(fold, points, this.#row, (i, { valueP, flatP, sign }) => {
      const atMs = timestampsMs[i]!;
      if (atMs >= fromMs) this.tenant.put(number, atMs, valueP, flatP, sign);
    });
    if (fold.pointCount >= INTERVAL_POINTS) this.tenant.setInterval(number, fold.intervalMs);
  }

  /** Completes all steps that end at or before `uptoMs`. */
  advance(uptoMs: EpochMs, visit?: (step: FleetStep) => void): void {
    replaySteps(this.tenant, uptoMs, this.#findings, visit);
  }

  #freshFold(counter: boolean): SeriesFold {
    const { engine, promiseDays } = this.#options;
    const open = () => engine.open();
    return new SeriesFold({ open, counter, ...(promiseDays === undefined ? {} : { promiseDays }) });
  }
}
