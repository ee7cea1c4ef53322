import { type ColumnSummaries, copyColumn } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import { emptySummaries, type WindowGrid } from "../partition/read/window-summaries.ts";
import type { Pace } from "../platform/pace.ts";
import { CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";
import { pointsIn } from "./window-grid.ts";

/** Points that owners are asked to look at in one question: whose asker has gone asks no other. */
const POINTS_AT_ONCE = 200_000;

/**
 * What the window ranking needs to know of the candidates, in their order; their owners make it of the points,
 * which stay there. Cost here: O(candidates x earlier windows).
 */
export async function joinedSummaries(
  context: TenantContext,
  candidates: readonly SeriesInfo[],
  grid: WindowGrid,
  pace: Pace,
): Promise<ColumnSummaries> {
  const joined = emptySummaries(candidates.length, grid);
  let column = 0;
  for (const batch of batches(candidates, grid)) {
    await pace.spend(batch.length * joined.windowCount * CELLS.point);
    const found = await context.summaries(batch, grid);
    for (const { summaries, index } of found) copyColumn(summaries, index, joined, column++);
  }
  return joined;
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
