import type { DurationMs, EpochMs } from "../model/time.ts";

/**
 * Points from which the sampling interval is learnt. 21: the engine's residuals count from the 21st
 * point on, so nothing was said before on a provisional interval; on 166 of the 167 development
 * series the median of the first 20 steps is the median of all (the other one: half of its steps
 * are 5 minutes, half 10).
 */
export const INTERVAL_POINTS = 21;

/** The first points of a series, at most 21, kept while its sampling interval is learnt from them. */
export class FirstPoints {
  /** Stamp and value in turn. */
  readonly #points = new Float64Array(2 * INTERVAL_POINTS);
  /** Steps between the stamps, ascending. */
  readonly #steps = new Float64Array(INTERVAL_POINTS - 1);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count === INTERVAL_POINTS;
  }

  /** Stamps ascend; the 22nd point is one too many. */
  add(atMs: EpochMs, value: number): void {
    if (this.#count > 0) this.#insertStep(atMs - this.atMs(this.#count - 1));
    this.#points[2 * this.#count] = atMs;
    this.#points[2 * this.#count + 1] = value;
    this.#count++;
  }

  atMs(index: number): EpochMs {
    return this.#points[2 * index]!;
  }

  value(index: number): number {
    return this.#points[2 * index + 1]!;
  }

  /**
   * Lower median of the steps: 0 where half of the stamps or more repeat their neighbour. There must
   * be two points.
   */
  get medianStepMs(): DurationMs {
    return this.#steps[(this.#count - 2) >> 1]!;
  }

  /** Stamps and values in turn, copied. */
  columns(): Float64Array {
    return this.#points.slice(0, 2 * this.#count);
  }

  #insertStep(step: DurationMs): void {
    const steps = this.#steps;
    let at = this.#count - 1;
    while (at > 0 && steps[at - 1]! > step) {
      steps[at] = steps[at - 1]!;
      at--;
    }
    steps[at] = step;
  }
}
