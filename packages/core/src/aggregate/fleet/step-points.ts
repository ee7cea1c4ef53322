import type { SeriesNumber } from "../../model/series-number.ts";
import { sidak } from "../closed/closed-form.ts";
import { StepMarks } from "./step-marks.ts";

const NONE = -1;
const CAPACITY_MIN = 64;

/**
 * The p of all series inside one step of the grid. The newest point of each series is in two
 * columns; where a series has several, the older ones are in a chain, newest first.
 * `key` orders the points of a series inside the step and names them: same key, same point.
 */
export class StepPoints {
  readonly marks: StepMarks = new StepMarks();
  #keys: Int32Array;
  #newest: Float64Array;
  /** First link of a series' chain; made when the first series has a second point. */
  #heads: Int32Array | undefined;
  #chainKeys = new Int32Array(0);
  #chainP = new Float64Array(0);
  #chainNext = new Int32Array(0);
  #chainCount = 0;

  constructor(seriesCount: number) {
    const capacity = Math.max(CAPACITY_MIN, seriesCount);
    this.#keys = new Int32Array(capacity).fill(NONE);
    this.#newest = new Float64Array(capacity).fill(Number.NaN);
  }

  /** Forgets all points and keeps the memory. */
  clear(): void {
    this.#keys.fill(NONE);
    this.#newest.fill(Number.NaN);
    this.#heads?.fill(NONE);
    this.#chainCount = 0;
    this.marks.clear();
  }

  /** Makes room for series [0, seriesCount). */
  reserve(seriesCount: number): void {
    if (seriesCount <= this.#keys.length) return;
    const capacity = Math.max(seriesCount, this.#keys.length * 2);
    this.#keys = grown(this.#keys, new Int32Array(capacity).fill(NONE));
    this.#newest = grown(this.#newest, new Float64Array(capacity).fill(Number.NaN));
    if (this.#heads !== undefined) {
      this.#heads = grown(this.#heads, new Int32Array(capacity).fill(NONE));
    }
  }

  /**
   * Adds or replaces the point `key` of a series; false when that changed nothing. O(1) in time order.
   * Makes room for the series where there is none.
   */
  put(series: SeriesNumber, key: number, p: number): boolean {
    this.reserve(series + 1);
    const newestKey = this.#keys[series]!;
    if (newestKey === key) {
      const changed = !Object.is(this.#newest[series]!, p);
      this.#newest[series] = p;
      return changed;
    }
    if (newestKey === NONE) {
      this.#keys[series] = key;
      this.#newest[series] = p;
    } else if (key > newestKey) {
      this.#link(series, NONE, newestKey, this.#newest[series]!);
      this.#keys[series] = key;
      this.#newest[series] = p;
    } else {
      return this.#putOlder(series, key, p);
    }
    return true;
  }

  /**
   * p of a series in this step: Šidák of the smallest where it has several points; NaN without any,
   * also for a series that joined after the columns were made and for which there is no place yet.
   */
  of(series: SeriesNumber): number {
    const heads = this.#heads;
    if (series >= this.#newest.length) return Number.NaN;
    if (heads === undefined || heads[series]! === NONE) return this.#newest[series]!;
    let smallest = this.#newest[series]!;
    let count = Number.isNaN(smallest) ? 0 : 1;
    for (let link = heads[series]!; link !== NONE; link = this.#chainNext[link]!) {
      const p = this.#chainP[link]!;
      if (Number.isNaN(p)) continue;
      count++;
      if (!(smallest <= p)) smallest = p;
    }
    return count > 1 ? sidak(smallest, count) : smallest;
  }

  /** All points, series ascending and keys descending inside a series. */
  forEach(visit: (series: SeriesNumber, key: number, p: number) => void): void {
    for (let series = 0; series < this.#keys.length; series++) {
      if (this.#keys[series]! === NONE) continue;
      visit(series, this.#keys[series]!, this.#newest[series]!);
      let link = this.#heads === undefined ? NONE : this.#heads[series]!;
      for (; link !== NONE; link = this.#chainNext[link]!) {
        visit(series, this.#chainKeys[link]!, this.#chainP[link]!);
      }
    }
  }

  #putOlder(series: SeriesNumber, key: number, p: number): boolean {
    let before = NONE;
    let link = this.#heads === undefined ? NONE : this.#heads[series]!;
    while (link !== NONE && this.#chainKeys[link]! > key) {
      before = link;
      link = this.#chainNext[link]!;
    }
    if (link !== NONE && this.#chainKeys[link]! === key) {
      const changed = !Object.is(this.#chainP[link]!, p);
      this.#chainP[link] = p;
      return changed;
    }
    this.#link(series, before, key, p);
    return true;
  }

  /** A new link after `before`, or at the head. */
  #link(series: SeriesNumber, before: number, key: number, p: number): void {
    this.#heads ??= new Int32Array(this.#keys.length).fill(NONE);
    if (this.#chainCount === this.#chainKeys.length) this.#growChain();
    const link = this.#chainCount++;
    this.#chainKeys[link] = key;
    this.#chainP[link] = p;
    if (before === NONE) {
      this.#chainNext[link] = this.#heads[series]!;
      this.#heads[series] = link;
    } else {
      this.#chainNext[link] = this.#chainNext[before]!;
      this.#chainNext[before] = link;
    }
  }

  #growChain(): void {
    const capacity = Math.max(CAPACITY_MIN, this.#chainKeys.length * 2);
    this.#chainKeys = grown(this.#chainKeys, new Int32Array(capacity));
    this.#chainP = grown(this.#chainP, new Float64Array(capacity));
    this.#chainNext = grown(this.#chainNext, new Int32Array(capacity));
  }
}

function grown<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
