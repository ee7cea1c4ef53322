import type { Points } from "../codec/chunk-codec.ts";
import { CHUNK_POINTS } from "../head/recent-points.ts";
import { type SeriesHeads, same } from "../head/series-heads.ts";
import type { SealedPoints } from "./sealed-points.ts";

const KEPT_POINTS_MAX = 65_536;

/**
 * Points of one run that are older than all in memory, until they are compared with the disk.
 * Cost: O(n log n) for n points in whatever order.
 */
export class OldPoints {
  #times = new Float64Array(64);
  #values = new Float64Array(64);
  #count = 0;

  get empty(): boolean {
    return this.#count === 0;
  }

  /** A later call for the same instant wins. */
  add(atMs: number, value: number): void {
    if (this.#count === this.#times.length) this.#widen();
    this.#times[this.#count] = atMs;
    this.#values[this.#count++] = value;
  }

  /**
   * Stores those that change something: few as late points, many sealed at once. True in the
   * latter case: the series may be written past the log. Empty afterwards.
   */
  settle(id: number, heads: SeriesHeads, sealed: SealedPoints): boolean {
    const { timestampsMs, values } = this.#taken(heads);
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

  /** Ascending, one for each instant. Empty afterwards; a large run's room is given back. */
  #taken(heads: SeriesHeads): Points {
    const times = this.#times;
    const order = Uint32Array.from({ length: this.#count }, (_, i) => i);
    order.sort((a, b) => times[a]! - times[b]! || a - b);
    const timestampsMs = new Float64Array(order.length);
    const values = new Float64Array(order.length);
    let count = 0;
    for (const i of order) {
      if (count > 0 && timestampsMs[count - 1] === times[i]) {
        count--;
        if (!same(values[count]!, this.#values[i]!)) heads.overwritten++;
      }
      timestampsMs[count] = times[i]!;
      values[count++] = this.#values[i]!;
    }
    this.#count = 0;
    if (times.length > KEPT_POINTS_MAX) {
      this.#times = new Float64Array(64);
      this.#values = new Float64Array(64);
    }
    return { timestampsMs: timestampsMs.subarray(0, count), values: values.subarray(0, count) };
  }

  #widen(): void {
    const times = new Float64Array(2 * this.#times.length);
    const values = new Float64Array(2 * this.#values.length);
    times.set(this.#times);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }
}
