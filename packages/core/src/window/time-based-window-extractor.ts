import { Refusal } from "../model/refusal.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { firstAtOrAfter } from "../stats/bisect.ts";
import { keepsPartial } from "./sliding-window-extractor.ts";
import {
  medianPositiveStepMs,
  type PartialWindows,
  type SeriesColumns,
  type TimeWindow,
  type WindowExtractor,
} from "./time-window.ts";

export interface TimeBasedWindowOptions {
  /** Length of a window. */
  readonly windowMs: DurationMs;
  /** From one window's start to the next one's; `windowMs` where left out (tumbling). */
  readonly strideMs?: DurationMs;
  /** Windows that begin before the first point or end after the last one. Kept where left out. */
  readonly partial?: PartialWindows;
  /** Windows start at this instant plus whole strides; 0 where left out, so that series line up. */
  readonly originMs?: EpochMs;
}

/** Overlapping windows per instant; more cost more than they can show. */
const OVERLAP_MAX = 10_000;

/**
 * Windows of equal length in time, aligned to a common origin: those of different series line up,
 * whatever their sampling. A window holds the points with `startMs <= t < endMs`. Windows without a
 * point are not made; gaps show as `coverage` below 1. Partial: the window begins before the first
 * point or ends more than one median step after the last one.
 *
 * Cost: O(n log n) for the median step, then O(n + windows); at most `windowMs / strideMs`
 * windows per point.
 */
export class TimeBasedWindowExtractor implements WindowExtractor {
  readonly #windowMs: DurationMs;
  readonly #strideMs: DurationMs;
  readonly #originMs: EpochMs;
  readonly #keepPartial: boolean;

  /** @throws Refusal "window/invalid" unless window and stride are positive and the origin finite. */
  constructor(options: TimeBasedWindowOptions) {
    const { windowMs, strideMs = windowMs, originMs = 0, partial = "keep" } = options;
    for (const [name, ms] of Object.entries({ windowMs, strideMs })) {
      if (!(ms >= 1 && Number.isFinite(ms))) {
        throw new Refusal("window/invalid", `${name} must be at least one millisecond`, {
          [name]: ms,
        });
      }
    }
    if (!Number.isFinite(originMs)) {
      throw new Refusal("window/invalid", "originMs must be a finite instant", { originMs });
    }
    if (windowMs / strideMs > OVERLAP_MAX) {
      throw new Refusal("window/invalid", `at most ${OVERLAP_MAX} windows may overlap`, {
        windowMs,
        strideMs,
      });
    }
    this.#windowMs = windowMs;
    this.#strideMs = strideMs;
    this.#originMs = originMs;
    this.#keepPartial = keepsPartial(partial);
  }

  /** @throws Refusal "window/invalid" for points farther from the origin than numbers can count. */
  extract(series: SeriesColumns): TimeWindow[] {
    const { timestamps } = series;
    const windows: TimeWindow[] = [];
    if (timestamps.length === 0) return windows;
    this.#checkReach(timestamps);
    const stepMs = medianPositiveStepMs(timestamps);
    let number = this.#firstHolding(timestamps[0]!);
    let start = 0;
    while (start < timestamps.length) {
      const startMs = this.#startMs(number);
      start = nextAtOrAfter(timestamps, startMs, start);
      if (start === timestamps.length) break;
      const endMs = startMs + this.#windowMs;
      if (timestamps[start]! >= endMs) {
        number = Math.max(number + 1, this.#firstHolding(timestamps[start]!));
        continue;
      }
      const window = this.#window(series, startMs, start, stepMs);
      if (this.#keepPartial || !window.partial) windows.push(window);
      number++;
    }
    return windows;
  }

  /** Beyond this, window numbers are no longer exact. */
  #checkReach(timestamps: Float64Array): void {
    const first = Math.abs(timestamps[0]! - this.#originMs);
    const last = Math.abs(timestamps[timestamps.length - 1]! - this.#originMs);
    const strides = Math.max(first, last) / this.#strideMs;
    if (!(strides < Number.MAX_SAFE_INTEGER / 4)) {
      throw new Refusal("window/invalid", "the points are too far from originMs to count windows", {
        strides,
      });
    }
  }

  #startMs(number: number): EpochMs {
    return this.#originMs + number * this.#strideMs;
  }

  /** Number of the first window that ends after `atMs`. */
  #firstHolding(atMs: EpochMs): number {
    let number = Math.floor((atMs - this.#originMs - this.#windowMs) / this.#strideMs) + 1;
    // A quotient that rounding put on the wrong side of a whole number.
    if (this.#startMs(number) + this.#windowMs <= atMs) number++;
    if (this.#startMs(number - 1) + this.#windowMs > atMs) number--;
    return number;
  }

  #window(series: SeriesColumns, startMs: EpochMs, start: number, stepMs: number): TimeWindow {
    const { timestamps, values } = series;
    const endMs = startMs + this.#windowMs;
    const end = nextAtOrAfter(timestamps, endMs, start);
    const expectedPoints = Math.max(1, Math.round(this.#windowMs / stepMs));
    return {
      startIndex: start,
      endIndex: end,
      startMs,
      endMs,
      pointCount: end - start,
      partial: startMs < timestamps[0]! || endMs > timestamps[timestamps.length - 1]! + stepMs,
      expectedPoints,
      coverage: Math.min(1, (end - start) / expectedPoints),
      timestamps: timestamps.subarray(start, end),
      values: values.subarray(start, end),
    };
  }
}

/** `firstAtOrAfter` from `from` on, with doubling steps: windows are short against the series. */
function nextAtOrAfter(timestamps: Float64Array, atMs: EpochMs, from: number): number {
  let low = from;
  let reach = 1;
  while (low + reach <= timestamps.length && timestamps[low + reach - 1]! < atMs) {
    low += reach;
    reach *= 2;
  }
  return firstAtOrAfter(timestamps, atMs, low, Math.min(low + reach, timestamps.length));
}
