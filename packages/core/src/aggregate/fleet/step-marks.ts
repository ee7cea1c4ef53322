import type { SeriesNumber } from "../../model/series-number.ts";
import { largestOf } from "../../stats/extremes.ts";
/** State of a series' alarm in a step, kept beside its p. A larger mark takes precedence. */
export const MARK = {
  none: 0,
  /** Back in the range that was usual before a fault: not worth reporting, whatever its p. */
  recovered: 1,
  /** Away for so long that it is the new normal. */
  accepted: 2,
  /** Still away from what was usual before its alarm opened. */
  held: 3,
} as const;

/**
 * The marks of the series inside one step of the grid. Most steps have none, and then it is nothing.
 * `key` names the point a mark belongs to: same key, same point.
 */
export class StepMarks {
  #bySeries: Map<number, Map<number, number>> | undefined;

  clear(): void {
    this.#bySeries = undefined;
  }

  /** Sets or (`MARK.none`) takes back the mark of a point; false when that changed nothing. */
  put(series: SeriesNumber, key: number, mark: number): boolean {
    const before = this.#bySeries?.get(series)?.get(key) ?? MARK.none;
    if (before === mark) return false;
    this.#bySeries ??= new Map();
    const marks = this.#bySeries.get(series) ?? new Map<number, number>();
    this.#bySeries.set(series, marks);
    if (mark === MARK.none) marks.delete(key);
    else marks.set(key, mark);
    return true;
  }

  /** The strongest mark of a series in this step. */
  of(series: SeriesNumber): number {
    const marks = this.#bySeries?.get(series);
    return marks === undefined ? MARK.none : largestOf(marks.values(), MARK.none);
  }

  /** All marks as [series, key, mark], series ascending, then keys. */
  all(): (readonly [series: SeriesNumber, key: number, mark: number])[] {
    const all: [number, number, number][] = [];
    for (const [series, marks] of this.#bySeries ?? []) {
      for (const [key, mark] of marks) all.push([series, key, mark]);
    }
    return all.sort(([a, aKey], [b, bKey]) => a - b || aKey - bKey);
  }
}
