import { type SeriesFold, StateMemory } from "@foreshock/core/fold";
import { isCounter, withNature } from "../platform/series-nature.ts";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import type { SavedState } from "../store/table/state-table.ts";
import type { FreshSeries } from "./fresh-series.ts";
import { foldOf, freshFold, type LiveSeries, NO_HANDLE } from "./live-series.ts";

/** The end of time for reads that want everything from some instant on. */
const FOREVER_MS = Number.MAX_SAFE_INTEGER;
const FIRST_HANDLES = 256;

/** The series of a partition that a host has announced, by its numbers and by the store's. */
export class SeriesRegistry {
  readonly all: LiveSeries[] = [];
  readonly #store: PartitionStore;
  /** For the folds that are made when a series becomes known; those of a replay come and go. */
  readonly #memory = new StateMemory();
  readonly #byStoreId: LiveSeries[] = [];
  /**
   * By handle, -1 without one. A column: of a host's handles a partition has one in eight, and a list with such
   * holes is a table that is searched.
   */
  #storeIds = new Int32Array(0);

  constructor(store: PartitionStore) {
    this.#store = store;
  }

  /**
   * The series, made where it is new: with its newest saved fold. One that is stored stays what it is,
   * counter or gauge: to change that, it has to be folded again.
   */
  announce({ handle, key, metadata }: FreshSeries): LiveSeries {
    const stored = this.#store.find(key);
    const kept =
      stored === undefined
        ? metadata
        : withNature(metadata, isCounter(this.#store.entry(stored).metadata));
    return this.takeUp(handle, this.#store.intern({ ...key, metadata: kept }));
  }

  /** The series of the store's number, made where it is new: with its newest saved fold. */
  takeUp(handle: number, storeId: number): LiveSeries {
    const series = this.#byStoreId[storeId] ?? this.#newSeries(storeId);
    series.handle = handle;
    if (handle >= this.#storeIds.length) this.#grow(handle + 1);
    this.#storeIds[handle] = storeId;
    return series;
  }

  #grow(handleCount: number): void {
    const grown = new Int32Array(Math.max(FIRST_HANDLES, handleCount, 2 * this.#storeIds.length));
    grown.fill(-1);
    grown.set(this.#storeIds);
    this.#storeIds = grown;
  }

  forget(isItsNumber: (number: number) => boolean): void {
    this.#storeIds.forEach((storeId, handle) => {
      if (storeId < 0 || !isItsNumber(handle)) return;
      this.#byStoreId[storeId]!.handle = NO_HANDLE;
      this.#storeIds[handle] = -1;
    });
  }

  byHandle(handle: number): LiveSeries | undefined {
    return this.#byStoreId[this.#storeIds[handle] ?? -1];
  }

  byStoreId(storeId: number): LiveSeries | undefined {
    return this.#byStoreId[storeId];
  }

  known(handle: number): LiveSeries {
    return this.#byStoreId[this.storeIdOf(handle)]!;
  }

  /** The store's number of a series. @throws Error for a handle that was not announced. */
  storeIdOf(handle: number): number {
    const storeId = this.#storeIds[handle] ?? -1;
    if (storeId < 0) throw new Error(`series ${handle} was not announced`);
    return storeId;
  }

  /** The series' fold cannot be used any more: it is the newest saved one again. @throws StoreCorrupt. */
  beginAgain(series: LiveSeries): void {
    const { storeId, metadata } = series;
    series.fold = savedOrFresh(metadata, this.#store.states.load(storeId, FOREVER_MS));
    series.savedPoints = series.fold.pointCount;
    series.lastScore = 0;
    series.replayedUpTo = 0;
  }

  /** The store has forgotten the names that were never written: in the same order they have the same numbers. */
  internAgain(): void {
    for (const { key, metadata } of this.#byStoreId.slice(this.#store.seriesCount)) {
      this.#store.intern({ ...key, metadata });
    }
  }

  #newSeries(storeId: number): LiveSeries {
    // The store's own object: texts of names are kept once.
    const key = this.#store.name(storeId);
    const { metadata } = key;
    const series: LiveSeries = {
      handle: NO_HANDLE,
      storeId,
      key,
      metadata,
      fold: this.#firstFold(storeId, metadata),
      lastScore: 0,
      replayedUpTo: 0,
      lateFromMs: Number.POSITIVE_INFINITY,
      savedPoints: 0,
      snapshotDay: -1,
    };
    this.all.push(series);
    this.#byStoreId[storeId] = series;
    series.savedPoints = series.fold.pointCount;
    return series;
  }

  /** The newest saved fold; a fresh one of a series that is new. */
  #firstFold(storeId: number, metadata: LiveSeries["metadata"]): SeriesFold {
    if (this.#store.entry(storeId).pointCount === 0) return freshFold(metadata, this.#memory);
    return foldOf(metadata, this.#store.states.newest(storeId), this.#memory);
  }
}

/** A fresh fold costs a longer way where not even the saved state can be read. */
function savedOrFresh(metadata: LiveSeries["metadata"], saved: SavedState | undefined): SeriesFold {
  try {
    return foldOf(metadata, saved);
  } catch {
    return freshFold(metadata);
  }
}
