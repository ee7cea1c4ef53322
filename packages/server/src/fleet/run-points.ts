import type { EpochMs, TenantFold } from "@foreshock/core/fold";
import type { HeardRun } from "./score-inbox.ts";

/** Points taken in after which the work can be set down: some milliseconds. */
export const POINTS_PER_YIELD = 4096;
/** Taking a point in costs about 1 µs, a cell of a fold 50 ns. */
export const CELLS_PER_POINT = 20;

/** The same for reading steps back that late points are in. */
const READ_CELLS_PER_YIELD = POINTS_PER_YIELD * CELLS_PER_POINT;

/** Puts a run's points into a fold. Yields cells; returns the points that were put since, and one for the run. */
export function* putRun(
  fold: TenantFold,
  series: number,
  { columns, first, end, intervalMs }: HeardRun,
): Generator<number, number> {
  const { times, p, flat, phase } = columns;
  if (intervalMs > 0) fold.setInterval(series, intervalMs);
  let { readCells } = fold.fleet;
  for (let i = first; i < end; i++) {
    fold.put(series, times[i]!, p[i]!, flat[i]!, phase[i]!);
    const cells = fold.fleet.readCells - readCells;
    if (cells >= READ_CELLS_PER_YIELD) {
      readCells += cells;
      yield cells;
    }
    if ((i + 1 - first) % POINTS_PER_YIELD === 0) yield POINTS_PER_YIELD * CELLS_PER_POINT;
  }
  return 1 + ((end - first) % POINTS_PER_YIELD);
}

/** Time of a run's newest point; -Infinity without any. */
export function newestOf({ columns: { times }, first, end }: HeardRun): EpochMs {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (let i = first; i < end; i++) if (times[i]! > newestMs) newestMs = times[i]!;
  return newestMs;
}
