import type { AnomalyKind } from "../../model/anomaly-type.ts";
import {
  correlationOf,
  differencesOf,
  filledOf,
  knownOf,
  meanOf,
  medianOf,
  movingMeanOf,
  quantileOf,
  varianceOf,
} from "../../stats/order-statistics.ts";
import { type EventView, insideShare, residualSinceYesterday } from "./event-view.ts";
import { fitRamp, isRamp } from "./ramp-fit.ts";

/** The numbers that decided; rules that were not reached have none. */
export interface ClassifierEvidence {
  readonly points: number;
  readonly missingShare: number;
  readonly seasonality: number;
  readonly scale: number;
  readonly equalRun: number;
  readonly equalRunBefore: number;
  readonly largest: number;
  readonly middle: number;
  readonly active: number;
  readonly oneSided: number;
  readonly varianceRatio: number;
  readonly inside: number;
  readonly profileCorrelation: number;
  readonly hingeShare: number;
  readonly straight: number;
  readonly unsteady: number;
}

export interface Verdict {
  readonly kind: AnomalyKind;
  readonly evidence: Partial<ClassifierEvidence>;
}

type Rule = (view: EventView) => {
  readonly kind?: AnomalyKind;
  readonly evidence: Partial<ClassifierEvidence>;
};

/** Smaller than this beside another number of its kind is nothing. */
const RATIO_MIN = 1e-12;

/** In this order; the first rule that names a kind decides. Source: reference/classifier.py. */
const RULES: readonly Rule[] = [
  missing,
  flatline,
  shortExcursion,
  moreVariance,
  wrongTimeOfDay,
  ramp,
  usualValuesInOtherShape,
];

/** Rules that refined ones replace, by the kind they name. */
const LEAVABLE = {
  flatline,
  variance: moreVariance,
  trend: ramp,
  hour: wrongTimeOfDay,
  "other shape": usualValuesInOtherShape,
} as const;

export type LeavableRule = keyof typeof LEAVABLE;

/** The reference's verdict about an event, point for point its rules. */
export function referenceVerdict(view: EventView): Verdict {
  return verdictBy(RULES, view);
}

/** The reference's verdict as if some of its rules were not there. */
export function verdictWithout(left: readonly LeavableRule[], view: EventView): Verdict {
  const leftRules: readonly Rule[] = left.map((name) => LEAVABLE[name]);
  return verdictBy(
    RULES.filter((rule) => !leftRules.includes(rule)),
    view,
  );
}

function verdictBy(rules: readonly Rule[], view: EventView): Verdict {
  let evidence: Partial<ClassifierEvidence> = {};
  for (const rule of rules) {
    const said = rule(view);
    evidence = { ...evidence, ...said.evidence };
    if (said.kind !== undefined) return { kind: said.kind, evidence };
  }
  return { kind: medianOf(view.deviations) > 0 ? "shift_up" : "shift_down", evidence };
}

function missing({ event, missingShare }: EventView): ReturnType<Rule> {
  const evidence = { points: event.length, missingShare };
  return missingShare > 0.5 ? { kind: "missing", evidence } : { evidence };
}

function flatline(view: EventView): ReturnType<Rule> {
  const { seasonality, scale, spans } = view;
  const equalRun = view.longestRun.length;
  const equalRunBefore = view.longestRunBefore.length;
  const evidence = { seasonality, scale, equalRun, equalRunBefore };
  const stuck = equalRun >= Math.max(spans.flatRun, 2 * equalRunBefore + 5);
  return stuck ? { kind: "flatline", evidence } : { evidence };
}

function shortExcursion({ event, deviations, spans }: EventView): ReturnType<Rule> {
  const peak = deviations.reduce((far, r) => (Math.abs(r) > Math.abs(far) ? r : far), 0);
  const largest = Math.abs(peak);
  const stands = Math.max(3, 0.4 * largest);
  const active = deviations.filter((r) => Math.abs(r) > stands).length;
  const evidence = { largest, middle: medianOf(deviations), active };
  const short = event.length <= spans.shortEvent && active <= spans.shortActive;
  const few = active <= spans.fewActive && active < 0.15 * event.length;
  return short || few ? { kind: peak > 0 ? "spike" : "dip", evidence } : { evidence };
}

function moreVariance({
  event,
  values,
  firstIndex,
  deviations,
  spans,
}: EventView): ReturnType<Rule> {
  const sizes = deviations.map(Math.abs);
  const oneSided = Math.abs(sumOf(deviations)) / (sumOf(sizes) + 1e-9);
  const before = stepDeviation(values.subarray(Math.max(0, firstIndex - spans.steps), firstIndex));
  const inEvent = event.length > 3 ? stepDeviation(event) : before;
  const varianceRatio = inEvent / Math.max(before, RATIO_MIN * inEvent, Number.MIN_VALUE);
  const evidence = { oneSided, varianceRatio };
  const middle = Math.abs(medianOf(deviations));
  const aroundTheMiddle = varianceRatio > 3 && middle < 0.35 * quantileOf(sizes, 0.95);
  const restless = (oneSided < 0.6 && varianceRatio > 2) || aroundTheMiddle;
  return restless ? { kind: "variance", evidence } : { evidence };
}

function wrongTimeOfDay(view: EventView): ReturnType<Rule> {
  const { event, shape, scale, seasonality, spans } = view;
  const inside = insideShare(view);
  const shaped = Math.sqrt(varianceOf(shape)) > 0.8 * scale && seasonality > 0.25;
  if (event.length < spans.seasonal || !shaped) return { evidence: { inside } };
  const profileCorrelation = followsProfile(event, shape, spans.smooth);
  const evidence = { inside, profileCorrelation };
  const usualValues = inside > 0.85 && profileCorrelation < 0.5;
  return usualValues ? { kind: "seasonal", evidence } : { evidence };
}

function ramp(view: EventView): ReturnType<Rule> {
  const fit = fitRamp(residualSinceYesterday(view));
  const evidence = { hingeShare: fit.hingeShare };
  return isRamp(fit, view.spans.ramp) ? { kind: "trend", evidence } : { evidence };
}

/** Usual values that are neither constant nor a straight line. The one rule the spec's list omits. */
function usualValuesInOtherShape(view: EventView): ReturnType<Rule> {
  const { deviations, seasonality } = view;
  const variance = varianceOf(deviations);
  const straight = 1 - varianceAroundLine(deviations) / (variance + 1e-12);
  const unsteady = variance / (meanOf(deviations) ** 2 + 1e-9);
  const evidence = { straight, unsteady };
  const usual = seasonality > 0.4 && insideShare(view) > 0.9;
  return usual && unsteady > 0.12 && straight < 0.6 ? { kind: "seasonal", evidence } : { evidence };
}

/** Correlation of the smoothed event with the smoothed profile of the same hours. */
function followsProfile(event: Float64Array, shape: Float64Array, width: number): number {
  const smooth = movingMeanOf(filledOf(event), width);
  const varies = varianceOf(smooth) > (RATIO_MIN * meanOf(smooth)) ** 2;
  return varies ? correlationOf(smooth, movingMeanOf(shape, width)) : 0;
}

function stepDeviation(values: Float64Array): number {
  const deviation = Math.sqrt(varianceOf(knownOf(differencesOf(values))));
  return Number.isNaN(deviation) ? 0 : deviation;
}

/** Variance left after the best straight line over the index. */
function varianceAroundLine(values: Float64Array): number {
  const index = values.map((_, i) => i);
  const correlation = correlationOf(index, values);
  return varianceOf(values) * (1 - correlation * correlation);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
