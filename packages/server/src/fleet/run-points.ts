import type { EpochMs, TenantFold } from "@foreshock/core/fold";
import type { ScoredColumns } from "./kept-runs.ts";
import type { HeardRun } from "./score-inbox.ts";

/** Points taken in after which the work can be set down: some milliseconds. */
export const POINTS_PER_YIELD = 4096;
/** Taking a point in costs about 1 µs, a cell of a fold 50 ns. */
export const CELLS_PER_POINT = 20;

/** Of a late run, whose steps may have to be read back: so many are a millisecond each at the most. */
const LATE_POINTS = 16;

/**
 * Puts a run into a fold. Returns its points, and one for the run; undefined, with nothing put, where that is more than
 * may be taken in without a break. Not a generator: most runs are of a point or two, and cost less than a generator does.
 */
export function putRun(fold: TenantFold, series: number, run: HeardRun): number | undefined {
  const { columns, first, end, intervalMs } = run;
  if (end - first > unitOf(fold, run)) return undefined;
  const { readCells } = fold.fleet;
  if (intervalMs > 0) fold.setInterval(series, intervalMs);
  putPoints(fold, series, columns, first, end);
  return 1 + end - first + (fold.fleet.readCells - readCells) / CELLS_PER_POINT;
}

/** The same in units: yields cells; returns the points that were put since, and one for the run. */
export function* putLongRun(
  fold: TenantFold,
  series: number,
  run: HeardRun,
): Generator<number, number> {
  const { columns, first, end, intervalMs } = run;
  const unit = unitOf(fold, run);
  let { readCells } = fold.fleet;
  let cells = 0;
  let at = first;
  if (intervalMs > 0) fold.setInterval(series, intervalMs);
  for (; at + unit <= end; at += unit) {
    putPoints(fold, series, columns, at, at + unit);
    cells += unit * CELLS_PER_POINT + fold.fleet.readCells - readCells;
    readCells = fold.fleet.readCells;
    if (cells < POINTS_PER_YIELD * CELLS_PER_POINT) continue;
    yield cells;
    cells = 0;
  }
  putPoints(fold, series, columns, at, end);
  return 1 + end - at + (cells + fold.fleet.readCells - readCells) / CELLS_PER_POINT;
}

function unitOf({ fleet }: TenantFold, { columns, first }: HeardRun): number {
  return columns.times[first]! < fleet.restsBeforeMs ? LATE_POINTS : POINTS_PER_YIELD;
}

function putPoints(
  fold: TenantFold,
  series: number,
  { times, p, flat, phase }: ScoredColumns,
  first: number,
  end: number,
): void {
  for (let i = first; i < end; i++) fold.put(series, times[i]!, p[i]!, flat[i]!, phase[i]!);
}

/** Time of a run's newest point; -Infinity without any. */
export function newestOf({ columns: { times }, first, end }: HeardRun): EpochMs {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (let i = first; i < end; i++) if (times[i]! > newestMs) newestMs = times[i]!;
  return newestMs;
}
