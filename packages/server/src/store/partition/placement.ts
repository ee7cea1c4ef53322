import type { PutPoints } from "../../platform/ingest-series.ts";
import type { PointBatch } from "../codec/point-batch.ts";
import { CHUNK_POINTS } from "../head/recent-points.ts";
import { dayOf, type HeadSink, type SeriesHeads } from "../head/series-heads.ts";
import { OldPoints } from "../sealed/old-points.ts";
import { DAYS_AT_ONCE, type SealedPoints } from "../sealed/sealed-points.ts";

/** What an append changed. One entry per run of the batch. */
export interface AppendOutcome {
  /** Points that changed what is stored: new ones and other values; repeats do not count. */
  readonly changedPoints: Uint32Array;
  /**
   * NaN where the run only continued the series: push its points as they are. Otherwise the
   * earliest changed instant: detection has to be redone from there on what `read` gives.
   */
  readonly lateFromMs: Float64Array;
  /** Of all runs together. */
  readonly put: PutPoints;
}

/** Called for every run that changed something and has to go into the log. */
export type LogRun = (r: number, from: number, changedFromMs: number) => void;

/** Puts batches where they belong: heads, late points, or sealed at once. */
export class Placement {
  /**
   * Series written past the log since the last commit, and from when on they changed (Infinity
   * while nothing did). The next commit writes their chunks and a snapshot of their heads.
   */
  readonly direct = new Map<number, number>();
  readonly #heads: SeriesHeads;
  readonly #sealed: SealedPoints;
  readonly #old = new OldPoints();
  readonly #sink: HeadSink;
  /** Days that series past the log have points of. */
  readonly #directDays = new Set<number>();
  /** Until the next commit nothing more goes past the log; neither does what the log gives back at a start. */
  #isOff = true;
  #stage = (): void => {};

  constructor(heads: SeriesHeads, sealed: SealedPoints) {
    this.#heads = heads;
    this.#sealed = sealed;
    this.#sink = {
      sealed: (id, t0Ms, t1Ms, count, bytes) => sealed.add(id, t0Ms, t1Ms, count, bytes),
      late: (id, atMs, value) => sealed.addLate(id, atMs, value),
      old: (_, atMs, value) => this.#old.add(atMs, value),
    };
  }

  /** The log is read back. @param stage writes what went past it; may throw StoreUnavailable. */
  begin(stage: () => void): void {
    this.#stage = stage;
    this.written();
  }

  /** Everything that went past the log is written. */
  written(): void {
    this.direct.clear();
    this.#directDays.clear();
    this.#isOff = false;
  }

  /** Takes a checked batch; runs of series that do not go past the log are handed to `log`. */
  place(batch: PointBatch, log: LogRun = () => {}): AppendOutcome {
    const { seriesIds, counts } = batch;
    const heads = this.#heads;
    const changedPoints = new Uint32Array(counts.length);
    const lateFromMs = new Float64Array(counts.length);
    let storedPoints = 0;
    let overwrittenPoints = 0;
    let from = 0;
    for (let r = 0; r < counts.length; r++) {
      const id = seriesIds[r]!;
      const to = from + counts[r]!;
      if (to === from) {
        // The log says with a run without points that the whole series reads differently.
        this.#note(id, r, from, 0, log);
        lateFromMs[r] = 0;
        continue;
      }
      const long = counts[r]! >= CHUNK_POINTS;
      const mayPass = (long || this.direct.has(id)) && this.#mayPass(batch.timestampsMs, from, to);
      if (!mayPass && this.direct.has(id)) this.#endPassing();
      if (long && mayPass && heads.isExtension(id, batch.timestampsMs, from, to)) this.goDirect(id);
      heads.append(id, batch, from, to, this.#sink);
      const isSealed = !this.#old.empty && this.#old.settle(id, heads, this.#sealed);
      if (isSealed && mayPass) this.goDirect(id);
      changedPoints[r] = heads.changed;
      lateFromMs[r] = heads.lateFromMs;
      storedPoints += heads.added;
      overwrittenPoints += heads.overwritten;
      if (heads.changed > 0) {
        const late = heads.lateFromMs;
        this.#note(id, r, from, Number.isNaN(late) ? batch.timestampsMs[from]! : late, log);
      }
      from = to;
    }
    const duplicatePoints = from - storedPoints - overwrittenPoints;
    return {
      changedPoints,
      lateFromMs,
      put: { storedPoints, duplicatePoints, overwrittenPoints },
    };
  }

  /** From here to the next commit the series goes past the log. */
  goDirect(id: number): void {
    if (!this.direct.has(id)) this.direct.set(id, Number.POSITIVE_INFINITY);
  }

  /** The next commit writes all that went past the log at once: that must not be too many day files. */
  #mayPass(times: Float64Array, from: number, to: number): boolean {
    if (this.#isOff || this.#sealed.held.size > 0) return false;
    let [first, last] = [times[from]!, times[from]!];
    for (let i = from + 1; i < to; i++) {
      if (times[i]! < first) first = times[i]!;
      if (times[i]! > last) last = times[i]!;
    }
    const days = dayOf(last) - dayOf(first) + 1;
    if (days > DAYS_AT_ONCE) return false;
    const all = new Set(this.#directDays);
    for (let day = dayOf(first); day <= dayOf(last); day++) all.add(day);
    if (all.size > DAYS_AT_ONCE) return false;
    for (const day of all) this.#directDays.add(day);
    return true;
  }

  /** A series that goes past the log has points of too many days: what has gone past it so far is written first. */
  #endPassing(): void {
    try {
      this.#stage();
    } catch {
      // The commit of this batch meets the same fault, and refuses it whole.
    }
    this.#isOff = true;
  }

  #note(id: number, r: number, from: number, changedFromMs: number, log: LogRun): void {
    const before = this.direct.size === 0 ? undefined : this.direct.get(id);
    if (before === undefined) log(r, from, changedFromMs);
    else this.direct.set(id, Math.min(before, changedFromMs));
  }
}
