import type { DurationMs, EpochMs } from "../model/time.ts";
import { FirstPoints } from "./first-points.ts";

/** Steps this many times longer or shorter than the interval are another interval's. */
const OTHER_FACTOR = 1.5;
/** A missing value stands for a missing point if the last one is at least this share of an interval ago. */
const DUE_SHARE = 0.9;

/** Place of each number in saved state; the points collected so far follow. */
const S = { known: 0, due: 1, step: 2, side: 3, points: 4 } as const;

/**
 * What the stamps of a series say of its sampling interval once it has been learnt: the time that a point
 * really stands for, and that the interval has become another one. O(1) per point; 40 bytes, and the points
 * collected while a change is under way.
 */
export class StepWatch {
  /** The last known point. */
  #knownMs: EpochMs = Number.NaN;
  /** The same, or the last missing one that was due. */
  #dueMs: EpochMs = Number.NaN;
  /** The step before the last known point. */
  #stepMs: DurationMs = Number.NaN;
  /** -1: steps are shorter than the interval, 1: longer, 0: they are the interval. */
  #side = 0;
  #points: FirstPoints | undefined;

  /**
   * A known point. Two steps are looked at together, so that replicas whose points come in pairs, or a
   * lone late point, do not look like another interval.
   *
   * @returns the time that it stands for: the interval, or less where points come faster
   */
  note(atMs: EpochMs, value: number, intervalMs: DurationMs, follows: boolean): DurationMs {
    const stepMs = atMs - this.#knownMs;
    const meanMs = (stepMs + this.#stepMs) / 2;
    this.#knownMs = this.#dueMs = atMs;
    this.#stepMs = stepMs;
    const isShort = meanMs * OTHER_FACTOR < intervalMs;
    if (follows) {
      const side = isShort ? -1 : meanMs > OTHER_FACTOR * intervalMs ? 1 : 0;
      if (side !== this.#side || side === 0) this.#points = undefined;
      this.#side = side;
      if (side !== 0) this.#collect(atMs, value);
    }
    return isShort ? Math.max(0, meanMs) : intervalMs;
  }

  /** A missing value. @returns whether a point was due there. */
  isDue(atMs: EpochMs, intervalMs: DurationMs): boolean {
    if (atMs - this.#dueMs < DUE_SHARE * intervalMs) return false;
    this.#dueMs = atMs;
    return true;
  }

  /** The last 21 points, where all of them had steps of another interval; they are given once. */
  takeChanged(): FirstPoints | undefined {
    const points = this.#points;
    if (points?.isComplete !== true) return undefined;
    this.#points = undefined;
    return points;
  }

  numbers(): Float64Array {
    const points = this.#points?.columns() ?? new Float64Array();
    const numbers = new Float64Array(S.points + points.length);
    numbers[S.known] = this.#knownMs;
    numbers[S.due] = this.#dueMs;
    numbers[S.step] = this.#stepMs;
    numbers[S.side] = this.#side;
    numbers.set(points, S.points);
    return numbers;
  }

  /** Takes back what `numbers` gave. */
  restore(numbers: Float64Array): void {
    this.#knownMs = numbers[S.known]!;
    this.#dueMs = numbers[S.due]!;
    this.#stepMs = numbers[S.step]!;
    this.#side = numbers[S.side]!;
    this.#points = undefined;
    for (let i = S.points; i < numbers.length; i += 2) this.#collect(numbers[i]!, numbers[i + 1]!);
  }

  #collect(atMs: EpochMs, value: number): void {
    this.#points ??= new FirstPoints();
    this.#points.add(atMs, value);
  }
}

/** Numbers that `StepWatch.numbers` gives, at least and at most. */
export const WATCH_NUMBERS_MIN: number = S.points;

/** Whether an interval is another one, not the same with jitter. */
export function isOtherInterval(oneMs: DurationMs, otherMs: DurationMs): boolean {
  return oneMs > OTHER_FACTOR * otherMs || otherMs > OTHER_FACTOR * oneMs;
}
