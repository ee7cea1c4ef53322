import { INTERVAL_POINTS, learntIntervalMs } from "@foreshock/core/fold";

/** The steps of a node or cluster: one instant each, or one row each where there is one entity. */
export interface Steps {
  readonly timestampsMs: Float64Array;
  /** The last row of the file that belongs to the step; the step's own row is written after it. */
  readonly lastRow: Int32Array;
}

/** Values by which it is told whether a column has points of its own. */
const LOOK_VALUES = 50;
const LOOK_VALUES_MIN = 4;

/**
 * Rows of one value column. Where series are joined by time, most rows are other series' and the
 * field is empty: these rows are no points of the column, and say nothing about its interval. A column
 * that has a value in nearly every row keeps all rows: an empty field is a missing value then.
 */
export function rowsOfColumn(values: Float64Array, rows: Int32Array): Int32Array {
  const gaps: number[] = [];
  let last = -1;
  for (let i = 0; i < rows.length && gaps.length < LOOK_VALUES; i++) {
    if (Number.isNaN(values[rows[i]!]!)) continue;
    if (last >= 0) gaps.push(i - last);
    last = i;
  }
  if (gaps.length < LOOK_VALUES_MIN) return rows;
  const typical = gaps.toSorted((a, b) => a - b)[gaps.length >> 1]!;
  return typical < 2 ? rows : rows.filter((row) => !Number.isNaN(values[row]!));
}

/**
 * Steps of a node whose metrics have points at instants of their own: as long as the shortest
 * interval of a metric, so that a step holds about one point of each.
 *
 * @param columns rows of each metric by time
 */
export function joinedSteps(timestampsMs: Float64Array, columns: readonly Int32Array[]): Steps {
  const stepMs = columns.reduce((least, rows) => {
    const first = Float64Array.from(rows.subarray(0, INTERVAL_POINTS), (row) => timestampsMs[row]!);
    return first.length < 2 ? least : Math.min(least, learntIntervalMs(first));
  }, Number.POSITIVE_INFINITY);
  const lastOf = new Map<number, { atMs: number; row: number }>();
  for (const rows of columns) {
    for (const row of rows) {
      const atMs = timestampsMs[row]!;
      const step = Math.floor(atMs / stepMs);
      const known = lastOf.get(step);
      if (known === undefined) lastOf.set(step, { atMs, row });
      else {
        known.atMs = Math.max(known.atMs, atMs);
        known.row = Math.max(known.row, row);
      }
    }
  }
  const steps = [...lastOf.values()].sort((a, b) => a.atMs - b.atMs);
  return {
    timestampsMs: Float64Array.from(steps, ({ atMs }) => atMs),
    lastRow: Int32Array.from(steps, ({ row }) => row),
  };
}
