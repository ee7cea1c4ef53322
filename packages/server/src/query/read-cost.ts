import { DAY_MS, type DurationMs, type TimeRange } from "@foreshock/core/fold";
import { TooCostly } from "../platform/platform-errors.ts";

/**
 * What reads spend, in cells. A cell is a stored step that is looked at and takes at most about 20 ns, so
 * that a unit of 20 ms holds a million. Other work counts as many cells as it takes as long as.
 * Measured by hand on one core of 2.6 GHz: a step 2-20 ns, a day from the shelf 5-20 µs.
 */
export const CELLS = {
  /** A step of an entity's history. */
  step: 1,
  /** A day of an entity's history, which may have to be fetched from the shelf. */
  day: 1000,
  /** A series that a list or a count looks at. */
  series: 10,
  /** A number of an answer: it is kept and written. */
  answered: 3,
  /** A point that is laid on a grid. */
  point: 2,
  /** A point that is judged again by its series' fold: 1.5 µs. */
  judged: 75,
  /** A row of a column in the window ranking: it is selected from several times. */
  rankedRow: 10,
  /** A finding that is read or written. */
  finding: 5000,
} as const;

/** Cells that a unit holds which nobody else set: about 20 ms. */
export const UNIT_CELLS = 1_000_000;

/**
 * The most that one read may look at: 1,500 nodes over 400 days of 5-minute steps, or 20,000 nodes over
 * 30 days of them.
 */
export const READ_CELLS_MAX = 1_000_000_000;

/** Cells of the histories of some entities in a range; the grid is 0 while there is no history. */
export function historyCells(entities: number, range: TimeRange, gridMs: DurationMs): number {
  return gridMs === 0 ? 0 : entities * entityCells(range.endMs - range.startMs, gridMs);
}

function entityCells(spanMs: DurationMs, gridMs: DurationMs): number {
  return (spanMs / gridMs) * CELLS.step + Math.ceil(spanMs / DAY_MS) * CELLS.day;
}

/**
 * Cells of a read of histories, known before any work.
 *
 * @throws TooCostly beyond `READ_CELLS_MAX`, saying how many days are few enough.
 */
export function admittedCells(entities: number, range: TimeRange, gridMs: DurationMs): number {
  const cells = historyCells(entities, range, gridMs);
  if (cells <= READ_CELLS_MAX) return cells;
  const days = Math.floor(READ_CELLS_MAX / (entities * entityCells(DAY_MS, gridMs)));
  throw new TooCostly(
    `${entities} entities over this range are more than one answer may look at`,
    days >= 1
      ? `ask for at most ${days} ${days === 1 ? "day" : "days"}, or for a single cluster or node`
      : "ask for a single cluster or node",
  );
}
