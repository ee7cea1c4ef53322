import type { AnomalyKind } from "../model/anomaly-type.ts";
import type { EventView } from "./event-view.ts";
import { fitHours, fitMissedPeak } from "./hours-fit.ts";
import { differencesOf, medianOf } from "./order-statistics.ts";
import { referenceVerdict, type Verdict, verdictWithout } from "./reference-rules.ts";
import { fitRise, type RiseFit } from "./rise-fit.ts";

/*
 * Thresholds of the rules beside the reference's, chosen on generated cases with seeds 21-23 and
 * 31-33, where each lies in a wide gap. Detected windows, four labels / fine kinds right: seeds
 * 21-23 .940/.872 (reference .909/.772), 31-33 .945/.866 (.938/.824); not looked at while
 * choosing: 41-43 .940/.876 (.926/.787), 51-53 .946/.896 (.907/.829).
 */

/** A stuck value makes up so much of its event (chosen; no generated flatline is below it). */
const STUCK_SHARE_MIN = 0.25;
/** More variance means that the usual step has grown: real cases 3.3 times and more, ramps 1.4 at most. */
const STEP_RATIO_MIN = 2;
/** Another hour's profile fits so much better than a shifted one: shifts .88 and more. */
const HOUR_SHARE_MAX = 0.6;
/** "It stayed where it was" fits so much better than a shift: shifts 1.5 and more, spikes .6. */
const STAYED_SHARE_MAX = 0.5;
/** ... and it moved little against what the profile did (chosen, not measured) ... */
const RESTLESS_SHARE_MAX = 0.35;
/** ... while the profile rose by so many scales. */
const ROSE_SCALES_MIN = 3;
/** A ramp leaves less error than a step (ramps .26 in the median, shifts 1 and more) ... */
const HINGE_SHARE_MAX = 0.9;
/** ... has got so far ... */
const ARRIVED_SCALES_MIN = 1;
/** ... and no single jump makes up this share of it (ramps .36 at 90 %, shifts .5 at 5 %). */
const JUMP_SHARE_MAX = 0.45;

export interface RefinedVerdict extends Verdict {
  readonly missedPeak: boolean;
}

/**
 * The reference's verdict, mended where it is known to be weak: values of another hour and peaks
 * that did not come taken for shifts and dips, slow ramps for shifts or variance, shifts for ramps,
 * a rest at 0 in the midst of a long event for a flatline.
 */
export function refinedVerdict(view: EventView): RefinedVerdict {
  const { kind, evidence } = mendedVerdict(view);
  if (kind === "missing" || kind === "flatline" || kind === "variance") {
    return { kind, evidence, missedPeak: false };
  }
  if (missesPeak(view)) return { kind: "seasonal", evidence, missedPeak: true };
  if (kind === "shift_up" || kind === "shift_down" || kind === "trend") {
    const refined = isOtherHour(view) ? "seasonal" : rampOrShift(view, kind);
    return { kind: refined, evidence, missedPeak: false };
  }
  return { kind, evidence, missedPeak: false };
}

/** The reference's verdict without a flatline or variance that the event does not bear out. */
function mendedVerdict(view: EventView): Verdict {
  let said = referenceVerdict(view);
  if (said.kind === "flatline" && view.longestRun.length < STUCK_SHARE_MIN * view.event.length) {
    said = verdictWithout("flatline", view);
  }
  return said.kind === "variance" && !stepsHaveGrown(view)
    ? verdictWithout("variance", view)
    : said;
}

/** The usual step, not only a few jumps, is larger than before. */
function stepsHaveGrown({ values, event, firstIndex, spans }: EventView): boolean {
  const before = values.subarray(Math.max(0, firstIndex - spans.steps), firstIndex);
  return usualStep(event) >= STEP_RATIO_MIN * usualStep(before);
}

function usualStep(values: Float64Array): number {
  return medianOf(differencesOf(values).map(Math.abs));
}

function missesPeak(view: EventView): boolean {
  const { stayedShare, roseScales, restlessShare, shift } = fitMissedPeak(view);
  const stayed = stayedShare < STAYED_SHARE_MAX && restlessShare < RESTLESS_SHARE_MAX;
  return stayed && roseScales > ROSE_SCALES_MIN && shift < 0;
}

function isOtherHour(view: EventView): boolean {
  if (view.event.length < view.spans.ramp) return false;
  return fitHours(view).hourShare < HOUR_SHARE_MAX;
}

function rampOrShift(view: EventView, kind: AnomalyKind): AnomalyKind {
  const fit = fitRise(view);
  if (isSlowRise(fit, view.spans.ramp)) return "trend";
  if (kind !== "trend" || fit.jumpShare < JUMP_SHARE_MAX) return kind;
  return medianOf(view.deviations) > 0 ? "shift_up" : "shift_down";
}

function isSlowRise(fit: RiseFit, rampPointsMin: number): boolean {
  return (
    fit.hingeShare < HINGE_SHARE_MAX &&
    fit.arrivedScales > ARRIVED_SCALES_MIN &&
    fit.jumpShare < JUMP_SHARE_MAX &&
    fit.rampPoints >= rampPointsMin
  );
}
