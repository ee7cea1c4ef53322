import type { AnomalyKind } from "../../model/anomaly-type.ts";
import { DAY_MS, type DurationMs } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { medianOf, quantileOf } from "../../stats/order-statistics.ts";
import { equalityTolerance, longestEqualRun } from "./equal-runs.ts";
import type { EventView } from "./event-view.ts";
import { fitMissedPeak } from "./missed-peak-fit.ts";
import { fitRamp, isRamp } from "./ramp-fit.ts";
import {
  type LeavableRule,
  referenceVerdict,
  type Verdict,
  verdictWithout,
} from "./reference-rules.ts";
import { type StepGrowth, stepGrowth } from "./step-growth.ts";
import { isSoonOver, lastsOn, stepOnset } from "./step-onset.ts";
import { fitTemplates } from "./template-fit.ts";
import type { TemplateFit } from "./templates.ts";
import { lessCourse, usualCourse } from "./usual-course.ts";
import { varianceOnset } from "./variance-onset.ts";

/*
 * Thresholds of the rules beside the reference's, chosen on generated cases with seeds 11-13 at one
 * minute, five minutes and an hour, where each lies in a wide gap. `npm run bench` measures them on
 * others.
 */

/** A stuck value makes up so much of its event (no generated flatline is below it). */
const STUCK_SHARE_MIN = 0.25;
const STUCK_HISTORY_MS: DurationMs = 3 * DAY_MS;
/** The usual step is so much larger than in a restless stretch: real cases 2.3 and more, others 1.2. */
const STEP_GROWTH_MIN = 1.7;
/** "It stayed where it was" fits so much better than a shift: shifts 1.5 and more, spikes .6. */
const STAYED_SHARE_MAX = 0.5;
/** ... and it moved little against what the profile did (chosen, not measured) ... */
const RESTLESS_SHARE_MAX = 0.35;
/** ... while the profile rose by at least this many scales. */
const ROSE_SCALES_MIN = 3;
/** A template explains the stretch if it leaves less than this share of a flat level's error. */
const LEFT_SHARE_MAX = 0.4;
/** Another hour fits better than step and ramp, though its height is not free. */
const HOUR_SHARE_MAX = 0.8;
/** A ramp fits better than a step: ramps .3 in the median, steps 2 and more. */
const RAMP_SHARE_MAX = 0.92;
/** Deviations of an event that lies beside its old level: nearly all on one side. */
const ONE_SIDED_MIN = 0.8;
/** Beside its old level, nine tenths of an event are this share of its middle away from it: most shifts .45 and more. */
const BESIDE_SHARE_MIN = 0.25;
/** Noise that grows with the level grows no more than so many times as much: 1.5 at most, restlessness 8 and more. */
const WITH_LEVEL_MAX = 3;
/** Over fewer blocks a step and a ramp look alike. */
const RAMP_BLOCKS_MIN = 6;
/** A height lies outside what is usual by this share of the usual range. */
const OUTSIDE_SHARE = 0.2;

/** What is usual at an hour is known from this many days on; before that no value is one of another hour. */
const HOURS_KNOWN_MS: DurationMs = 3 * DAY_MS;
const REPLACED: readonly LeavableRule[] = ["flatline", "variance", "trend"];
const OF_HOURS: readonly LeavableRule[] = ["hour", "other shape"];

export interface RefinedVerdict extends Verdict {
  readonly missedPeak: boolean;
  /** Where the event began, judging by its shape, where that is clear. */
  readonly fromIndex?: number;
}

/**
 * Missing and flatline by the reference's rules; then variance by the growth of the usual step; a
 * peak that did not come; a step, a ramp or another hour's values, whichever explains the last two
 * days best, where one explains them well; else the reference's verdict.
 */
export function refinedVerdict(view: EventView): RefinedVerdict {
  const said = referenceVerdict(view);
  if (said.kind === "missing") return { ...said, missedPeak: false };
  if (isStuck(view)) return { kind: "flatline", evidence: said.evidence, missedPeak: false };
  const told = templateVerdict(view);
  const growth = stepGrowth(view);
  if (growth.beyondRestless > STEP_GROWTH_MIN && !isMoved(view, told, growth)) {
    const evidence = { ...said.evidence, varianceRatio: growth.ratio };
    return { kind: "variance", evidence, missedPeak: false, fromIndex: varianceOnset(view) };
  }
  const knowsHours = historyOf(view) >= HOURS_KNOWN_MS;
  if (knowsHours && missesPeak(view))
    return { kind: "seasonal", evidence: said.evidence, missedPeak: true };
  const rest = verdictWithout(knowsHours ? REPLACED : [...REPLACED, ...OF_HOURS], view);
  const shifted = rest.kind === "shift_up" || rest.kind === "shift_down";
  const stepped = stepFrom(view, lasting(view, { ...rest, ...told }));
  const isOver = stepped.kind === "spike" || stepped.kind === "dip";
  if (told === undefined && shifted && !isOver && climbsSinceYesterday(view)) {
    return { kind: "trend", evidence: rest.evidence, missedPeak: false };
  }
  return { ...stepped, missedPeak: false };
}

/** A detector that gets used to a new level soon is quiet again: the level itself tells whether it stays. */
function lasting<Said extends Verdict>(view: EventView, said: Said): Said {
  if ((said.kind !== "spike" && said.kind !== "dip") || !lastsOn(view)) return said;
  return { ...said, kind: said.kind === "spike" ? "shift_up" : "shift_down" };
}

/** A step begins at a point, not somewhere in a block; one that was soon over is none. */
function stepFrom(
  view: EventView,
  said: Verdict & { readonly fromIndex?: number },
): Verdict & { readonly fromIndex?: number } {
  if (said.kind !== "shift_up" && said.kind !== "shift_down") return said;
  const fromIndex = stepOnset(view, Math.min(said.fromIndex ?? view.firstIndex, view.firstIndex));
  if (!isSoonOver(view, fromIndex)) return { ...said, fromIndex };
  return { ...said, kind: said.kind === "shift_up" ? "spike" : "dip", fromIndex };
}

function historyOf({ timestampsMs, firstIndex }: EventView): DurationMs {
  return timestampsMs[firstIndex]! - timestampsMs[0]!;
}

/** The run that makes the event is held against those before it, not against its own beginning. */
function isStuck(view: EventView): boolean {
  const { longestRun, values, timestampsMs, firstIndex, spans, event } = view;
  if (longestRun.length < Math.max(spans.flatRun, STUCK_SHARE_MIN * event.length)) return false;
  const start = Math.min(firstIndex, longestRun.lastIndex - longestRun.length);
  const since = firstAtOrAfter(timestampsMs, timestampsMs[start]! - STUCK_HISTORY_MS);
  const tolerance = equalityTolerance(values.subarray(Math.max(0, start - spans.base), start));
  const before = longestEqualRun(values, since, since, start, tolerance);
  return longestRun.length >= 2 * before.length + 5;
}

function missesPeak(view: EventView): boolean {
  const { stayedShare, roseScales, restlessShare, shift } = fitMissedPeak(view);
  const stayed = stayedShare < STAYED_SHARE_MAX && restlessShare < RESTLESS_SHARE_MAX;
  return stayed && roseScales > ROSE_SCALES_MIN && shift < 0;
}

/** The reference's ramp rule, the series' own drift taken out. */
function climbsSinceYesterday(view: EventView): boolean {
  const { timestampsMs, values, firstIndex, lastIndex, spans, scale } = view;
  const from = firstAtOrAfter(timestampsMs, timestampsMs[firstIndex]! - DAY_MS);
  const residual = lessCourse(usualCourse(view), timestampsMs, values, from, lastIndex + 1);
  const before = residual.subarray(Math.max(0, firstIndex - from - spans.base), firstIndex - from);
  const base = medianOf(before);
  return isRamp(fitRamp(residual.map((value) => (value - base) / scale)), spans.ramp);
}

/** Noise grows with the level in many series: restless is one that swings about its old level, not beside it. */
function isMoved(
  view: EventView,
  told: ReturnType<typeof templateVerdict>,
  growth: StepGrowth,
): boolean {
  if (told === undefined) return isScaled(view, growth);
  if (told.kind === "seasonal") return false;
  let [sum, sizes] = [0, 0];
  for (const deviation of view.deviations) {
    sum += deviation;
    sizes += Math.abs(deviation);
  }
  return Math.abs(sum) > ONE_SIDED_MIN * sizes;
}

/** Too short for a template: the event lies beside its old level, and its steps grew as that did. */
function isScaled(
  { deviations, event, values, firstIndex, spans }: EventView,
  { ratio }: StepGrowth,
): boolean {
  const middle = medianOf(deviations);
  const away = deviations.map((deviation) => deviation * Math.sign(middle));
  if (!(quantileOf(away, 0.1) > BESIDE_SHARE_MIN * Math.abs(middle))) return false;
  const before = medianOf(values.subarray(Math.max(0, firstIndex - spans.base), firstIndex));
  return ratio < WITH_LEVEL_MAX * Math.abs(medianOf(event) / before);
}

/** The best template, where it explains the stretch well and leaves the usual range. */
function templateVerdict(
  view: EventView,
): { readonly kind: AnomalyKind; readonly fromIndex: number } | undefined {
  const fits = fitTemplates(view);
  if (fits === undefined) return undefined;
  const { flat, step, ramp, otherHour, level, usual, blockPoints } = fits;
  const left = ({ gain }: TemplateFit) => 1 - gain / flat;
  const best = Math.min(left(step), left(ramp));
  const { fromIndex } = otherHour;
  const hour = historyOf(view) < HOURS_KNOWN_MS ? 1 : left(otherHour);
  if (hour < LEFT_SHARE_MAX && hour < HOUR_SHARE_MAX * best) return { kind: "seasonal", fromIndex };
  const climbs =
    left(ramp) < RAMP_SHARE_MAX * left(step) &&
    ramp.spanPoints >= Math.max(view.spans.ramp, RAMP_BLOCKS_MIN * blockPoints);
  // A climb is seen against what was there before it, known for as long as it took.
  if (climbs && ramp.fromIndex < ramp.spanPoints) return undefined;
  const fit = climbs ? ramp : step;
  const reach = level + fit.height;
  const margin = OUTSIDE_SHARE * (usual.high - usual.low);
  const outside = reach > usual.high + margin || reach < usual.low - margin;
  if (!(best < LEFT_SHARE_MAX && outside)) return undefined;
  if (climbs) return { kind: "trend", fromIndex: ramp.fromIndex };
  return { kind: step.height > 0 ? "shift_up" : "shift_down", fromIndex: step.fromIndex };
}
