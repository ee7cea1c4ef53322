import type { EpochMs } from "@foreshock/core";
import type { IngestBatch, IngestPlace } from "../ingest/ingest-batch.ts";
import type { IngestReport, RejectReason } from "../ingest/ingest-series.ts";
import type { SeriesDirectory, SeriesInfo } from "./directory.ts";
import { HandOver } from "./hand-over.ts";
import type { AppendPart } from "./protocol.ts";

/** Points newer than this against the wall clock are refused one by one: a sender's clock is wrong. */
export const FUTURE_MAX_MS = 10 * 60_000;
/** Points older than this against their own series' newest are refused; within it they are merged. */
export const LATE_MAX_MS = 2 * 3_600_000;
const EXAMPLES_MAX = 5;

export interface GatedBatch {
  readonly report: IngestReport;
  /** What goes to each worker, by its number; undefined where it gets nothing. */
  readonly messages: readonly (readonly AppendPart[] | undefined)[];
  /** Oldest accepted time; NaN when nothing was accepted. */
  readonly oldestMs: EpochMs;
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
  const { places, ends } = batch;
  let oldestMs = Number.NaN;
  for (let k = 0, first = 0; k < places.length; first = ends[k]!, k++) {
    const known = tenant.find(places[k]!);
    if (known === undefined && tenant.series.length >= limits.activeSeriesMax) {
      judge.skip(ends[k]!);
      rejects.add("series-limit", places[k]!, ends[k]! - first);
      continue;
    }
    const from = judge.count;
    judge.run(places[k]!, first, ends[k]!, known?.newestMs ?? Number.NEGATIVE_INFINITY);
    if (judge.count === from) continue;
    const info = known ?? newSeries(tenantId, places[k]!, place.directory);
    info.newestMs = judge.newestMs;
    if (!(judge.oldestMs >= oldestMs)) oldestMs = judge.oldestMs;
    accepted.add(info, judge.count);
  }
  const messages = accepted.parts(place.workerCount, place.announced);
  return { report: rejects.report(judge.count), messages, oldestMs };
}

/** A series is known from its first accepted point on: what is refused leaves no trace. */
function newSeries(tenantId: string, place: IngestPlace, directory: SeriesDirectory): SeriesInfo {
  const { clusterId, nodeId, metricName, metadata, counter } = place;
  const kind = counter === true ? { type: "counter" } : {};
  return directory.add({ tenantId, clusterId, nodeId, metricName }, { ...metadata, ...kind });
}

/** Judges run after run; what it lets through stands one behind the other in its columns. */
class Judge {
  readonly times: Float64Array;
  readonly values: Float64Array;
  count = 0;
  /** Of the run judged last. */
  oldestMs = 0;
  newestMs = 0;
  readonly #batch: IngestBatch;
  readonly #newestAllowedMs: EpochMs;
  readonly #rejects: Rejects;
  /** Index into `staleAt` of the next marker that was not passed yet. */
  #stale = 0;

  constructor(batch: IngestBatch, nowMs: EpochMs, rejects: Rejects) {
    this.#batch = batch;
    this.#newestAllowedMs = nowMs + FUTURE_MAX_MS;
    this.#rejects = rejects;
    this.times = new Float64Array(batch.values.length);
    this.values = new Float64Array(batch.values.length);
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
    for (let i = first; i < end; i++) {
      const atMs = timestampsMs[i]!;
      const value = values[i]!;
      const stale = staleAt[this.#stale] === i;
      if (stale) this.#stale++;
      const reason = this.#reasonOf(atMs, value, tooLateMs);
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
    if (atMs < tooLateMs) return "too-late";
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return "infinite";
    return undefined;
  }
}

/** Counts what is turned away, with the first few places for the reply. */
class Rejects {
  readonly #counts = new Map<RejectReason, { points: number; examples: string[] }>();

  add(reason: RejectReason, { clusterId, nodeId, metricName }: IngestPlace, points: number): void {
    const entry = this.#counts.get(reason) ?? { points: 0, examples: [] };
    this.#counts.set(reason, entry);
    entry.points += points;
    if (entry.examples.length >= EXAMPLES_MAX) return;
    const example = `${clusterId}/${nodeId}/${metricName}`;
    if (entry.examples.at(-1) !== example) entry.examples.push(example);
  }

  report(acceptedPoints: number): IngestReport {
    const rejected = [...this.#counts].map(([reason, entry]) => ({ reason, ...entry }));
    const rejectedPoints = rejected.reduce((sum, { points }) => sum + points, 0);
    return { acceptedPoints, rejectedPoints, rejected };
  }
}
