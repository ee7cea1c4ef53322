import {
  type DurationMs,
  type EpochMs,
  firstAtOrAfter,
  INTERVAL_POINTS,
} from "@foreshock/core/fold";
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

  /** A run, or a part of one that was lent by itself, has been taken in. */
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
}

/** A run as it is heard: what its series says now is kept, since it changes while the run waits. */
export function heardRun(
  info: SeriesInfo,
  columns: SharedColumns,
  first: number,
  end: number,
): HeardRun {
  columns.lend();
  const intervalMs = info.pointCount >= INTERVAL_POINTS ? info.intervalMs : 0;
  return { info, columns, first, end, intervalMs };
}

/** Steps that are taken in together, at least: a step without many series costs some 2 KB until it is folded. */
const STEPS_TOGETHER_MIN = 1000;
/** Each part looks at all that waits. */
const PARTS_MAX = 64;

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

  /** Runs that wait. */
  get runCount(): number {
    return this.#runs.length - this.#next;
  }

  /** Takes out the one that has waited longest; there must be one. */
  take(): HeardRun {
    const run = this.#runs[this.#next]!;
    this.points -= run.end - run.first;
    this.#next++;
    if (this.isEmpty) {
      this.#runs = [];
      this.#next = 0;
    }
    return run;
  }

  /**
   * Before which instant to take points in and fold them, where what waits is of many more steps than that;
   * otherwise undefined, also where a run is not in order of time. O(points).
   */
  cutMs(stepMs: DurationMs): EpochMs | undefined {
    let oldestMs = Number.POSITIVE_INFINITY;
    let newestMs = Number.NEGATIVE_INFINITY;
    if (this.isEmpty) return undefined;
    for (let k = this.#next; k < this.#runs.length; k++) {
      const { columns, first, end } = this.#runs[k]!;
      const { times } = columns;
      for (let i = first + 1; i < end; i++) {
        if (!(times[i]! > times[i - 1]!)) return undefined;
      }
      if (first === end) continue;
      oldestMs = Math.min(oldestMs, times[first]!);
      newestMs = Math.max(newestMs, times[end - 1]!);
    }
    const lengthMs = Math.max(STEPS_TOGETHER_MIN * stepMs, (newestMs - oldestMs) / PARTS_MAX);
    const cutMs = (Math.floor(oldestMs / stepMs) + Math.ceil(lengthMs / stepMs)) * stepMs;
    return newestMs >= cutMs ? cutMs : undefined;
  }

  /** Takes out all points before an instant; of a run that goes on, the rest waits where it was. O(runs). */
  takeBefore(cutMs: EpochMs): ScoreInbox {
    const taken = new ScoreInbox();
    const waiting: HeardRun[] = [];
    for (const run of this.#runs.slice(this.#next)) {
      const at = firstAtOrAfter(run.columns.times, cutMs, run.first, run.end);
      if (at === run.end) taken.add(run);
      else {
        taken.add({ ...run, end: at });
        waiting.push({ ...run, first: at });
        run.columns.lend();
      }
      this.points -= at - run.first;
    }
    this.#runs = waiting;
    this.#next = 0;
    return taken;
  }
}
