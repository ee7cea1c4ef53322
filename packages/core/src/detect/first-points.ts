import type { DurationMs, EpochMs } from "../model/time.ts";
import { lowerMedianOfSorted } from "../stats/sorted-median.ts";

/**
 * Points from which the sampling interval is learnt. 21: the engine's residuals count from the 21st
 * point on, so nothing was said before on a provisional interval; on 166 of the 167 development
 * series the median of the first 20 steps is the median of all (the other one: half of its steps
 * are 5 minutes, half 10).
 */
export const INTERVAL_POINTS = 21;

/** Steps that are looked at together, and how much longer they must be than the median one. */
const TOGETHER = 4;
const FAR_LONGER = 1.5;

const STEPS_AT = 2 * INTERVAL_POINTS;
const NONE = new Float64Array(0);

/** The first points of a series, at most 21, kept while its sampling interval is learnt from them. */
export class FirstPoints {
  /** Stamp and value in turn, then the steps between the stamps, ascending. Most detectors are restored, and need none. */
  #columns = NONE;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count === INTERVAL_POINTS;
  }

  /** Stamps ascend; the 22nd point is one too many. */
  add(atMs: EpochMs, value: number): void {
    if (this.#count === 0) this.#columns = new Float64Array(STEPS_AT + INTERVAL_POINTS - 1);
    else this.#insertStep(atMs - this.atMs(this.#count - 1));
    this.#columns[2 * this.#count] = atMs;
    this.#columns[2 * this.#count + 1] = value;
    this.#count++;
  }

  atMs(index: number): EpochMs {
    return this.#columns[2 * index]!;
  }

  value(index: number): number {
    return this.#columns[2 * index + 1]!;
  }

  /**
   * Lower median of the steps: 0 where half of the stamps or more repeat their neighbour. There must
   * be two points.
   */
  get medianStepMs(): DurationMs {
    return this.#columns[STEPS_AT + ((this.#count - 2) >> 1)]!;
  }

  /**
   * The step as a share of the time that points take: the median one, or a quarter of the median of four
   * together where that is far longer, as where two replicas send each point a moment apart. 0 where stamps
   * are of no use. There must be two points.
   */
  get stepMs(): DurationMs {
    const medianMs = this.medianStepMs;
    if (this.#count < TOGETHER + 2) return medianMs;
    const spans = new Float64Array(this.#count - TOGETHER);
    for (let i = 0; i < spans.length; i++) {
      spans[i] = (this.atMs(i + TOGETHER) - this.atMs(i)) / TOGETHER;
    }
    const meanMs = lowerMedianOfSorted(spans.sort());
    return meanMs > FAR_LONGER * medianMs ? meanMs : medianMs;
  }

  /** Stamps and values in turn, copied. */
  columns(): Float64Array {
    return this.#columns.slice(0, 2 * this.#count);
  }

  #insertStep(step: DurationMs): void {
    const columns = this.#columns;
    let at = STEPS_AT + this.#count - 1;
    while (at > STEPS_AT && columns[at - 1]! > step) {
      columns[at] = columns[at - 1]!;
      at--;
    }
    columns[at] = step;
  }
}
