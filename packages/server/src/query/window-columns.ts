import type { RankWindowInput } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { SeriesHistory } from "../partition/answers.ts";
import type { Pace } from "../platform/pace.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";
import { pointsIn, type WindowGrid } from "./window-grid.ts";

/** Points that are asked for at once: what is in memory besides the grid. A longer series comes alone. */
const POINTS_AT_ONCE = 100_000;

/**
 * The candidates' samples and p on one grid. A row holds its newest value and its smallest p; where it
 * is several steps, that p times their number, since the smallest of several is small more easily.
 *
 * Cost: the points of the range and its history. Memory: 16 bytes a cell of the grid, and the points of
 * one question.
 */
export async function windowColumns(
  context: TenantContext,
  candidates: readonly SeriesInfo[],
  grid: WindowGrid,
  pace: Pace,
): Promise<RankWindowInput> {
  const { startMs, endMs, windowMs, rowMs, rows } = grid;
  const values: Float64Array[] = [];
  const p: Float64Array[] = [];
  for (const batch of batches(candidates, grid)) {
    await pace.spend(batch.length * CELLS.series);
    for (const history of await context.histories(batch, { startMs, endMs })) {
      values.push(new Float64Array(rows).fill(Number.NaN));
      p.push(new Float64Array(rows).fill(1));
      await lay(history, grid, { values: values.at(-1)!, p: p.at(-1)! }, pace);
    }
  }
  return {
    timestampsMs: Float64Array.from({ length: rows }, (_, row) => startMs + row * rowMs),
    columns: candidates.map(({ key }) => ({
      nodeId: `${key.clusterId}\0${key.nodeId}`,
      metricName: key.metricName,
    })),
    values,
    p,
    startMs: windowMs,
    endMs,
  };
}

/** In their order, as many at once as have few enough points together. */
function* batches(
  candidates: readonly SeriesInfo[],
  { startMs, endMs }: WindowGrid,
): Generator<SeriesInfo[]> {
  let batch: SeriesInfo[] = [];
  let points = 0;
  for (const info of candidates) {
    const own = pointsIn(info, startMs, endMs);
    if (batch.length > 0 && points + own > POINTS_AT_ONCE) {
      yield batch;
      batch = [];
      points = 0;
    }
    batch.push(info);
    points += own;
  }
  yield batch;
}

async function lay(
  { at, value, p }: SeriesHistory,
  { startMs, rowMs, rows, steps }: WindowGrid,
  out: { readonly values: Float64Array; readonly p: Float64Array },
  pace: Pace,
): Promise<void> {
  for (let first = 0; first < at.length; first += POINTS_AT_ONCE) {
    const end = Math.min(at.length, first + POINTS_AT_ONCE);
    await pace.spend((end - first) * CELLS.point);
    for (let i = first; i < end; i++) {
      const row = Math.floor((at[i]! - startMs) / rowMs);
      if (row < 0 || row >= rows || Number.isNaN(value[i]!)) continue;
      out.values[row] = value[i]!;
      const own = steps * p[i]!;
      if (own < out.p[row]!) out.p[row] = own;
    }
  }
}
