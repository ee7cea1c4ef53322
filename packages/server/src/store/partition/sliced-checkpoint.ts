import { snapshotOf } from "../recovery/recovery.ts";
import { transaction } from "../sqlite/database.ts";
import type { Committer } from "./committer.ts";
import type { PartitionParts } from "./partition-parts.ts";

/** Heads and chunks in one slice: about 15 microseconds each. */
const SLICE_ITEMS = 600;

/**
 * Moves what the log holds to where it stays, a slice of the series at a time; points come and are committed
 * between two slices. A head says up to which log position it holds everything, so that a crash after some
 * of the slices replays the rest. The log is dropped by `finish` alone.
 */
export class SlicedCheckpoint {
  readonly #parts: PartitionParts;
  readonly #committer: Committer;
  /** Series that had anything unsaved when this began. */
  readonly #ids: readonly number[];
  /** Every head that is saved holds the log up to here at least. */
  readonly #position: number;
  readonly #loggedPoints: number;
  #next = 0;
  /** Series whose turn it is. */
  #slice: number[] = [];

  constructor(parts: PartitionParts, committer: Committer) {
    this.#parts = parts;
    this.#committer = committer;
    this.#position = committer.position;
    this.#loggedPoints = committer.loggedPoints;
    const { heads, sealed, dictionary } = parts;
    const ids = new Set(sealed.waitingIds());
    for (let id = 0; id < dictionary.size; id++) if (heads.dirty[id] === 1) ids.add(id);
    this.#ids = [...ids].sort((a, b) => a - b);
  }

  /**
   * Saves the next series, or writes some of their day files before that; commits what waits, too. True while there
   * are more. @throws StoreUnavailable.
   */
  step(): boolean {
    const { heads, tables } = this.#parts;
    if (this.#slice.length === 0) this.#slice = this.#nextSlice();
    const slice = this.#slice;
    if (slice.length === 0) return false;
    if (this.#committer.writeAhead(slice)) return true;
    const write = (position: number): undefined => {
      for (const id of slice) tables.putHead(snapshotOf(heads, id), position);
    };
    this.#committer.save(slice, write, transaction);
    for (const id of slice) heads.dirty[id] = 0;
    this.#slice = [];
    return this.#next < this.#ids.length;
  }

  #nextSlice(): number[] {
    const { sealed } = this.#parts;
    const slice: number[] = [];
    for (let items = 0; items < SLICE_ITEMS && this.#next < this.#ids.length; ) {
      const id = this.#ids[this.#next++]!;
      slice.push(id);
      items += 1 + sealed.waitingCount(id);
    }
    return slice;
  }

  /** Drops the log up to `detectedPosition`. To be called after the last `step`. @throws StoreUnavailable. */
  finish(detectedPosition: number): void {
    const { tables } = this.#parts;
    const upTo = Math.min(detectedPosition, this.#position);
    const write = (position: number): undefined => {
      tables.putProgress(position, this.#position);
      tables.putDetected(Math.min(detectedPosition, position));
      tables.dropLog(upTo);
    };
    this.#committer.save([], write, transaction);
    this.#committer.covered(this.#loggedPoints);
  }

  /** After `finish`: rewrites some chunks that late points made overlap. True while there are more. */
  compactNext(): boolean {
    return this.#parts.sealed.compactNext();
  }
}
