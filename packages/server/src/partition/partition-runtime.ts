import {
  type EpochMs,
  FoldRow,
  forEachRun,
  type SeriesFold,
  StateMemory,
  startOf,
} from "@foreshock/core/fold";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import type { AlarmEntry } from "../store/table/alarm-table.ts";
import type { EpisodeEntry } from "../store/table/episode-table.ts";
import { alarmEntry, entryOf } from "./alarm-rows.ts";
import { DetectionQueue, type QueuedBatch } from "./detection-queue.ts";
import type { Emission, Emissions } from "./emission.ts";
import { episodeRow } from "./episode-rows.ts";
import { ENGINE, foldOf, freshFold, type LiveSeries, NO_HANDLE } from "./live-series.ts";
import type { AppendPart, FreshSeries } from "./protocol.ts";
import { ResultRows } from "./result-rows.ts";
import { UnseenChanges } from "./unseen-changes.ts";

/** The end of time for reads that want everything from some instant on. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;
/** Closed episodes are written in bunches: each write is a transaction. */
const CLOSED_MAX = 2000;

/**
 * One partition's owner: stores what comes, then folds it, series by series.
 * Results are a function of the stored points alone: points that come in order go straight through
 * the fold; anything else (late, repeated, unsorted) makes the series be folded again from the
 * newest saved state before the first changed point.
 */
export class PartitionRuntime {
  readonly store: PartitionStore;
  readonly #emissions: Emissions;
  /** For the folds that are made when a series becomes known; those of a replay come and go. */
  readonly #memory = new StateMemory();
  readonly #queue = new DetectionQueue();
  readonly #byStoreId: LiveSeries[] = [];
  readonly #byHandle: (LiveSeries | undefined)[] = [];
  readonly #all: LiveSeries[] = [];
  readonly #episodes: ResultRows<EpisodeEntry>;
  readonly #alarms: ResultRows<AlarmEntry>;
  readonly #row = new FoldRow();
  readonly #unseen = new UnseenChanges();
  #lastSequence = 0;
  #detectedPosition = 0;
  #pushedPoints = 0;

  constructor(store: PartitionStore, emissions: Emissions) {
    this.store = store;
    this.#emissions = emissions;
    store.replayTail((storeId, changedFromMs) => this.#unseen.note(storeId, changedFromMs));
    this.#episodes = new ResultRows(episodeRow, (rows) => store.episodes.put(rows));
    this.#alarms = new ResultRows(alarmEntry, (rows) => store.alarms.put(rows));
  }

  /** Makes a series known under its host's number; its saved fold is taken up where none is at work. */
  announce({ handle, key, metadata }: FreshSeries): LiveSeries {
    const storeId = this.store.intern({ ...key, metadata });
    const series = this.#byStoreId[storeId] ?? this.#newSeries(storeId, key, metadata);
    series.handle = handle;
    this.#byHandle[handle] = series;
    const { fold, lastScore } = series;
    if (fold.pointCount > 0) this.#emissions.of(handle).endRun(handle, fold, lastScore);
    return series;
  }

  /**
   * The host that gave these handles is gone: they mean nothing any more. What it had sent and was not
   * folded yet stays stored, and is folded when a host announces its series again.
   */
  forget(isItsNumber: (number: number) => boolean): void {
    for (const batch of this.#queue.takeOut(({ ticket }) => isItsNumber(ticket))) {
      for (let run = batch.nextRun; run < batch.handles.length; run++) {
        if (batch.changedPoints[run] === 0) continue;
        const first = startOf(batch.ends, run);
        const { storeId } = this.#known(batch.handles[run]!);
        this.#unseen.note(storeId, oldest(batch.times, first, batch.ends[run]!));
      }
    }
    this.#byHandle.forEach((series, handle) => {
      if (series === undefined || !isItsNumber(handle)) return;
      series.handle = NO_HANDLE;
      this.#byHandle[handle] = undefined;
    });
  }

  /** The oldest change of a series that its fold has not seen, which is seen to now; else +Infinity. */
  takeChange({ storeId }: LiveSeries): EpochMs {
    return this.#unseen.take(storeId);
  }

  /** Whether something was folded since the start, so that a host may have heard of it. */
  get hasFolded(): boolean {
    return this.#pushedPoints > 0;
  }

  #newSeries(
    storeId: number,
    key: LiveSeries["key"],
    metadata: LiveSeries["metadata"],
  ): LiveSeries {
    const series: LiveSeries = {
      handle: NO_HANDLE,
      storeId,
      key,
      metadata,
      fold: this.#firstFold(storeId, metadata),
      lastScore: 0,
      replayedUpTo: 0,
      savedPoints: 0,
      snapshotDay: -1,
    };
    this.#all.push(series);
    this.#byStoreId[storeId] = series;
    series.savedPoints = series.fold.pointCount;
    return series;
  }

  byHandle(handle: number): LiveSeries | undefined {
    return this.#byHandle[handle];
  }

  byStoreId(storeId: number): LiveSeries | undefined {
    return this.#byStoreId[storeId];
  }

  /** Stores a part of a batch (durable with the next commit) and queues it for detection. */
  append(ticket: number, part: AppendPart): void {
    for (const fresh of part.fresh) this.announce(fresh);
    const { handles, times: timestampsMs, values } = part;
    const seriesIds = new Uint32Array(handles.length);
    const counts = new Uint32Array(handles.length);
    forEachRun(part, (run, from, to) => {
      seriesIds[run] = this.#known(handles[run]!).storeId;
      counts[run] = to - from;
    });
    const outcome = this.store.append({ seriesIds, counts, timestampsMs, values });
    this.#lastSequence++;
    this.#queue.add(ticket, this.#lastSequence, part, outcome);
  }

  /** Makes what was appended durable. @throws StoreUnavailable. */
  commit(): void {
    this.#queue.committed(this.store.commit());
  }

  /** Writes what was appended, without waiting for the disk. @throws StoreUnavailable. */
  stage(): void {
    this.#queue.committed(this.store.stage());
  }

  /** Everything committed up to here has been folded. */
  get detectedPosition(): number {
    return this.#queue.isEmpty ? this.store.position : this.#detectedPosition;
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }

  /** Folds queued points until about `pointsMax` are done. Whole runs only. */
  detect(pointsMax: number): void {
    const before = this.#pushedPoints;
    while (this.#pushedPoints - before < pointsMax) {
      const batch = this.#queue.head();
      if (batch === undefined) break;
      if (batch.nextRun === batch.handles.length) {
        this.#emissions.of(batch.ticket).partDone(batch.ticket);
        this.#detectedPosition = Math.max(this.#detectedPosition, batch.position);
        this.#queue.removeHead();
        continue;
      }
      this.#detectRun(batch, batch.nextRun++);
    }
    const closed = this.#episodes.closedCount + this.#alarms.closedCount;
    if (this.#queue.isEmpty || closed >= CLOSED_MAX) this.writeResults();
  }

  /** After a start: folds what the saved fold has not seen; emits what came from `changedFromMs` on. */
  catchUp(series: LiveSeries, changedFromMs: EpochMs): void {
    if (changedFromMs <= series.fold.lastMs) this.#replay(series, changedFromMs);
    else this.#foldFrom(series, series.fold.lastMs + 1, changedFromMs);
    this.writeResults();
  }

  /** Episodes and alarms are written in bunches; whoever reads them calls this first. */
  writeResults(): void {
    this.#episodes.write();
    this.#alarms.write();
  }

  series(): Iterable<LiveSeries> {
    return this.#all;
  }

  #known(handle: number): LiveSeries {
    const series = this.#byHandle[handle];
    if (series === undefined) throw new Error(`series ${handle} was not announced`);
    return series;
  }

  #detectRun(batch: QueuedBatch, run: number): void {
    const series = this.#known(batch.handles[run]!);
    const first = startOf(batch.ends, run);
    const end = batch.ends[run]!;
    if (batch.sequence <= series.replayedUpTo || batch.changedPoints[run] === 0) return;
    const lateFromMs = batch.lateFromMs[run]!;
    if (Number.isNaN(lateFromMs) && inOrder(batch.times, first, end, series.fold.lastMs)) {
      const emission = this.#emissions.of(series.handle);
      for (let i = first; i < end; i++) {
        this.#push(series, batch.times[i]!, batch.values[i]!, emission);
      }
      emission.endRun(series.handle, series.fold, series.lastScore);
    } else {
      const changed = Number.isNaN(lateFromMs) ? oldest(batch.times, first, end) : lateFromMs;
      this.#replay(series, changed);
      series.replayedUpTo = this.#lastSequence;
    }
  }

  /** The newest saved fold; a fresh one of a series that is new. */
  #firstFold(storeId: number, metadata: LiveSeries["metadata"]): SeriesFold {
    if (this.store.entry(storeId).pointCount === 0) return freshFold(metadata, this.#memory);
    return foldOf(metadata, this.store.states.load(storeId, FOREVER_MS), this.#memory);
  }

  /** The newest saved fold that has seen nothing at or after `beforeMs`; a fresh one without. */
  #restore(series: LiveSeries, beforeMs: EpochMs): void {
    const saved = this.store.states.load(series.storeId, beforeMs - 1);
    series.fold = foldOf(series.metadata, saved);
    series.savedPoints = series.fold.pointCount;
  }

  /** Folds a series again from the newest saved state before `changedFromMs`. */
  #replay(series: LiveSeries, changedFromMs: EpochMs): void {
    this.writeResults();
    this.store.states.dropFrom(series.storeId, changedFromMs);
    this.#restore(series, changedFromMs);
    const fromMs = series.fold.lastMs === 0 ? 0 : series.fold.lastMs + 1;
    this.store.episodes.deleteFrom(series.storeId, ENGINE.name, fromMs);
    this.store.alarms.deleteFrom(series.storeId, fromMs);
    this.#foldFrom(series, fromMs, changedFromMs);
    if (series.fold.episodeIsOpen) this.#episodes.note(series, "extended");
    if (series.fold.alarmIsOpen) this.#alarms.note(series, "changed");
  }

  #foldFrom(series: LiveSeries, fromMs: EpochMs, emitFromMs: EpochMs): void {
    const range = { startMs: fromMs, endMs: FOREVER_MS };
    const { timestampsMs, values } = this.store.read(series.storeId, range);
    const emission = this.#emissions.of(series.handle);
    for (let i = 0; i < values.length; i++) {
      const atMs = timestampsMs[i]!;
      this.#push(series, atMs, values[i]!, atMs >= emitFromMs ? emission : undefined);
    }
    emission.endRun(series.handle, series.fold, series.lastScore);
  }

  #push(series: LiveSeries, atMs: EpochMs, sample: number, emission: Emission | undefined): void {
    const { fold } = series;
    const row = this.#row;
    const change = fold.push(atMs, sample, row);
    emission?.point(atMs, row.valueP, row.flatP, row.phase);
    this.#pushedPoints++;
    series.lastScore = row.score;
    this.#episodes.note(series, change);
    const { alarmChange, replacedAlarm } = fold;
    if (replacedAlarm !== undefined) {
      this.#alarms.add(entryOf(series.storeId, replacedAlarm, atMs));
    }
    this.#alarms.note(series, alarmChange);
  }
}

/** Strictly ascending and after `lastMs`. */
function inOrder(times: Float64Array, first: number, end: number, lastMs: EpochMs): boolean {
  let before = lastMs;
  for (let i = first; i < end; i++) {
    if (!(times[i]! > before)) return false;
    before = times[i]!;
  }
  return true;
}

function oldest(times: Float64Array, first: number, end: number): EpochMs {
  let least = times[first]!;
  for (let i = first + 1; i < end; i++) {
    if (times[i]! < least) least = times[i]!;
  }
  return least;
}
