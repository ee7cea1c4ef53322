import {
  type ColumnRows,
  type ColumnSummaries,
  columnSummaries,
  type DurationMs,
  type EpochMs,
  planWindow,
  summarizeColumn,
} from "@foreshock/core/fold";
import type { LiveSeries } from "../live-series.ts";
import type { ScoredColumns, ScoredHistories } from "./scored-histories.ts";

/** The rows that a window ranking lays its series on. */
export interface WindowGrid {
  /** Of the first row: 1,440 rows before the range. */
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** The row in which the range begins, and its time. */
  readonly windowMs: EpochMs;
  readonly rowMs: DurationMs;
  readonly rows: number;
  /** Steps of the tenant's grid in one row. */
  readonly steps: number;
}

/** Series of one owner, and where their points with p are kept. */
export interface AskedSeries {
  readonly series: LiveSeries;
  readonly histories: ScoredHistories;
}

/** Rows of a column that cost as much as a point that is judged: each is selected from several times. */
const ROWS_PER_POINT = 10;

/** Summaries of no columns yet, for all windows of a grid. */
export function emptySummaries(columnCount: number, grid: WindowGrid): ColumnSummaries {
  return columnSummaries(columnCount, planOf(grid).pastStarts.length + 1);
}

/**
 * What a window ranking needs to know of some series, in their order, made where their points are: they stay there.
 * Yields points. Cost: the points that were not judged before, and O(rows) a series. Memory: two columns of rows.
 */
export function* windowSummaries(
  asked: readonly AskedSeries[],
  grid: WindowGrid,
): Generator<number, ColumnSummaries> {
  const plan = planOf(grid);
  const summaries = emptySummaries(asked.length, grid);
  const { startMs, rowMs, rows, endMs } = grid;
  const columns = {
    timestampsMs: Float64Array.from({ length: rows }, (_, row) => startMs + row * rowMs),
    values: new Float64Array(rows),
    p: new Float64Array(rows),
  };
  for (const [column, { series, histories }] of asked.entries()) {
    yield* histories.read(series, { startMs, endMs }, (points) => {
      layRows(points, grid, columns);
      summarizeColumn(plan, columns, column, summaries);
    });
    yield Math.ceil(rows / ROWS_PER_POINT);
  }
  return summaries;
}

function planOf({ startMs, windowMs, rowMs, rows }: WindowGrid) {
  return planWindow(Math.round((windowMs - startMs) / rowMs), rows);
}

/**
 * Lays a series on a grid. A row holds its newest value (NaN = none) and its smallest p; where it is several steps,
 * that p times their number, since the smallest of several is small more easily. O(points + rows).
 */
export function layRows(
  { at, value, p }: ScoredColumns,
  { startMs, rowMs, rows, steps }: WindowGrid,
  out: Pick<ColumnRows, "values" | "p">,
): void {
  out.values.fill(Number.NaN);
  out.p.fill(1);
  for (let i = 0; i < at.length; i++) {
    const row = Math.floor((at[i]! - startMs) / rowMs);
    if (row < 0 || row >= rows || Number.isNaN(value[i]!)) continue;
    out.values[row] = value[i]!;
    const own = steps * p[i]!;
    if (own < out.p[row]!) out.p[row] = own;
  }
}
