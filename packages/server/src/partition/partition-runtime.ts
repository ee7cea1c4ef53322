import { type EpochMs, FoldRow } from "@foreshock/core/fold";
import type { PutPoints } from "../platform/ingest-series.ts";
import { TenantFailed } from "../platform/platform-errors.ts";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import { isStoreFault, StoreUnavailable } from "../store/sqlite/store-error.ts";
import { DetectionQueue, type Finished, queuedBatch, type Waiting } from "./detection-queue.ts";
import type { Emissions } from "./emission.ts";
import { FailedSeries } from "./failed-series.ts";
import { type BeforeMoves, Folding } from "./folding.ts";
import type { FreshSeries } from "./fresh-series.ts";
import { LeftWork } from "./left-work.ts";
import type { LiveSeries } from "./live-series.ts";
import type { RuntimeOptions } from "./owner-options.ts";
import type { Progress } from "./progress.ts";
import type { AppendPart } from "./protocol.ts";
import { Quarantine } from "./quarantine.ts";
import { OpenKinds } from "./read/open-kinds.ts";
import { ScoredHistories } from "./read/scored-histories.ts";
import { Results } from "./results.ts";
import { over, seriesAtWork } from "./runs.ts";
import { SeriesRegistry } from "./series-registry.ts";
import { storePart } from "./stored-part.ts";
import { WaitingWork } from "./waiting-work.ts";

/**
 * One partition's owner: stores what comes, then folds it, series by series.
 * Results are a function of the stored points and of what their series are, counters or not: points that come
 * in order go straight through the fold; anything else (late, repeated, unsorted) makes the series be folded
 * again from the newest saved state before the first changed point.
 */
export class PartitionRuntime {
  readonly store: PartitionStore;
  /** Points with their p, for rankings. */
  readonly histories: ScoredHistories;
  readonly openKinds = new OpenKinds();
  readonly quarantine: Quarantine;
  /** Whoever saves a checkpoint at the moment. */
  saver: BeforeMoves | undefined;
  /** Hears that the detection of a tenant threw: all of that tenant is to be left in all partitions. */
  failed: (tenantId: string, error: unknown) => void = (tenantId, error) =>
    this.leaveTenant(tenantId, error);
  readonly results: Results;
  readonly #emissions: Emissions;
  readonly #progress: Progress;
  readonly #queue = new DetectionQueue();
  readonly #series: SeriesRegistry;
  readonly #folding: Folding;
  readonly #work: WaitingWork;
  readonly #left: LeftWork;
  readonly #failures: FailedSeries;
  readonly #openedPosition: number;
  #lastSequence = 0;
  /** The store had no room for what folding writes. */
  #isResting = false;

  constructor(store: PartitionStore, emissions: Emissions, options: RuntimeOptions = {}) {
    const { progress = () => {}, quarantine = new Quarantine(), historyBytesMax } = options;
    this.store = store;
    this.histories = new ScoredHistories(store, historyBytesMax);
    this.quarantine = quarantine;
    this.#progress = progress;
    this.#emissions = emissions;
    this.#series = new SeriesRegistry(store);
    this.#left = new LeftWork({
      ...{ queue: this.#queue, series: this.#series, emissions },
      retell: (series, metadata) => this.#folding.retell(series, metadata),
    });
    this.#openedPosition = store.detectedPosition;
    store.replayTail((storeId, changedFromMs) => this.#left.unseen.note(storeId, changedFromMs));
    const fails = (series: LiveSeries, error: unknown): void => this.fails(series, error);
    this.results = new Results(store, (seriesId) => this.byStoreId(seriesId), fails);
    const { episodes, alarms } = this.results;
    this.#failures = new FailedSeries({
      ...{ registry: this.#series, emissions, episodes, alarms },
      ...{ left: this.#left, saver: () => this.saver },
      failed: (tenantId, error) => this.failed(tenantId, error),
    });
    this.#folding = new Folding({
      ...{ store, emissions, row: new FoldRow() },
      ...{ episodes, alarms, saver: () => this.saver },
    });
    this.#work = new WaitingWork({
      ...{ folding: this.#folding, registry: this.#series, emissions },
      lastSequence: () => this.#lastSequence,
    });
  }

  /** Makes a series known under its host's number; its saved fold is taken up where none is at work. */
  name(fresh: FreshSeries): LiveSeries {
    return this.#series.announce(fresh);
  }

  /** The same for a series that is stored, by the store's number. */
  nameStored(handle: number, seriesId: number): void {
    this.#series.takeUp(handle, seriesId);
  }

  /** Its host hears where the series is. */
  tell({ handle, fold, lastScore }: LiveSeries): void {
    if (fold.pointCount > 0) this.#emissions.of(handle).endRun(handle, fold, lastScore);
  }

  /**
   * The host that gave these handles is gone: they mean nothing any more. What it had sent and was not
   * folded yet stays stored, and is folded when a host announces its series again.
   */
  forget(isItsNumber: (number: number) => boolean): void {
    this.#left.ofNumbers(isItsNumber);
    this.#series.forget(isItsNumber);
  }

  /** What waits of tenants in quarantine is not folded. */
  obeyQuarantine(): void {
    this.results.ahead.drop(this.quarantine.tenantIds);
    this.#left.ofTenants(this.quarantine.tenantIds);
  }

  /** The tenant's detection threw, here or in another partition: it is folded once its host takes it up again. */
  leaveTenant(tenantId: string, error: unknown): void {
    this.quarantine.setAside(tenantId);
    this.results.ahead.drop([tenantId]);
    this.#left.ofTenants(new Set([tenantId]), new TenantFailed(String(error)));
  }

  /** Work on the series threw; seen to after what is under way. What its fold has become is not used. */
  fails(series: LiveSeries, error: unknown): void {
    this.#failures.add(series, error);
  }

  /** The oldest change that a series' fold has not seen, which is seen to now; else +Infinity. */
  takeChange({ storeId }: LiveSeries): EpochMs {
    return this.#left.unseen.take(storeId);
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
    for (let run = 0; run < handles.length; run++) {
      const lateFromMs = outcome.lateFromMs[run]!;
      // Most runs are not late, and looking their series up costs more than all else here.
      if (Number.isNaN(lateFromMs)) continue;
      const series = this.#series.known(handles[run]!);
      if (lateFromMs < series.lateFromMs) series.lateFromMs = lateFromMs;
    }
    this.#lastSequence++;
    const first = retold[0]?.handle ?? handles[0];
    const tenantId = first === undefined ? "" : this.#series.known(first).key.tenantId;
    const batch = queuedBatch({ ticket, sequence: this.#lastSequence }, part, outcome);
    if (this.quarantine.has(tenantId)) this.#left.setAside(batch);
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
      this.histories.forget();
      this.store.forgetUnwritten();
      this.#series.internAgain();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailable("sync-failed", `a partition could not be opened again: ${why}`);
    }
  }

  /** All written up to here has been folded, of every tenant. */
  get detectedPosition(): number {
    const oldest = this.#queue.oldestPosition;
    return oldest === undefined ? this.store.position : Math.min(oldest - 1, this.store.position);
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty;
  }

  /** Tenants for whom `detect` would do something. */
  *ready(): Iterable<string> {
    if (this.#isResting) return;
    yield* this.#queue.ready();
    yield* this.results.ahead.ready();
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
        const cost = this.#unit(tenantId, pointsMax - spent);
        if (cost === 0) break;
        spent += cost;
      }
      if (this.#queue.isEmpty || this.results.isMuch) this.writeResults();
      // What an episode was is said once nothing else of its tenant waits.
      if (spent < pointsMax) spent += this.results.ahead.some(tenantId);
    } catch (error) {
      if (!(error instanceof StoreUnavailable && error.retryable)) throw error;
      this.#rest();
    }
    return spent;
  }

  /** A unit of a tenant's work. What it throws is that tenant's own, unless the store is at fault. */
  #unit(tenantId: string, pointsMax: number): number {
    this.seeToFailures();
    let cost = 1;
    let atWork: Waiting | undefined;
    try {
      cost = this.#queue.turn(tenantId, (item) => {
        atWork = item;
        return this.#work.some(item, pointsMax);
      });
    } catch (error) {
      if (atWork === undefined || isStoreFault(error)) throw error;
      this.fails(seriesAtWork(atWork, this.#series), error);
    }
    this.seeToFailures();
    return cost;
  }

  /** To be called when nothing is under way. @throws StoreUnavailable | StoreCorrupt; then the next call goes on. */
  seeToFailures(): void {
    this.#failures.seeTo();
  }

  /**
   * Folds what the saved fold has not seen; sends what came from `changedFromMs` on. `finished` is called
   * when that is done, at its turn; or when there is no room for it, so that reads are answered meanwhile.
   */
  catchUp(series: LiveSeries, changedFromMs: EpochMs, finished: Finished): void {
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
    this.results.write();
    this.seeToFailures();
  }

  series(): readonly LiveSeries[] {
    return this.#series.all;
  }
}
