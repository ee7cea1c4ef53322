import { Refusal } from "../model/refusal.ts";
import {
  medianPositiveStepMs,
  type PartialWindows,
  type SeriesColumns,
  type TimeWindow,
  type WindowExtractor,
} from "./time-window.ts";

export interface SlidingWindowOptions {
  /** Points per window, >= 1. */
  readonly windowSizePoints: number;
  /** Points from one window's start to the next one's; the window size where left out (tumbling). */
  readonly stridePoints?: number;
  /** The last windows hold fewer points where the series ends inside them. Kept where left out. */
  readonly partial?: PartialWindows;
}

/**
 * Windows of equally many points, by count: gaps and irregular sampling do not matter. Windows start
 * at points 0, stride, 2 stride, ... as long as the one before did not reach the end of the series,
 * so that every point (for stride <= size) is in a window and only the last one can be partial.
 *
 * Cost: O(windows) after one O(n log n) look at the steps.
 */
export class SlidingWindowExtractor implements WindowExtractor {
  readonly #sizePoints: number;
  readonly #stridePoints: number;
  readonly #keepPartial: boolean;

  /** @throws Refusal "window/invalid" unless size and stride are whole numbers >= 1. */
  constructor({ windowSizePoints, stridePoints, partial = "keep" }: SlidingWindowOptions) {
    this.#sizePoints = wholePoints("windowSizePoints", windowSizePoints);
    this.#stridePoints = wholePoints("stridePoints", stridePoints ?? windowSizePoints);
    this.#keepPartial = keepsPartial(partial);
  }

  extract({ timestamps, values }: SeriesColumns): TimeWindow[] {
    const windows: TimeWindow[] = [];
    const stepMs = medianPositiveStepMs(timestamps);
    const length = values.length;
    let covered = 0;
    for (let start = 0; start < length && covered < length; start += this.#stridePoints) {
      const end = Math.min(start + this.#sizePoints, length);
      covered = end;
      const partial = end - start < this.#sizePoints;
      if (partial && !this.#keepPartial) continue;
      windows.push({
        startIndex: start,
        endIndex: end,
        startMs: timestamps[start]!,
        endMs: timestamps[end - 1]! + stepMs,
        pointCount: end - start,
        partial,
        expectedPoints: this.#sizePoints,
        coverage: (end - start) / this.#sizePoints,
        timestamps: timestamps.subarray(start, end),
        values: values.subarray(start, end),
      });
    }
    return windows;
  }
}

function wholePoints(name: string, points: number): number {
  if (!(Number.isInteger(points) && points >= 1)) {
    throw new Refusal("window/invalid", `${name} must be a whole number of at least 1`, {
      [name]: points,
    });
  }
  return points;
}

/** @throws Refusal "window/invalid" for a word that is not in `PartialWindows`. */
export function keepsPartial(partial: PartialWindows): boolean {
  if (partial !== "keep" && partial !== "drop") {
    throw new Refusal("window/invalid", 'partial is "keep" or "drop"', { partial });
  }
  return partial === "keep";
}
