import type { Points } from "../codec/chunk-codec.ts";
import { NO_POINTS } from "../codec/merge.ts";

/** So many points may be loose before they are put in order, whoever asks. */
const LOOSE_MIN = 1024;

interface Column {
  timestampsMs: Float64Array;
  values: Float64Array;
  count: number;
  /** The first points, ascending, each instant once; those after them are loose, as they came. */
  sorted: number;
}

/** Points that came too late for the head, by series, until the next checkpoint writes them. */
export class LatePoints {
  readonly #series = new Map<number, Column>();

  /** Series that have late points. */
  ids(): number[] {
    return [...this.#series.keys()];
  }

  /** Sets the value at an instant; a later call for the same instant wins. Cost: O(1), and a share of the sorting. */
  set(id: number, atMs: number, value: number): void {
    let column = this.#series.get(id);
    if (column === undefined) {
      const columns = { timestampsMs: new Float64Array(8), values: new Float64Array(8) };
      column = { ...columns, count: 0, sorted: 0 };
      this.#series.set(id, column);
    }
    const { count, sorted } = column;
    if (count === column.values.length) widen(column);
    column.timestampsMs[count] = atMs;
    column.values[count] = value;
    column.count++;
    if (sorted === count && !(column.timestampsMs[count - 1]! >= atMs)) column.sorted++;
    else if (count - sorted >= Math.max(LOOSE_MIN, sorted)) settle(column);
  }

  /**
   * The late points of a series, ascending; a view that the next `set` may change. Cost: O(1) where nothing
   * came since it was asked for last.
   */
  of(id: number): Points {
    const column = this.#series.get(id);
    if (column === undefined) return NO_POINTS;
    settle(column);
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

/** Puts the loose points in their places. Cost: O(n + k log k) for k loose ones. */
function settle(column: Column): void {
  const { timestampsMs: times, values, count, sorted } = column;
  if (sorted === count) return;
  const loose = Uint32Array.from({ length: count - sorted }, (_, k) => sorted + k);
  // Stable: of one instant the later one comes last, and wins.
  loose.sort((a, b) => times[a]! - times[b]! || a - b);
  const mergedTimes = new Float64Array(times.length);
  const mergedValues = new Float64Array(times.length);
  let to = 0;
  const put = (from: number): void => {
    if (to > 0 && mergedTimes[to - 1] === times[from]) to--;
    mergedTimes[to] = times[from]!;
    mergedValues[to++] = values[from]!;
  };
  let next = 0;
  for (const from of loose) {
    while (next < sorted && times[next]! <= times[from]!) put(next++);
    put(from);
  }
  while (next < sorted) put(next++);
  column.timestampsMs = mergedTimes;
  column.values = mergedValues;
  column.count = to;
  column.sorted = to;
}
