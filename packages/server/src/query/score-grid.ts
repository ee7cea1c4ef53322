import type { Pace } from "../platform/pace.ts";
import type { ScoresQuery, ScoresReply } from "../platform/platform.ts";
import { placesOf, readScores } from "./entity-scores.ts";
import { admittedCells, CELLS } from "./read-cost.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Cells that one answer may have: 10,000 nodes over a day of 5-minute steps. */
export const CELLS_MAX = 3_000_000;

/** What the grid looks at and answers with, in cells. @throws TooCostly */
export function scoreGridCells(context: TenantContext, query: ScoresQuery): number {
  const { level, range, filter } = query;
  if (context.runner.stepMs === 0) return 0;
  const entities = placesOf(context, level, filter).length;
  const columns = (range.endMs - range.startMs) / stepOf(context, query, entities);
  const looked = admittedCells(entities, range, context.runner.stepMs);
  return looked + entities * columns * CELLS.answered;
}

/**
 * Highest score of every entity in each column of time. Columns are whole steps of the tenant's grid,
 * wider than asked where the answer would have too many cells.
 *
 * Cost: the steps of all entities in the range. Memory: 8 bytes for each of 3 million cells at most.
 */
export async function scoreGrid(
  context: TenantContext,
  query: ScoresQuery,
  pace: Pace,
): Promise<ScoresReply> {
  const { level, range, filter } = query;
  const places = placesOf(context, level, filter);
  const stepMs = stepOf(context, query, places.length);
  const firstMs = Math.floor(range.startMs / stepMs) * stepMs;
  const count = Math.max(0, Math.ceil((range.endMs - firstMs) / stepMs));
  const score = new Array<number | null>(places.length * count).fill(null);
  for (let e = 0; e < places.length; e++) {
    // Without a grid nothing was ever scored, and all are alike.
    const turn = context.runner.stepMs === 0 ? undefined : pace.spend(count * CELLS.answered);
    if (turn !== undefined) await turn;
    await readScores(context, places[e]!, range, pace, (startMs, value) => {
      const cell = e * count + Math.floor((startMs - firstMs) / stepMs);
      if (value >= (score[cell] ?? -1)) score[cell] = value;
    });
  }
  return {
    level,
    strategy: "auto",
    times: Array.from({ length: count }, (_, i) => firstMs + i * stepMs),
    entities: {
      cluster: places.map(({ clusterId }) => clusterId),
      node: places.map(({ nodeId }) => nodeId),
    },
    score,
  };
}

function stepOf(context: TenantContext, { range, stepMs }: ScoresQuery, entities: number): number {
  const gridMs = Math.max(1, context.runner.stepMs);
  const spanMs = range.endMs - range.startMs;
  const cellsMs = (spanMs * Math.max(1, entities)) / CELLS_MAX;
  return Math.ceil(Math.max(stepMs, cellsMs, gridMs) / gridMs) * gridMs;
}
