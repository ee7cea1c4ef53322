import { type EpochMs, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import type { IngestBatch, IngestPlace } from "../platform/ingest-batch.ts";
import type { RejectReason } from "../platform/ingest-series.ts";
import { CLOCK_OFF_MAX_MS, FIRST_TIME_MS } from "../platform/usable-time.ts";
import type { Rejects } from "./rejects.ts";

/** Points further ahead of the wall clock are refused one by one: a sender's clock is wrong. */
export const FUTURE_MAX_MS = 10 * MINUTE_MS;
/** Points older than this against their own series' newest are refused; within it they are merged. */
export const LATE_MAX_MS = 2 * HOUR_MS;
/** Late points of a batch that may be looked up in the store: a retry of stored points is not late. */
const LOOKED_UP_MAX = 50_000;
/** Columns of this many points are kept for the next batch; larger ones are made for their batch only. */
const KEPT_POINTS_MAX = 500_000;

/**
 * Judges the points of a batch, run after run: in the future, too late, without a valid time. An infinite value
 * is a missing one. What it lets through is in its columns, in order. It is used for one batch after the other, so that a batch
 * allocates nothing here; whatever is to outlive the next `begin` must be copied.
 */
export class PointJudge {
  times = new Float64Array(0);
  values = new Float64Array(0);
  /** Points that passed. */
  count = 0;
  /** Of the run judged last: what passed, and the newest of its series. */
  oldestMs = 0;
  newestMs = 0;
  /** Of the run judged last: its newest point says that the series ended. */
  ended = false;
  /** Of the run judged last: times and values, alternating, of points that are too late. */
  #late: number[] = [];
  #lookedUp = 0;
  #kept = new Float64Array(0);
  #batch: IngestBatch | undefined;
  #nowMs = 0;
  #rejects: Rejects | undefined;
  /** Index into `staleAt` of the next marker that was not passed yet. */
  #stale = 0;

  begin(batch: IngestBatch, nowMs: EpochMs, rejects: Rejects): void {
    const points = batch.values.length;
    const columns = this.#columns(points);
    this.times = columns.subarray(0, points);
    this.values = columns.subarray(points, 2 * points);
    this.#batch = batch;
    this.#nowMs = nowMs;
    this.#rejects = rejects;
    this.count = 0;
    this.#lookedUp = 0;
    this.#stale = 0;
  }

  get lateCount(): number {
    return this.#late.length / 2;
  }

  /** The late points of the run judged last, in columns of their own. */
  late(): { times: Float64Array; values: Float64Array } {
    const late = this.#late;
    const times = Float64Array.from({ length: this.lateCount }, (_, i) => late[2 * i]!);
    return { times, values: times.map((_, i) => late[2 * i + 1]!) };
  }

  /** Forgets what passed after the first `count` points. */
  takeBack(count: number): void {
    this.count = count;
  }

  /** Judges the points [first, end) of the batch, all of one series. */
  run(place: IngestPlace, first: number, end: number, knownNewestMs: EpochMs): void {
    const { timestampsMs, values, staleAt } = this.#batch!;
    const tooLateMs = this.#tooLateMs(knownNewestMs);
    this.oldestMs = Number.POSITIVE_INFINITY;
    this.newestMs = knownNewestMs;
    this.ended = false;
    if (this.#late.length > 0) this.#late = [];
    for (let i = first; i < end; i++) {
      const atMs = timestampsMs[i]!;
      const stale = staleAt[this.#stale] === i;
      if (stale) this.#stale++;
      // Stored, +Infinity says that the series ended; one that was measured is a missing point.
      const value = stale ? Number.POSITIVE_INFINITY : finite(values[i]!);
      const reason = this.#reasonOf(atMs, tooLateMs);
      if (reason === "too-late" && this.#lookedUp < LOOKED_UP_MAX) {
        this.#lookedUp++;
        this.#late.push(atMs, value);
      } else if (reason === "invalid-time") this.#rejects!.addTime(place, atMs, this.#nowMs);
      else if (reason !== undefined) this.#rejects!.add(reason, place, 1);
      else this.#pass(atMs, value, stale);
    }
  }

  #pass(atMs: EpochMs, value: number, stale: boolean): void {
    this.times[this.count] = atMs;
    this.values[this.count] = value;
    this.count++;
    if (atMs < this.oldestMs) this.oldestMs = atMs;
    if (atMs < this.newestMs) return;
    this.newestMs = atMs;
    this.ended = stale;
  }

  /** A series cannot be newer than the clock allows now: a clock that was ahead refuses nothing for good. */
  #tooLateMs(knownNewestMs: EpochMs): EpochMs {
    return Math.min(knownNewestMs, this.#nowMs + FUTURE_MAX_MS) - LATE_MAX_MS;
  }

  #reasonOf(atMs: EpochMs, tooLateMs: EpochMs): RejectReason | undefined {
    if (!(atMs >= FIRST_TIME_MS && atMs <= this.#nowMs + CLOCK_OFF_MAX_MS)) return "invalid-time";
    if (atMs > this.#nowMs + FUTURE_MAX_MS) return "future";
    if (atMs < tooLateMs) return "too-late";
    return undefined;
  }

  #columns(points: number): Float64Array<ArrayBuffer> {
    if (points > KEPT_POINTS_MAX) return new Float64Array(2 * points);
    if (2 * points > this.#kept.length) {
      this.#kept = new Float64Array(2 * Math.min(KEPT_POINTS_MAX, 2 * points));
    }
    return this.#kept;
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
