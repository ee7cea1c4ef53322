import { INTERVAL_POINTS } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { ScoredColumns } from "./kept-runs.ts";

/** A run of scored points, [first, end) of columns that it shares, and what was known of its series then. */
export interface HeardRun {
  readonly info: SeriesInfo;
  readonly columns: ScoredColumns;
  readonly first: number;
  readonly end: number;
  /** 0 while it is not settled. */
  readonly intervalMs: number;
}

/** A run as it is heard: what its series says now is kept, since it changes while the run waits. */
export function heardRun(
  info: SeriesInfo,
  columns: ScoredColumns,
  first: number,
  end: number,
): HeardRun {
  const intervalMs = info.pointCount >= INTERVAL_POINTS ? info.intervalMs : 0;
  return { info, columns, first, end, intervalMs };
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
