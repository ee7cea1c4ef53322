/** Points before the window that define "usual". Source of these constants: spec of detection, section 13. */
const HISTORY_ROWS = 1440;
/** Most earlier windows used to learn what is usual; the first rows are skipped, as engines still learn there. */
const PAST_WINDOWS_MAX = 30;
const PAST_FROM_ROW = 20;

/** The guard gap takes this share of the history at most, so that short histories keep their rows. */
const GUARD_SHARE = 0.25;

/** Which rows of a table a window ranking looks at; half-open. */
export interface WindowPlan {
  readonly historyStart: number;
  /**
   * End of the history. The rows from here to the window are a guard: nobody knows the minute in which a
   * fault began, and its first points must not count as usual.
   */
  readonly historyEnd: number;
  readonly start: number;
  readonly end: number;
  /** First rows of earlier windows of the same length, newest first. */
  readonly pastStarts: readonly number[];
}

/** The plan for the window of rows [start, end). Empty windows (start >= end) have no plan. */
export function planWindow(start: number, end: number): WindowPlan {
  const length = end - start;
  const pastStarts: number[] = [];
  const oldest = Math.max(PAST_FROM_ROW, start - HISTORY_ROWS);
  for (
    let row = start - length;
    length > 0 && row >= oldest && pastStarts.length < PAST_WINDOWS_MAX;
    row -= length
  ) {
    pastStarts.push(row);
  }
  const historyStart = Math.max(0, start - HISTORY_ROWS);
  const guard = Math.min(length, Math.floor(GUARD_SHARE * (start - historyStart)));
  return { historyStart, historyEnd: start - guard, start, end, pastStarts };
}
