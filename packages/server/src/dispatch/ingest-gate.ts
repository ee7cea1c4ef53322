import { type EpochMs, forEachRun, HOUR_MS, MINUTE_MS } from "@foreshock/core";
import type { AppendPart } from "../partition/protocol.ts";
import type { IngestBatch, IngestPlace } from "../platform/ingest-batch.ts";
import type { RejectReason } from "../platform/ingest-series.ts";
import type { SeriesDirectory, SeriesInfo } from "./directory.ts";
import { HandOver } from "./hand-over.ts";
import { Rejects } from "./rejects.ts";

/** Points newer than this against the wall clock are refused one by one: a sender's clock is wrong. */
export const FUTURE_MAX_MS = 10 * MINUTE_MS;
/** Points older than this against their own series' newest are refused; within it they are merged. */
export const LATE_MAX_MS = 2 * HOUR_MS;
/** Points of a batch that may be looked up behind that: a retry of what is stored is no news. */
const LOOKED_UP_MAX = 50_000;

export interface GatedBatch {
  readonly acceptedPoints: number;
  readonly rejects: Rejects;
  /** Too late to be stored; accepted all the same where the store holds them already. */
  readonly late: readonly LateRun[];
  /** What goes to each worker, by its number; undefined where it gets nothing. */
  readonly messages: readonly (readonly AppendPart[] | undefined)[];
  /** Oldest accepted time; NaN when nothing was accepted. */
  readonly oldestMs: EpochMs;
}

/** Points of one series that lie behind what is still taken. */
export interface LateRun {
  readonly info: SeriesInfo;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface GatePlace {
  readonly directory: SeriesDirectory;
  /** Handles that their worker has been told of; extended here. */
  readonly announced: Set<number>;
  /** Partition p belongs to worker p % workerCount. */
  readonly workerCount: number;
}

export interface GateLimits {
  readonly activeSeriesMax: number;
}

/**
 * Judges every point of a batch (future, too late, infinite), gives new series their handle, and
 * sorts what is accepted into columns per partition. Nothing is stored yet.
 */
export function gate(
  tenantId: string,
  batch: IngestBatch,
  place: GatePlace,
  limits: GateLimits,
  nowMs: EpochMs,
): GatedBatch {
  const rejects = new Rejects();
  const tenant = place.directory.tenant(tenantId);
  const judge = new Judge(batch, nowMs, rejects);
  const accepted = new HandOver(batch.places.length, judge.times, judge.values);
  const { places } = batch;
  const late: LateRun[] = [];
  let oldestMs = Number.NaN;
  forEachRun(batch, (k, first, end) => {
    const known = tenant.find(places[k]!);
    if (known === undefined && tenant.series.length >= limits.activeSeriesMax) {
      judge.skip(end);
      rejects.add("series-limit", places[k]!, end - first);
      return;
    }
    const from = judge.count;
    judge.run(places[k]!, first, end, known?.newestMs ?? Number.NEGATIVE_INFINITY);
    if (judge.late.length > 0) late.push(lateRun(known!, judge.late));
    if (judge.count === from) return;
    const info = known ?? newSeries(tenantId, places[k]!, place.directory);
    info.newestMs = judge.newestMs;
    if (!(judge.oldestMs >= oldestMs)) oldestMs = judge.oldestMs;
    accepted.add(info, judge.count);
  });
  const messages = accepted.parts(place.workerCount, place.announced);
  return { acceptedPoints: judge.count, rejects, late, messages, oldestMs };
}

/** From times and values by turns. */
function lateRun(info: SeriesInfo, late: readonly number[]): LateRun {
  const times = Float64Array.from({ length: late.length / 2 }, (_, i) => late[2 * i]!);
  return { info, times, values: times.map((_, i) => late[2 * i + 1]!) };
}

/** A series is known from its first accepted point on: what is refused leaves no trace. */
function newSeries(tenantId: string, place: IngestPlace, directory: SeriesDirectory): SeriesInfo {
  const { clusterId, nodeId, metricName, metadata, counter } = place;
  const kind = counter === true ? { type: "counter" } : {};
  return directory.add({ tenantId, clusterId, nodeId, metricName }, { ...metadata, ...kind });
}

/** Columns of the batch in hand: it is copied on before the next one comes. */
let scratch = new Float64Array(0);

/** Judges run after run; what it lets through stands one behind the other in its columns. */
class Judge {
  readonly times: Float64Array;
  readonly values: Float64Array;
  count = 0;
  /** Of the run judged last. */
  oldestMs = 0;
  newestMs = 0;
  /** Of the run judged last: times and values, by turns, of points that are too late. */
  late: number[] = [];
  #lookedUp = 0;
  readonly #batch: IngestBatch;
  readonly #newestAllowedMs: EpochMs;
  readonly #rejects: Rejects;
  /** Index into `staleAt` of the next marker that was not passed yet. */
  #stale = 0;

  constructor(batch: IngestBatch, nowMs: EpochMs, rejects: Rejects) {
    this.#batch = batch;
    this.#newestAllowedMs = nowMs + FUTURE_MAX_MS;
    this.#rejects = rejects;
    const points = batch.values.length;
    if (points > scratch.length / 2) scratch = new Float64Array(4 * points);
    this.times = scratch.subarray(0, points);
    this.values = scratch.subarray(points, 2 * points);
  }

  /** Points before `end` are not judged. */
  skip(end: number): void {
    const { staleAt } = this.#batch;
    while (this.#stale < staleAt.length && staleAt[this.#stale]! < end) this.#stale++;
  }

  run(place: IngestPlace, first: number, end: number, knownNewestMs: EpochMs): void {
    const { timestampsMs, values, staleAt } = this.#batch;
    const tooLateMs = knownNewestMs - LATE_MAX_MS;
    this.oldestMs = Number.POSITIVE_INFINITY;
    this.newestMs = knownNewestMs;
    if (this.late.length > 0) this.late = [];
    for (let i = first; i < end; i++) {
      const atMs = timestampsMs[i]!;
      const value = values[i]!;
      const stale = staleAt[this.#stale] === i;
      if (stale) this.#stale++;
      const reason = this.#reasonOf(atMs, value, tooLateMs);
      if (reason === "too-late" && this.#lookedUp < LOOKED_UP_MAX) {
        this.#lookedUp++;
        this.late.push(atMs, stale ? Number.POSITIVE_INFINITY : value);
        continue;
      }
      if (reason !== undefined) {
        this.#rejects.add(reason, place, 1);
        continue;
      }
      this.times[this.count] = atMs;
      this.values[this.count] = stale ? Number.POSITIVE_INFINITY : value;
      this.count++;
      if (atMs < this.oldestMs) this.oldestMs = atMs;
      if (atMs > this.newestMs) this.newestMs = atMs;
    }
  }

  #reasonOf(atMs: EpochMs, value: number, tooLateMs: EpochMs): RejectReason | undefined {
    if (!Number.isFinite(atMs) || atMs < 0) return "invalid-time";
    if (atMs > this.#newestAllowedMs) return "future";
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return "infinite";
    if (atMs < tooLateMs) return "too-late";
    return undefined;
  }
}
