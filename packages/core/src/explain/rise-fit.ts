import { type EventView, residualSinceYesterday } from "./event-view.ts";
import { filledOf, medianOf, movingMeanOf } from "./order-statistics.ts";
import { fitRamp } from "./ramp-fit.ts";

/** The event is over where the smoothed residual falls below this share of its top. */
const OVER_SHARE = 0.5;

/** How an event rose (or fell: the sign is taken out), its aftermath cut off. */
export interface RiseFit {
  /** Error of the best "flat, then a ramp" over that of the best step. */
  readonly hingeShare: number;
  readonly rampPoints: number;
  /** Where the ramp has got to, in scales. */
  readonly arrivedScales: number;
  /** The largest jump between neighbouring stretches, over the top. */
  readonly jumpShare: number;
}

/**
 * The reference fits the whole window, and the return to normal at its end spoils the ramp. Here
 * the window ends where the event does. Cost: O(points of a day * smoothing width).
 */
export function fitRise(view: EventView): RiseFit {
  const residual = residualSinceYesterday(view);
  const width = view.spans.smooth;
  const sign = medianOf(view.deviations) < 0 ? -1 : 1;
  const filled = filledOf(residual).map((value) => sign * value);
  const smooth = movingMeanOf(filled, width);
  const onset = residual.length - view.event.length;
  const top = largestOf(smooth, Math.max(0, onset - width + 1));
  let last = smooth.length - 1;
  while (last > 0 && smooth[last]! < OVER_SHARE * top) last--;
  const end = last + Math.ceil(width / 2);
  const { hingeShare, rampPoints, arrivedAt } = fitRamp(residual.subarray(0, end));
  const stretch = Math.max(3, Math.min(width, view.event.length >> 1));
  const jump = largestJump(filled.subarray(0, end), onset, stretch);
  return { hingeShare, rampPoints, arrivedScales: sign * arrivedAt, jumpShare: jump / top };
}

/** Largest rise of the mean from one stretch of `width` points to the next, from `from` on. */
function largestJump(values: Float64Array, from: number, width: number): number {
  const means = movingMeanOf(values, width);
  const jumps = means.map((mean, i) => (i < width ? 0 : mean - means[i - width]!));
  return largestOf(jumps, Math.max(0, from));
}

/** The largest value from an index on, at least 0. */
function largestOf(values: Float64Array, from: number): number {
  let largest = 0;
  for (let i = from; i < values.length; i++) {
    if (values[i]! > largest) largest = values[i]!;
  }
  return largest;
}
