import { DAY_MS } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { medianOf, quantileOf } from "../../stats/order-statistics.ts";
import { medianInPlace, selectSmallest } from "../../stats/select.ts";
import { activeEndIndex } from "./event-end.ts";
import type { EventView } from "./event-view.ts";

/** Fewer points say nothing about how much a series moves. */
const POINTS_MIN = 8;
/** History is compared in stretches as long as the event, but not longer. */
const STRETCH_MAX = 240;
const HISTORY_MS = 7 * DAY_MS;
/** So many stretches of the history are calmer than a restless one. */
const RESTLESS_SHARE = 0.95;
/** The larger steps are left out: a few spikes are not restlessness. */
const STEPS_SHARE = 0.8;

export interface StepGrowth {
  /** Usual step of the event over that of a restless stretch of the week before; 0 where unknown. */
  readonly beyondRestless: number;
  /** The same over that of a middling stretch. */
  readonly ratio: number;
}

const UNKNOWN: StepGrowth = { beyondRestless: 0, ratio: Number.NaN };

/**
 * How much more the series moves from point to point than in stretches as long of the 7 days
 * before. The event counts up to its last point that stands out; straight climbs and single spikes
 * do not count. Unknown below 8 points. Cost: O(n log n).
 */
export function stepGrowth(view: EventView): StepGrowth {
  const { timestampsMs, values, firstIndex } = view;
  const event = values.subarray(firstIndex, activeEndIndex(view) + 1);
  if (event.length < POINTS_MIN) return UNKNOWN;
  const stretch = Math.min(event.length, STRETCH_MAX);
  const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - HISTORY_MS);
  const usual: number[] = [];
  for (let end = firstIndex; end - stretch >= from; end -= stretch) {
    usual.push(usualStep(values.subarray(end - stretch, end)));
  }
  const step = usualStep(event);
  const stretches = Float64Array.from(usual);
  const beyondRestless = step / quantileOf(stretches, RESTLESS_SHARE);
  if (Number.isNaN(beyondRestless)) return UNKNOWN;
  return { beyondRestless, ratio: step / medianOf(stretches) };
}

const scratch = { steps: new Float64Array(STRETCH_MAX) };

/** Mean size of the smaller four fifths of the steps, the stretch's own slope taken out; NaN without any. */
function usualStep(values: Float64Array): number {
  if (scratch.steps.length < values.length) scratch.steps = new Float64Array(values.length);
  const { steps } = scratch;
  let count = 0;
  for (let i = 1; i < values.length; i++) {
    const step = values[i]! - values[i - 1]!;
    if (!Number.isNaN(step)) steps[count++] = step;
  }
  if (count === 0) return Number.NaN;
  const slope = medianInPlace(steps, count);
  for (let i = 0; i < count; i++) steps[i] = Math.abs(steps[i]! - slope);
  const smaller = Math.ceil(STEPS_SHARE * count);
  selectSmallest(steps, count, smaller - 1);
  let sum = 0;
  for (let i = 0; i < smaller; i++) sum += steps[i]!;
  return sum / smaller;
}
