import type { EpochMs } from "@foreshock/core";
import type { IngestReport, IngestSeries, RejectReason } from "../ingest/ingest-series.ts";
import type { SeriesDirectory, SeriesInfo } from "./directory.ts";
import type { AppendMessage, FreshSeries } from "./protocol.ts";

/** Points newer than this against the wall clock are refused one by one: a sender's clock is wrong. */
export const FUTURE_MAX_MS = 10 * 60_000;
/** Points older than this against their own series' newest are refused; within it they are merged. */
export const LATE_MAX_MS = 2 * 3_600_000;
const EXAMPLES_MAX = 5;

export interface GatedBatch {
  readonly report: IngestReport;
  /** One message a partition, without ticket: the pool numbers them. */
  readonly messages: readonly Omit<AppendMessage, "ticket" | "type">[];
  /** Oldest and newest accepted time; NaN when nothing was accepted. */
  readonly oldestMs: EpochMs;
  readonly newestMs: EpochMs;
}

export interface GateLimits {
  readonly activeSeriesMax: number;
}

/**
 * Judges every point of a batch (future, too late, infinite), gives new series their handle, and
 * sorts what is accepted into one message per partition. Nothing is stored yet.
 *
 * @param announced handles that their worker has been told of; extended here.
 */
export function gate(
  tenantId: string,
  batch: readonly IngestSeries[],
  directory: SeriesDirectory,
  announced: Set<number>,
  limits: GateLimits,
  nowMs: EpochMs,
): GatedBatch {
  const rejects = new Rejects();
  const byPartition = new Map<number, PartitionRuns>();
  let oldestMs = Number.NaN;
  let newestMs = Number.NaN;
  let accepted = 0;
  const tenant = directory.tenant(tenantId);
  for (const series of batch) {
    const known = tenant.find(series.clusterId, series.nodeId, series.metricName);
    if (known === undefined && tenant.series.length >= limits.activeSeriesMax) {
      rejects.add("series-limit", series, series.values.length);
      continue;
    }
    const run = judge(series, known?.newestMs ?? Number.NEGATIVE_INFINITY, nowMs, rejects);
    if (run.times.length === 0) continue;
    const info = known ?? newSeries(tenantId, series, directory);
    info.newestMs = run.newestMs;
    accepted += run.times.length;
    oldestMs = min(oldestMs, run.oldestMs);
    newestMs = max(newestMs, run.newestMs);
    runsOf(byPartition, info.partition).add(info, run, announced);
  }
  const messages = [...byPartition.values()].map((runs) => runs.message());
  return { report: rejects.report(accepted), messages, oldestMs, newestMs };
}

interface Run {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly oldestMs: EpochMs;
  readonly newestMs: EpochMs;
}

/** A series is known from its first accepted point on: what is refused leaves no trace. */
function newSeries(
  tenantId: string,
  { clusterId, nodeId, metricName, metadata, counter }: IngestSeries,
  directory: SeriesDirectory,
): SeriesInfo {
  const kind = counter === true ? { type: "counter" } : {};
  return directory.add({ tenantId, clusterId, nodeId, metricName }, { ...metadata, ...kind });
}

function judge(
  series: IngestSeries,
  knownNewestMs: EpochMs,
  nowMs: EpochMs,
  rejects: Rejects,
): Run {
  const { timestampsMs, values } = series;
  const stale = series.staleAt === undefined ? undefined : new Set(series.staleAt);
  const times = new Float64Array(values.length);
  const kept = new Float64Array(values.length);
  let count = 0;
  let oldestMs = Number.POSITIVE_INFINITY;
  let newestMs = knownNewestMs;
  const tooLateMs = knownNewestMs - LATE_MAX_MS;
  for (let i = 0; i < values.length; i++) {
    const atMs = timestampsMs[i]!;
    const value = values[i]!;
    const reason = reasonOf(atMs, value, nowMs, tooLateMs);
    if (reason !== undefined) {
      rejects.add(reason, series, 1);
      continue;
    }
    times[count] = atMs;
    kept[count] = stale?.has(i) === true ? Number.POSITIVE_INFINITY : value;
    count++;
    if (atMs < oldestMs) oldestMs = atMs;
    if (atMs > newestMs) newestMs = atMs;
  }
  return { times: times.subarray(0, count), values: kept.subarray(0, count), oldestMs, newestMs };
}

function reasonOf(
  atMs: EpochMs,
  value: number,
  nowMs: EpochMs,
  tooLateMs: EpochMs,
): RejectReason | undefined {
  if (!Number.isFinite(atMs) || atMs < 0) return "invalid-time";
  if (atMs > nowMs + FUTURE_MAX_MS) return "future";
  if (atMs < tooLateMs) return "too-late";
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return "infinite";
  return undefined;
}

class PartitionRuns {
  readonly #partition: number;
  readonly #fresh: FreshSeries[] = [];
  readonly #handles: number[] = [];
  readonly #runs: Run[] = [];
  #points = 0;

  constructor(partition: number) {
    this.#partition = partition;
  }

  add(info: SeriesInfo, run: Run, announced: Set<number>): void {
    if (!announced.has(info.handle)) {
      announced.add(info.handle);
      this.#fresh.push({ handle: info.handle, key: info.key, metadata: info.metadata });
    }
    this.#handles.push(info.handle);
    this.#runs.push(run);
    this.#points += run.times.length;
  }

  message(): Omit<AppendMessage, "ticket" | "type"> {
    const ends = new Int32Array(this.#runs.length);
    const times = new Float64Array(this.#points);
    const values = new Float64Array(this.#points);
    let end = 0;
    this.#runs.forEach((run, k) => {
      times.set(run.times, end);
      values.set(run.values, end);
      end += run.times.length;
      ends[k] = end;
    });
    const handles = Int32Array.from(this.#handles);
    return { partition: this.#partition, fresh: this.#fresh, handles, ends, times, values };
  }
}

function runsOf(byPartition: Map<number, PartitionRuns>, partition: number): PartitionRuns {
  const runs = byPartition.get(partition) ?? new PartitionRuns(partition);
  byPartition.set(partition, runs);
  return runs;
}

/** Counts what is turned away, with the first few places for the reply. */
class Rejects {
  readonly #counts = new Map<RejectReason, { points: number; examples: string[] }>();

  add(reason: RejectReason, { clusterId, nodeId, metricName }: IngestSeries, points: number): void {
    const entry = this.#counts.get(reason) ?? { points: 0, examples: [] };
    this.#counts.set(reason, entry);
    entry.points += points;
    const example = `${clusterId}/${nodeId}/${metricName}`;
    if (entry.examples.length < EXAMPLES_MAX && entry.examples.at(-1) !== example) {
      entry.examples.push(example);
    }
  }

  report(acceptedPoints: number): IngestReport {
    const rejected = [...this.#counts].map(([reason, entry]) => ({ reason, ...entry }));
    const rejectedPoints = rejected.reduce((sum, { points }) => sum + points, 0);
    return { acceptedPoints, rejectedPoints, rejected };
  }
}

function min(a: number, b: number): number {
  return Number.isNaN(a) || b < a ? b : a;
}

function max(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}
