import { DAY_MS, HOUR_MS } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { medianOf, quantileOf } from "../../stats/order-statistics.ts";
import type { EventView } from "./event-view.ts";
import {
  type Blocks,
  bestOtherHour,
  bestRamp,
  bestStep,
  flatError,
  SPAN_MIN,
  type TemplateFit,
} from "./templates.ts";
import { lessCourse, type UsualCourse, usualCourse } from "./usual-course.ts";

/** Looked at before the event, as a fault may be noticed only when it ends; points where they are sparse. */
const LOOK_BACK_MS = 2 * DAY_MS;
const LOOK_BACK_POINTS = 100;
/** Most blocks that the stretch is cut into: enough to place a corner within a quarter of an hour. */
const BLOCKS_MAX = 160;
/** Last week explains the stretch better than the usual day if it leaves less than this share. */
const WEEK_SHARE_MAX = 0.9;
/** If the usual day leaves less than this share unexplained, last week is not tried. */
const TOLD_SHARE = 0.1;
const WEEK_MS = 7 * DAY_MS;
/** What is usual for a block: this quantile and its mirror. Source: classifier.py, inside. */
const USUAL_SHARE = 0.02;

/** How well each template explains an event and the two days before it. */
export interface TemplateFits {
  /** Squared error around a flat level; the templates' `gain` is what they take away from it. */
  readonly flat: number;
  readonly step: TemplateFit;
  readonly ramp: TemplateFit;
  readonly otherHour: TemplateFit;
  /** The level that heights are counted from, and the usual range of blocks around it. */
  readonly level: number;
  readonly usual: { readonly low: number; readonly high: number };
  /** Points in one block. */
  readonly blockPoints: number;
}

/**
 * Step, ramp and the values of another hour, each laid by least squares where it fits best over
 * block medians of what is left of the values without their usual course; each must reach into the
 * event. Medians keep single spikes out. Where the same hours of last week explain the stretch better
 * than the usual day, they are the usual course. Undefined for fewer than 12 blocks.
 *
 * Cost: O(n log n + 13 BLOCKS_MAX^2).
 */
export function fitTemplates(view: EventView): TemplateFits | undefined {
  const course = usualCourse(view);
  const blocks = blocksOf(view, course);
  if (blocks.values.length < 3 * SPAN_MIN) return undefined;
  const byDay = fitsOf(view, course, blocks);
  if (leftOver(byDay) < TOLD_SHARE * byDay.flat) return byDay;
  const week = blocksLessLastWeek(view, course, blocks);
  if (week === undefined) return byDay;
  const byWeek = fitsOf(view, course, week);
  return leftOver(byWeek) < WEEK_SHARE_MAX * leftOver(byDay) ? byWeek : byDay;
}

function leftOver({ flat, step, ramp, otherHour }: TemplateFits): number {
  return flat - Math.max(step.gain, ramp.gain, otherHour.gain);
}

function fitsOf(view: EventView, course: UsualCourse, blocks: Blocks): TemplateFits {
  return {
    flat: flatError(blocks),
    step: bestStep(blocks),
    ramp: bestRamp(blocks),
    otherHour: bestOtherHour(blocks, course.profile),
    level: medianOf(blocks.values),
    usual: usualRange(view, course, blocks.pointCount),
    blockPoints: blocks.pointCount,
  };
}

function blocksOf(view: EventView, course: UsualCourse): Blocks {
  const { timestampsMs, values, firstIndex, lastIndex, intervalMs } = view;
  const lookBackMs = Math.max(LOOK_BACK_MS, LOOK_BACK_POINTS * intervalMs);
  const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - lookBackMs);
  const residual = lessCourse(course, timestampsMs, values, from, lastIndex + 1);
  const pointCount = Math.max(1, Math.ceil(residual.length / BLOCKS_MAX));
  const medians: number[] = [];
  const starts: number[] = [];
  for (let at = residual.length % pointCount; at < residual.length; at += pointCount) {
    const median = medianOf(residual.subarray(at, at + pointCount));
    if (Number.isNaN(median)) continue;
    medians.push(median);
    starts.push(from + at);
  }
  const eventBlock = starts.findIndex((start) => start + pointCount > firstIndex);
  return {
    values: withoutSpikes(Float64Array.from(medians), pointCount),
    starts,
    pointCount,
    middlesMs: Float64Array.from(starts, (start) => timestampsMs[start + (pointCount >> 1)]!),
    eventBlock: eventBlock < 0 ? starts.length - 1 : eventBlock,
  };
}

/** A block of few points does not keep a spike out by itself: its neighbours help. */
function withoutSpikes(values: Float64Array, pointCount: number): Float64Array {
  if (pointCount >= 5) return values;
  const reach = pointCount === 1 ? 2 : 1;
  return values.map((_, i) => medianOf(values.subarray(Math.max(0, i - reach), i + reach + 1)));
}

/** Blocks less those of the same hours a week ago; undefined where the history does not reach. */
function blocksLessLastWeek(
  { timestampsMs, values }: EventView,
  course: UsualCourse,
  blocks: Blocks,
): Blocks | undefined {
  const { starts, pointCount } = blocks;
  if (timestampsMs[0]! > timestampsMs[starts[0]!]! - WEEK_MS) return undefined;
  const around = (start: number): readonly [from: number, to: number] => {
    const lastMs = timestampsMs[Math.min(start + pointCount, timestampsMs.length) - 1]!;
    return [
      firstAtOrAfter(timestampsMs, timestampsMs[start]! - WEEK_MS - HOUR_MS),
      firstAtOrAfter(timestampsMs, lastMs - WEEK_MS + HOUR_MS),
    ];
  };
  const [weekFrom] = around(starts[0]!);
  const [, weekTo] = around(starts.at(-1)!);
  const week = lessCourse(course, timestampsMs, values, weekFrom, weekTo);
  const before = Float64Array.from(starts, (start) => {
    const [from, to] = around(start);
    return medianOf(week.subarray(from - weekFrom, to - weekFrom));
  });
  if (before.some(Number.isNaN)) return undefined;
  return { ...blocks, values: blocks.values.map((value, i) => value - before[i]!) };
}

/** Between which values the blocks of the week before the event usually lie. */
function usualRange(
  view: EventView,
  course: UsualCourse,
  pointCount: number,
): TemplateFits["usual"] {
  return view.before.once(`range of ${pointCount}`, () => rangeOf(view, course, pointCount));
}

function rangeOf(
  { timestampsMs, values, firstIndex }: EventView,
  course: UsualCourse,
  pointCount: number,
): TemplateFits["usual"] {
  const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - WEEK_MS);
  const residual = lessCourse(course, timestampsMs, values, from, firstIndex);
  const medians = new Float64Array(Math.floor(residual.length / pointCount));
  for (let k = 0; k < medians.length; k++) {
    medians[k] = medianOf(residual.subarray(k * pointCount, (k + 1) * pointCount));
  }
  return { low: quantileOf(medians, USUAL_SHARE), high: quantileOf(medians, 1 - USUAL_SHARE) };
}
