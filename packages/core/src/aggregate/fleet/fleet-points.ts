import { assert, Refusal } from "../../model/refusal.ts";
import type { SeriesNumber } from "../../model/series-number.ts";
import type { EpochMs } from "../../model/time.ts";
import { INVOLVED_P } from "../place.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import type { LateMarks } from "./late-marks.ts";
import { POINT } from "./point-list.ts";
import { MARK } from "./step-marks.ts";
import type { StepPoints } from "./step-points.ts";

/**
 * Where a fleet's points are put, in any order. At one millisecond a series has one thing: a value, the word
 * that it ended, or nothing; the newest word about it counts. What changes a step that was processed is
 * noted in `late`.
 */
export class FleetPoints {
  /** Points that came too late to count, since the fleet was made. */
  ignored = 0;
  readonly #fold: FleetFold;
  readonly #history: FleetHistory;
  readonly #late: LateMarks;
  #isOpen = true;
  #cachedStep = Number.NaN;
  #cached: StepPoints | undefined;
  /** Of the window, when the points were looked up. */
  #cachedRests = 0;

  constructor(fold: FleetFold, history: FleetHistory, late: LateMarks) {
    this.#fold = fold;
    this.#history = history;
    this.#late = late;
  }

  /** Whether points may be put: not while work is under way. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Points wait until `open`. */
  close(): void {
    this.#isOpen = false;
  }

  open(): void {
    this.#isOpen = true;
    this.#cachedStep = Number.NaN;
  }

  /** See `TenantFleet.put`; `kind` as POINT. */
  put(series: SeriesNumber, atMs: EpochMs, p: number, kind: number, mark: number): void {
    this.#put(series, this.#stepOf(series, atMs), atMs, p, kind, mark);
  }

  /**
   * The p of a point, and that of a flat line up to it (NaN: none), which is a further child of the node.
   * @returns the point's step. @throws like `TenantFleet.put`.
   */
  putScored(series: SeriesNumber, atMs: EpochMs, p: number, flatP: number, mark: number): number {
    const step = this.#stepOf(series, atMs);
    this.#put(series, step, atMs, p, POINT.value, mark);
    this.#put(series, step, atMs, flatP, POINT.absence, absenceMark(flatP));
    if (this.#cached?.hasEnds === true) {
      this.#put(series, step, atMs, Number.NaN, POINT.end, MARK.none);
    }
    return step;
  }

  /** The sender's word that the series ended there. @returns its step. @throws like `TenantFleet.put`. */
  putEnd(series: SeriesNumber, atMs: EpochMs): number {
    const step = this.#stepOf(series, atMs);
    this.#put(series, step, atMs, 1, POINT.end, MARK.none);
    if (this.#cached !== undefined) {
      this.#put(series, step, atMs, Number.NaN, POINT.absence, MARK.none);
      this.#put(series, step, atMs, Number.NaN, POINT.value, MARK.none);
    }
    return step;
  }

  /** There is nothing at that time: whether something was. @throws like `TenantFleet.put`. */
  takeBack(series: SeriesNumber, atMs: EpochMs): boolean {
    if (this.standingOf(series, Math.floor(atMs / this.#fold.stepMs)) === 0) return false;
    const step = this.#stepOf(series, atMs);
    let isChanged = false;
    for (const kind of [POINT.absence, POINT.end, POINT.value]) {
      if (this.#put(series, step, atMs, Number.NaN, kind, MARK.none)) isChanged = true;
    }
    return isChanged;
  }

  /**
   * Our own word on a series that has no point in a step (it has gone silent); NaN takes it back, and a
   * point of the series replaces it. Before the horizon it is left out.
   */
  claim(series: SeriesNumber, step: number, p: number): void {
    this.#demandKnown(series);
    const points = this.#history.pointsOf(step);
    if (points?.claim(series, p, absenceMark(p)) === true && step <= this.#history.processed) {
      this.#late.mark(this.#fold.directory.seriesNode[series]!, step);
    }
  }

  /** What the sender's points of a series in a step come to (STANDING); 0 where nothing is kept of it. */
  standingOf(series: SeriesNumber, step: number): number {
    return this.#history.points(step)?.standingOf(series) ?? 0;
  }

  /** What is kept of the step that was put into last. */
  get kept(): "nothing" | "values" | "ends" {
    if (this.#cached === undefined) return "nothing";
    return this.#cached.hasEnds ? "ends" : "values";
  }

  #demandKnown(series: SeriesNumber): void {
    const known = series >= 0 && series < this.#fold.directory.metricNames.length;
    assert(known, "a point is of a number of addSeries");
  }

  #stepOf(series: SeriesNumber, atMs: EpochMs): number {
    this.#demandKnown(series);
    assert(this.#isOpen, "points wait until the work under way is done");
    const step = Math.floor(atMs / this.#fold.stepMs);
    if (step !== this.#cachedStep || this.#cachedRests !== this.#history.window.rests) {
      this.#cache(step);
    }
    return step;
  }

  #put(
    series: SeriesNumber,
    step: number,
    atMs: EpochMs,
    p: number,
    kind: number,
    mark: number,
  ): boolean {
    const points = this.#cached;
    if (points === undefined) {
      if (kind === POINT.value || !Number.isNaN(p)) this.ignored++;
      return false;
    }
    const offset = Math.floor(atMs - step * this.#fold.stepMs);
    if (!points.put(series, offset, kind, p, mark)) return false;
    if (step <= this.#history.processed) {
      this.#late.mark(this.#fold.directory.seriesNode[series]!, step);
    }
    return true;
  }

  #cache(step: number): void {
    if (!Number.isFinite(step)) {
      throw new Refusal("time/invalid", "give epoch milliseconds", { step });
    }
    this.#cached = this.#history.pointsOf(step);
    this.#cachedStep = step;
    this.#cachedRests = this.#history.window.rests;
  }
}

/** A series that is missed, or stuck, holds its findings for as long as it is: its score fades while that lasts. */
function absenceMark(p: number): number {
  return p <= INVOLVED_P ? MARK.held : MARK.none;
}
