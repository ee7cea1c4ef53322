import { type EpochMs, FoldRow } from "@foreshock/core/fold";
import type { PutPoints } from "../platform/ingest-series.ts";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";
import type { AlarmEntry } from "../store/table/alarm-table.ts";
import type { EpisodeEntry } from "../store/table/episode-table.ts";
import { alarmEntry } from "./alarm-rows.ts";
import { BatchFolding } from "./batch-folding.ts";
import { DetectionQueue, type QueuedBatch, queuedBatch, type Waiting } from "./detection-queue.ts";
import type { Emissions } from "./emission.ts";
import { episodeRow } from "./episode-rows.ts";
import { type BeforeMoves, Folding } from "./folding.ts";
import type { LiveSeries } from "./live-series.ts";
import type { Progress } from "./progress.ts";
import type { AppendPart, FreshSeries } from "./protocol.ts";
import { Quarantine } from "./quarantine.ts";
import { ResultRows } from "./result-rows.ts";
import { changesLeft, over } from "./runs.ts";
import { SeriesRegistry } from "./series-registry.ts";
import { storePart } from "./stored-part.ts";
import { UnseenChanges } from "./unseen-changes.ts";

/** Closed episodes are written in bunches: each write is a transaction. */
const CLOSED_MAX = 2000;
/**
 * One partition's owner: stores what comes, then folds it, series by series.
 * Results are a function of the stored points, and of what their series are, alone.
 */
export class PartitionRuntime {
  readonly store: PartitionStore;
  readonly quarantine: Quarantine;
  /** Whoever saves a checkpoint at the moment. */
  saver: BeforeMoves | undefined;
  readonly #emissions: Emissions;
  readonly #progress: Progress;
  readonly #queue = new DetectionQueue();
  readonly #series: SeriesRegistry;
  readonly #episodes: ResultRows<EpisodeEntry>;
  readonly #alarms: ResultRows<AlarmEntry>;
  readonly #folding: Folding;
  readonly #batches: BatchFolding;
  readonly #unseen = new UnseenChanges();
  readonly #openedPosition: number;
  #lastSequence = 0;
  /** The store had no room for what folding writes. */
  #isResting = false;

  /** @param progress called before each unit of work. */
  constructor(
    store: PartitionStore,
    emissions: Emissions,
    progress: Progress = () => {},
    quarantine: Quarantine = new Quarantine(),
  ) {
    this.store = store;
    this.quarantine = quarantine;
    this.#progress = progress;
    this.#emissions = emissions;
    this.#series = new SeriesRegistry(store);
    this.#openedPosition = store.detectedPosition;
    store.replayTail((storeId, changedFromMs) => this.#unseen.note(storeId, changedFromMs));
    this.#episodes = new ResultRows(episodeRow, (rows) => store.episodes.put(rows));
    this.#alarms = new ResultRows(alarmEntry, (rows) => store.alarms.put(rows));
    this.#folding = new Folding({
      store,
      emissions,
      row: new FoldRow(),
      episodes: this.#episodes,
      alarms: this.#alarms,
      saver: () => this.saver,
    });
    this.#batches = new BatchFolding(this.#folding, this.#series);
  }

  /** Makes a series known under its host's number; its saved fold is taken up where none is at work. */
  announce({ handle, key, metadata }: FreshSeries): LiveSeries {
    const series = this.#series.announce({ handle, key, metadata });
    const { fold, lastScore } = series;
    if (fold.pointCount > 0) this.#emissions.of(handle).endRun(handle, fold, lastScore);
    return series;
  }

  /**
   * The host that gave these handles is gone: they mean nothing any more. What it had sent and was not
   * folded yet stays stored, and is folded when a host announces its series again.
   */
  forget(isItsNumber: (number: number) => boolean): void {
    const isMeant = (item: Waiting): boolean =>
      isItsNumber("series" in item ? item.series.handle : item.ticket);
    for (const item of this.#queue.takeOut(isMeant)) this.#leave(item);
    this.#series.forget(isItsNumber);
  }

  /** What waits of tenants in quarantine is not folded. */
  obeyQuarantine(): void {
    for (const item of this.#queue.takeOutOf(this.quarantine.tenantIds)) this.#setAside(item);
  }

  /** It counts as scored; what is in it is folded once its tenant is taken up again. */
  #setAside(item: Waiting): void {
    this.#leave(item);
    if (!("series" in item)) this.#emissions.of(item.ticket).partDone(item.ticket);
  }

  #leave(item: Waiting): void {
    if (!("series" in item)) this.#retell(item);
    for (const { storeId, fromMs } of changesLeft(item, this.#series)) {
      this.#unseen.note(storeId, fromMs);
    }
    if ("series" in item) over(item, false);
  }

  /** Where the store takes nothing now, a start finds out from the log. @throws nothing that can be tried again. */
  #retell({ retold, nextRetold }: QueuedBatch): void {
    try {
      for (const one of retold.slice(nextRetold)) {
        this.#folding.retell(this.#series.known(one.handle), one);
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  /** The oldest change of a series that its fold has not seen, which is seen to now; else +Infinity. */
  takeChange({ storeId }: LiveSeries): EpochMs {
    return this.#unseen.take(storeId);
  }

  /** Whether something was folded since the start, so that a host may have heard of it. */
  get hasFolded(): boolean {
    return this.foldedPoints > 0;
  }

  get foldedPoints(): number {
    return this.#folding.pointCount;
  }

  byHandle(handle: number): LiveSeries | undefined {
    return this.#series.byHandle(handle);
  }

  byStoreId(storeId: number): LiveSeries | undefined {
    return this.#series.byStoreId(storeId);
  }

  /**
   * Stores a part of a batch (durable with the next commit) and queues it for detection. Its series are announced.
   * Returns what became of its points.
   */
  append(ticket: number, part: AppendPart): PutPoints {
    const { handles, retold = [] } = part;
    const outcome = storePart(this.store, this.#series, part);
    outcome.lateFromMs.forEach((lateFromMs, run) => {
      const series = this.#series.known(handles[run]!);
      if (lateFromMs < series.lateFromMs) series.lateFromMs = lateFromMs;
    });
    this.#lastSequence++;
    const first = retold[0]?.handle ?? handles[0];
    const tenantId = first === undefined ? "" : this.#series.known(first).key.tenantId;
    const batch = queuedBatch({ ticket, sequence: this.#lastSequence }, part, outcome);
    if (this.quarantine.has(tenantId)) this.#setAside(batch);
    else this.#queue.add(tenantId, batch);
    return outcome.put;
  }

  /** Makes what was appended durable. @throws StoreUnavailable. */
  commit(): void {
    this.#queue.committed(this.store.commit());
  }

  /** Writes what was appended, without waiting for the disk. @throws StoreUnavailable. */
  stage(): void {
    this.#queue.committed(this.store.stage());
  }

  /** What was appended and could not be written is gone. @throws StoreUnavailable when only a restart helps. */
  forgetUnwritten(): void {
    for (const batch of this.#queue.takeOut((item) => !("series" in item) && item.position === 0)) {
      if (!("series" in batch)) this.#emissions.of(batch.ticket).partDone(batch.ticket);
    }
    try {
      this.store.forgetUnwritten();
      this.#series.internAgain();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailable("sync-failed", `a partition could not be opened again: ${why}`);
    }
  }

  /** Everything written up to here has been folded, of every tenant. */
  get detectedPosition(): number {
    const oldest = this.#queue.oldestPosition;
    return oldest === undefined ? this.store.position : Math.min(oldest - 1, this.store.position);
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }

  /** Tenants for whom `detect` would do something. */
  ready(): Iterable<string> {
    return this.#isResting ? [] : this.#queue.ready();
  }

  /** What could not be written is tried again. */
  rested(): void {
    this.#isResting = false;
  }

  /** Folds waiting points of a tenant until about `pointsMax` are done. Returns what it cost, in points. */
  detect(tenantId: string, pointsMax: number): number {
    let spent = 0;
    try {
      this.#progress("folding", tenantId);
      while (spent < pointsMax) {
        const cost = this.#queue.turn(tenantId, (item) => this.#work(item, pointsMax - spent));
        if (cost === 0) break;
        spent += cost;
      }
      const closed = this.#episodes.closedCount + this.#alarms.closedCount;
      if (this.#queue.isEmpty || closed >= CLOSED_MAX) this.writeResults();
    } catch (error) {
      if (!(error instanceof StoreUnavailable && error.retryable)) throw error;
      this.#rest();
    }
    return spent;
  }

  /**
   * Folds what the saved fold has not seen; sends what came from `changedFromMs` on. `finished` is called
   * when that is done, at its turn; or when there is no room for it, so that reads are answered meanwhile.
   */
  catchUp(series: LiveSeries, changedFromMs: EpochMs, finished: (isDone: boolean) => void): void {
    this.#queue.addAgain({
      series,
      backToMs: changedFromMs <= series.fold.lastMs ? changedFromMs : undefined,
      emitFromMs: changedFromMs,
      detectedPosition: this.#openedPosition,
      sequence: this.#lastSequence,
      finished,
    });
  }

  #rest(): void {
    this.#isResting = true;
    for (const item of this.#queue.items()) if ("series" in item) over(item, false);
  }

  /** Episodes and alarms are written in bunches; whoever reads them calls this first. */
  writeResults(): void {
    this.#episodes.write();
    this.#alarms.write();
  }

  series(): readonly LiveSeries[] {
    return this.#series.all;
  }

  /** At most about `pointsMax` points of what waits first. */
  #work(item: Waiting, pointsMax: number): { cost: number; isDone: boolean } {
    if ("series" in item) {
      const { cost, isDone } = this.#folding.goOn(item, this.#lastSequence, pointsMax);
      if (isDone) over(item, true);
      return { cost, isDone };
    }
    const { cost, isDone } = this.#batches.step(item, this.#lastSequence, pointsMax);
    if (isDone) this.#emissions.of(item.ticket).partDone(item.ticket);
    return { cost, isDone };
  }
}
