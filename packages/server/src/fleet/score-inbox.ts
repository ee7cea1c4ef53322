import { INTERVAL_POINTS } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import { letGo } from "../platform/let-go.ts";
import type { ScoredColumns } from "./kept-runs.ts";

/** Columns of several runs, which are let go when the last of these is taken in. */
export class SharedColumns implements ScoredColumns {
  readonly times: Float64Array;
  readonly p: Float64Array;
  readonly flat: Float64Array;
  readonly phase: Uint8Array;
  #runsLeft = 0;

  constructor({ times, p, flat, phase }: ScoredColumns) {
    this.times = times;
    this.p = p;
    this.flat = flat;
    this.phase = phase;
  }

  /** One more run will be taken from them. */
  lend(): void {
    this.#runsLeft++;
  }

  /** A run has been taken in. */
  taken(): void {
    this.#runsLeft--;
    if (this.#runsLeft > 0) return;
    letGo([this.times.buffer, this.p.buffer, this.flat.buffer, this.phase.buffer]);
  }
}

/** A run of scored points, [first, end) of columns that it shares, and what was known of its series then. */
export interface HeardRun {
  readonly info: SeriesInfo;
  readonly columns: SharedColumns;
  readonly first: number;
  readonly end: number;
  /** 0 while it is not settled. */
  readonly intervalMs: number;
  readonly ended: boolean;
}

/** A run as it is heard: what its series says now is kept, since it changes while the run waits. */
export function heardRun(
  info: SeriesInfo,
  columns: SharedColumns,
  first: number,
  end: number,
): HeardRun {
  columns.lend();
  const { ended } = info;
  const intervalMs = info.pointCount >= INTERVAL_POINTS ? info.intervalMs : 0;
  return { info, columns, first, end, intervalMs, ended };
}

/** Runs that wait for their tenant's turn, first in, first out, without shifting arrays. */
export class ScoreInbox {
  #runs: HeardRun[] = [];
  #next = 0;
  /** Points that wait. */
  points = 0;

  get isEmpty(): boolean {
    return this.#next === this.#runs.length;
  }

  add(run: HeardRun): void {
    this.#runs.push(run);
    this.points += run.end - run.first;
  }

  /** The oldest run, taken out; undefined without any. */
  take(): HeardRun | undefined {
    const run = this.#runs[this.#next];
    if (run === undefined) return undefined;
    this.points -= run.end - run.first;
    this.#next++;
    if (this.isEmpty) {
      this.#runs = [];
      this.#next = 0;
    }
    return run;
  }
}
