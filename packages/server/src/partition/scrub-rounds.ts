import type { DurationMs } from "@foreshock/core/fold";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";

/** Chunks checked at once: about 4 ms, less than a slice of detection. */
const PIECE_CHUNKS = 500;
const REST_MS_MIN = 50;
/** After a store could not be read or written: whoever ingests is told, the scrub only waits. */
const REST_MS_FAILED = 60_000;

/** Spreads the scrub of some partitions evenly over `everyMs`, one small piece at a time. */
export class ScrubRounds {
  readonly #stores: readonly PartitionStore[];
  readonly #everyMs: DurationMs;
  #next = 0;

  constructor(stores: readonly PartitionStore[], everyMs: DurationMs) {
    this.#stores = stores;
    this.#everyMs = everyMs;
  }

  /** Checks the next piece. @returns how long to rest before the one after it. */
  step(): DurationMs {
    const store = this.#stores[this.#next++ % this.#stores.length];
    if (store === undefined) return this.#everyMs;
    try {
      const share = store.scrubNext(PIECE_CHUNKS);
      return Math.max(REST_MS_MIN, (share * this.#everyMs) / this.#stores.length);
    } catch (error) {
      if (error instanceof StoreUnavailable) return REST_MS_FAILED;
      throw error;
    }
  }
}
