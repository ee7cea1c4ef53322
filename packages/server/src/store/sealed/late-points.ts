import { firstAtOrAfter } from "@foreshock/core/fold";
import type { Points } from "../codec/chunk-codec.ts";
import { NO_POINTS } from "../codec/merge.ts";

interface Column {
  timestampsMs: Float64Array;
  values: Float64Array;
  count: number;
}

/** Points that came too late for the head, by series, until the next checkpoint writes them. */
export class LatePoints {
  readonly #series = new Map<number, Column>();

  /** Series that have late points. */
  ids(): number[] {
    return [...this.#series.keys()];
  }

  /** Sets the value at an instant; a later call for the same instant wins. */
  set(id: number, atMs: number, value: number): void {
    let column = this.#series.get(id);
    if (column === undefined) {
      column = { timestampsMs: new Float64Array(8), values: new Float64Array(8), count: 0 };
      this.#series.set(id, column);
    }
    const i = firstAtOrAfter(column.timestampsMs, atMs, 0, column.count);
    if (i === column.count || column.timestampsMs[i] !== atMs) {
      if (column.count === column.values.length) widen(column);
      column.timestampsMs.copyWithin(i + 1, i, column.count);
      column.values.copyWithin(i + 1, i, column.count);
      column.timestampsMs[i] = atMs;
      column.count++;
    }
    column.values[i] = value;
  }

  /** The late points of a series, ascending; a view that the next `set` may change. */
  of(id: number): Points {
    const column = this.#series.get(id);
    if (column === undefined) return NO_POINTS;
    return {
      timestampsMs: column.timestampsMs.subarray(0, column.count),
      values: column.values.subarray(0, column.count),
    };
  }

  delete(id: number): void {
    this.#series.delete(id);
  }
}

function widen(column: Column): void {
  const timestampsMs = new Float64Array(column.values.length * 2);
  const values = new Float64Array(column.values.length * 2);
  timestampsMs.set(column.timestampsMs);
  values.set(column.values);
  column.timestampsMs = timestampsMs;
  column.values = values;
}
