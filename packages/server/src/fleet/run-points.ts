import type { EpochMs, TenantFold } from "@foreshock/core/fold";
import type { ScoredColumns } from "./kept-runs.ts";
import type { HeardRun } from "./score-inbox.ts";

/** Points taken in after which the work can be set down: some milliseconds. */
export const POINTS_PER_YIELD = 4096;
/** Taking a point in costs about 1 µs, a cell of a fold 50 ns. */
export const CELLS_PER_POINT = 20;

/** More than what may be taken in without a break. */
export function isLong({ first, end }: HeardRun): boolean {
  return end - first > POINTS_PER_YIELD;
}

/**
 * Puts a run into a fold; what is not long. Returns its points, and one for the run. Not a generator: most runs are of
 * a point or two, and cost less than a generator does.
 */
export function putRun(fold: TenantFold, series: number, run: HeardRun): number {
  const { columns, first, end, intervalMs } = run;
  if (intervalMs > 0) fold.setInterval(series, intervalMs);
  putPoints(fold, series, columns, first, end);
  return 1 + end - first;
}

/** The same in units: yields cells; returns the points that were put since, and one for the run. */
export function* putLongRun(
  fold: TenantFold,
  series: number,
  { columns, first, end, intervalMs }: HeardRun,
): Generator<number, number> {
  if (intervalMs > 0) fold.setInterval(series, intervalMs);
  let at = first;
  for (; at + POINTS_PER_YIELD <= end; at += POINTS_PER_YIELD) {
    putPoints(fold, series, columns, at, at + POINTS_PER_YIELD);
    yield POINTS_PER_YIELD * CELLS_PER_POINT;
  }
  putPoints(fold, series, columns, at, end);
  return 1 + end - at;
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
