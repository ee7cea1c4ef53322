import { medianOf } from "../../stats/order-statistics.ts";
import { activeStartIndex } from "./event-end.ts";
import type { EventView } from "./event-view.ts";
import { lessCourse, usualCourse } from "./usual-course.ts";

/** Points on each side whose median stands for one: a spike beside a step is not its beginning. */
const REACH = 1;
/** A point has come back that is below this share of the height; half is what a noisy step that lasts falls to. */
const BACK_SHARE = 0.4;
/** Of the points after an event so many stand out, where its level lasts: not one in ten falls back. */
const LASTS_SHARE_MIN = 0.9;
/** Events shorter than this would be smoothed away. */
const SMOOTHED_MIN = 6;

/**
 * Index of the first point on another level: the split into two levels, by least squares over the values without
 * their usual course, that leaves the least error, looked for from one base stretch before `roughIndex` to the
 * first alarm. To the point where a step is some usual deviations high; blocks and the walk back of an
 * episode are rough. `roughIndex` where there are too few points.
 *
 * @param roughIndex where the event begins by another judgement; at or before its true beginning, or near it.
 */
export function stepOnset(view: EventView, roughIndex: number): number {
  const { timestampsMs, values, lastIndex, spans } = view;
  const from = Math.max(0, Math.min(roughIndex, view.firstIndex) - spans.base);
  const residual = lessCourse(usualCourse(view), timestampsMs, values, from, lastIndex + 1);
  const points = lastIndex - roughIndex + 1 < SMOOTHED_MIN ? residual : withoutSpikes(residual);
  const split = bestSplit(points, (view.alarmIndex ?? lastIndex) - from);
  return split === undefined ? roughIndex : from + split;
}

/**
 * Whether a step to another level was over within `spans.burst` points: as many points in a row as tell it were back
 * nearer to the old level than to the new one. False while too few points have followed, or none is known.
 */
export function isSoonOver(view: EventView, onsetIndex: number): boolean {
  const { spans } = view;
  const followed = whatFollowed(view, onsetIndex, onsetIndex);
  if (followed === undefined) return false;
  const { before, event } = followed;
  const height = medianOf(event.subarray(0, spans.back)) - before;
  let back = 0;
  for (const value of event) {
    if (Number.isNaN(value)) continue;
    back = (value - before) / height < BACK_SHARE ? back + 1 : 0;
    if (back === spans.back) return true;
  }
  return false;
}

/**
 * Whether what began as a short excursion goes on after the event's last point: more points than a short excursion
 * has, nearly all of them nearer to its level than to the old one. Told by points up to `followedToIndex`; false
 * where it is not known.
 */
export function lastsOn(view: EventView): boolean {
  const { firstIndex, lastIndex, spans } = view;
  const first = activeStartIndex(view);
  const followed = whatFollowed(view, firstIndex, first);
  if (followed === undefined) return false;
  const { before, event } = followed;
  const height = medianOf(event.subarray(0, lastIndex + 1 - first)) - before;
  const known = event.filter((value) => !Number.isNaN(value));
  if (known.length <= spans.shortActive) return false;
  const high = known.filter((value) => (value - before) / height >= BACK_SHARE).length;
  return high >= LASTS_SHARE_MIN * known.length;
}

/**
 * The points from `first` on for as long as an excursion may be short, as far as they are known, less the usual course,
 * and the level before `oldUntil`. Undefined where nothing is known of what followed the event.
 */
function whatFollowed(view: EventView, oldUntil: number, first: number) {
  const { timestampsMs, values, spans, followedToIndex } = view;
  if (followedToIndex === undefined) return undefined;
  const from = Math.max(0, oldUntil - spans.base);
  const to = Math.min(followedToIndex + 1, first + spans.burst + spans.back);
  const residual = lessCourse(usualCourse(view), timestampsMs, values, from, to);
  const before = medianOf(residual.subarray(0, oldUntil - from));
  return { before, event: residual.subarray(first - from) };
}

function withoutSpikes(values: Float64Array): Float64Array {
  return values.map((_, i) =>
    medianOf(values.subarray(Math.max(0, i - REACH), Math.min(values.length, i + REACH + 1))),
  );
}

/** Where the two means differ most for their lengths, at `last` at most; NaN are left out. Undefined where nowhere. */
function bestSplit(values: Float64Array, last: number): number | undefined {
  let [total, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    total += value;
    count++;
  }
  let best: number | undefined;
  let most = 0;
  let [sum, seen] = [0, 0];
  for (let at = 0; at <= last; at++) {
    if (Number.isNaN(values[at]!)) continue;
    if (seen > 0) {
      const away = sum / seen - (total - sum) / (count - seen);
      const gain = seen * (count - seen) * away * away;
      if (gain > most) [most, best] = [gain, at];
    }
    sum += values[at]!;
    seen++;
  }
  return best;
}
