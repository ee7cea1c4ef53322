import { DAY_MS, type DurationMs, type EpochMs, type TimeRange } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";
import type { WindowGrid } from "../partition/read/window-summaries.ts";
import { TooCostly } from "../platform/platform-errors.ts";

/** Steps before the range that define what is usual. Source: window ranking. */
const HISTORY_STEPS = 1440;
/** Rows times columns of one window: at 240 series a week of minutes. */
const CELLS_MAX = 3_000_000;
/** Rows of one column: it is looked at in one go. Two weeks of minutes. */
const ROWS_MAX = 25_000;
/** Points that are read for one window. Each is judged again by its series' fold, 1 to 2 µs. */
export const POINTS_MAX = 5_000_000;
/** Series that a ranking needs to be one. */
const COLUMNS_MIN = 12;

/** One grid for all columns: the tenant's own, or as many steps a row as keep the cells within bounds. */
export function windowGrid(range: TimeRange, stepMs: DurationMs, columns: number): WindowGrid {
  const rowsMax = Math.min(ROWS_MAX, Math.floor(CELLS_MAX / Math.max(1, columns)));
  const spanSteps = Math.ceil((range.endMs - range.startMs) / stepMs) + 1;
  const steps = Math.max(1, Math.ceil(spanSteps / (rowsMax - HISTORY_STEPS - 1)));
  const rowMs = steps * stepMs;
  const windowMs = Math.floor(range.startMs / rowMs) * rowMs;
  const startMs = windowMs - HISTORY_STEPS * rowMs;
  const rows = Math.ceil((range.endMs - startMs) / rowMs);
  return { startMs, endMs: range.endMs, windowMs, rowMs, rows, steps };
}

/**
 * The first of the candidates whose points may all be read.
 *
 * @throws TooCostly where they are too few to be compared with each other.
 */
export function affordable(
  candidates: readonly SeriesInfo[],
  { startMs, endMs }: WindowGrid,
): readonly SeriesInfo[] {
  let points = 0;
  for (let c = 0; c < candidates.length; c++) {
    points += pointsIn(candidates[c]!, startMs, endMs);
    if (points <= POINTS_MAX) continue;
    if (c >= COLUMNS_MIN) return candidates.slice(0, c);
    const share = (POINTS_MAX / points) * ((c + 1) / COLUMNS_MIN);
    const days = Math.floor((share * (endMs - startMs)) / DAY_MS);
    throw new TooCostly(
      `a ranking of metrics reads at most ${POINTS_MAX / 1e6} million points`,
      days >= 1
        ? `ask for ${days} ${days === 1 ? "day" : "days"} or less, or for level=node`
        : "ask for some hours, or for level=node",
    );
  }
  return candidates;
}

/** Points of a series that a range may hold. */
export function pointsIn(
  { pointCount, intervalMs, firstMs, lastMs }: SeriesInfo,
  startMs: EpochMs,
  endMs: EpochMs,
): number {
  const spanMs = Math.min(endMs, lastMs + 1) - Math.max(startMs, firstMs);
  if (spanMs <= 0) return 0;
  return intervalMs > 0 ? Math.min(pointCount, Math.ceil(spanMs / intervalMs)) : pointCount;
}
