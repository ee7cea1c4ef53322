import { joinedSteps, rowsOfColumn } from "../detect/joined-columns.ts";

/** What a ranking compares: a row per instant, or per step, of a cluster. */
export interface RankRows {
  readonly timestampsMs: Float64Array;
  /** By column, NaN = missing. */
  readonly values: readonly Float64Array[];
  /** By column; 1 where the metric has no point of its own. */
  readonly p: readonly Float64Array[];
}

/** Rows of each column that are points of its own, in the same array where all of them are. */
export function ownRows(columns: readonly Float64Array[]): Int32Array[] {
  const all = Int32Array.from(columns[0] ?? [], (_, row) => row);
  return columns.map((values) => rowsOfColumn(values, all));
}

/**
 * Rows of several instants brought to one row per step, where metrics have points at instants of their own:
 * a ranking counts rows, and a metric is no rarer because its neighbours were read at other seconds. Rows
 * that are shared already stay as they are.
 *
 * @param own from `ownRows`.
 * Cost: O(columns x rows).
 */
export function rowsByStep(rows: RankRows, own: readonly Int32Array[]): RankRows {
  if (own.every(({ length }) => length === rows.timestampsMs.length)) return rows;
  const { timestampsMs, lastRow } = joinedSteps(rows.timestampsMs, own);
  const values = rows.values.map(() => new Float64Array(lastRow.length).fill(Number.NaN));
  const p = rows.p.map(() => new Float64Array(lastRow.length).fill(1));
  rows.values.forEach((column, c) => {
    for (let step = 0, row = 0; step < lastRow.length; step++) {
      for (; row <= lastRow[step]!; row++) {
        if (Number.isNaN(column[row]!)) continue;
        values[c]![step] = column[row]!;
        p[c]![step] = rows.p[c]![row]!;
      }
    }
  });
  return { timestampsMs, values, p };
}
