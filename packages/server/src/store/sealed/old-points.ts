import { CHUNK_POINTS } from "../head/recent-points.ts";
import { type SeriesHeads, same } from "../head/series-heads.ts";
import { LatePoints } from "./late-points.ts";
import type { SealedPoints } from "./sealed-points.ts";

const ONLY = 0;

/** Points of one run that are older than all in memory, until they are compared with the disk. */
export class OldPoints {
  readonly #points = new LatePoints();
  #empty = true;

  get empty(): boolean {
    return this.#empty;
  }

  /** A later call for the same instant wins. */
  add(atMs: number, value: number): void {
    this.#points.set(ONLY, atMs, value);
    this.#empty = false;
  }

  /**
   * Stores those that change something: few as late points, many sealed at once. True in the
   * latter case: the series was written past the log. Empty afterwards.
   */
  settle(id: number, heads: SeriesHeads, sealed: SealedPoints): boolean {
    const { timestampsMs, values } = this.#points.of(ONLY);
    const stored = sealed.read(id, timestampsMs[0]!, timestampsMs[timestampsMs.length - 1]! + 1);
    const changedTimes = new Float64Array(values.length);
    const changedValues = new Float64Array(values.length);
    let changed = 0;
    let s = 0;
    for (let i = 0; i < values.length; i++) {
      const atMs = timestampsMs[i]!;
      while (s < stored.values.length && stored.timestampsMs[s]! < atMs) s++;
      const isNew = stored.timestampsMs[s] !== atMs;
      if (!isNew && same(stored.values[s]!, values[i]!)) continue;
      heads.countOld(id, atMs, isNew);
      changedTimes[changed] = atMs;
      changedValues[changed++] = values[i]!;
    }
    this.#points.delete(ONLY);
    this.#empty = true;
    if (changed < CHUNK_POINTS) {
      for (let i = 0; i < changed; i++) sealed.addLate(id, changedTimes[i]!, changedValues[i]!);
      return false;
    }
    sealed.addRun(id, {
      timestampsMs: changedTimes.subarray(0, changed),
      values: changedValues.subarray(0, changed),
    });
    return true;
  }
}
