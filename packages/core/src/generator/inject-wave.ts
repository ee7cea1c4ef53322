import type { AnomalyLabel } from "../model/anomaly-type.ts";
import { assert, Refusal } from "../model/refusal.ts";
import type { Dice } from "./dice.ts";
import { gaussians } from "./random-laws.ts";
import { type Wave, type WaveBase, waveValues } from "./wave.ts";

/** The ten injections of GutenTAG. */
export const WAVE_FAULTS = [
  "amplitude",
  "extremum",
  "frequency",
  "mean",
  "mode-correlation",
  "pattern",
  "pattern-shift",
  "platform",
  "trend",
  "variance",
] as const;
export type WaveFault = (typeof WAVE_FAULTS)[number];

/** Our label for each. A mirrored mode is none of our three words. Source: spec/figures.md section 1. */
export const LABEL_OF_WAVE_FAULT: Readonly<Record<WaveFault, AnomalyLabel | undefined>> = {
  amplitude: "spike",
  extremum: "spike",
  frequency: "seasonal",
  mean: "trend",
  "mode-correlation": undefined,
  pattern: "seasonal",
  "pattern-shift": "seasonal",
  platform: "trend",
  trend: "trend",
  variance: "spike",
};

export interface WaveFaultPlan {
  readonly fault: WaveFault;
  readonly firstIndex: number;
  /** Points; an extremum has one whatever is given here. */
  readonly length: number;
  /**
   * How much of it: a factor for amplitude and frequency (1 = none), amplitudes for mean, trend,
   * extremum and variance (0 = none), a share of the fault's length for a pattern shift, the level in amplitudes for
   * a platform; mode correlation and pattern do not ask.
   */
  readonly strength: number;
}

export interface FaultyWave {
  readonly values: Float64Array;
  /** 1 inside the fault. */
  readonly labels: Uint8Array;
}

const PERIODIC: ReadonlySet<WaveBase> = new Set<WaveBase>(["sine", "ecg", "square"]);

/** Whether a fault means something on a base: a walk has no frequency, only modes can be mirrored. */
export function waveFaultFits(base: WaveBase, fault: WaveFault): boolean {
  if (fault === "mode-correlation") return base === "random-mode-jump";
  if (fault === "frequency" || fault === "pattern" || fault === "pattern-shift") {
    return PERIODIC.has(base);
  }
  return true;
}

/**
 * One fault in a wave, which is left as it was.
 *
 * Source: GutenTAG's anomaly types (Wenig, Schmidl and Papenbrock, "TimeEval", VLDB 2022).
 * @throws Refusal "generator/unsuited" where `waveFaultFits` says no.
 */
export function injectWaveFault(wave: Wave, plan: WaveFaultPlan, dice: Dice): FaultyWave {
  const { fault, firstIndex } = plan;
  const length = fault === "extremum" ? 1 : plan.length;
  const { base, pointCount } = wave.plan;
  if (!waveFaultFits(base, fault)) {
    throw new Refusal("generator/unsuited", `a ${base} has nothing that ${fault} could change`, {
      base,
      fault,
    });
  }
  assert(
    firstIndex >= 0 && length >= 1 && firstIndex + length <= pointCount,
    "the fault lies inside",
  );
  const course = wave.course.slice();
  const noise = wave.noise.slice();
  const part = course.subarray(firstIndex, firstIndex + length);
  if (fault === "variance") {
    const loud = gaussians(dice, length);
    noise.set(
      loud.map((value) => value * plan.strength * wave.plan.amplitude),
      firstIndex,
    );
  } else if (fault === "extremum") {
    part[0]! += extremum(wave, plan.strength);
  } else {
    CHANGES[fault](part, wave, plan);
    if (fault === "trend") shiftAfter(course, firstIndex + length, wave, plan.strength);
  }
  const labels = new Uint8Array(pointCount).fill(1, firstIndex, firstIndex + length);
  return { values: waveValues({ course, noise }), labels };
}

type Change = (part: Float64Array, wave: Wave, plan: WaveFaultPlan) => void;

const CHANGES: Readonly<Record<Exclude<WaveFault, "variance" | "extremum">, Change>> = {
  amplitude: swell,
  frequency: hurry,
  mean: (part, { plan: { amplitude } }, { strength }) => {
    for (let i = 0; i < part.length; i++) part[i]! += strength * amplitude;
  },
  "mode-correlation": (part) => {
    for (let i = 0; i < part.length; i++) part[i] = -part[i]!;
  },
  pattern: bend,
  "pattern-shift": lateBy,
  platform: (part, { plan: { amplitude } }, { strength }) => {
    part.fill(strength * amplitude);
  },
  trend: (part, { plan: { amplitude } }, { strength }) => {
    for (let i = 0; i < part.length; i++)
      part[i]! += (strength * amplitude * (i + 1)) / part.length;
  },
};

/** After a trend the level stays where it has led. */
function shiftAfter(course: Float64Array, from: number, wave: Wave, strength: number): void {
  for (let i = from; i < course.length; i++) course[i]! += strength * wave.plan.amplitude;
}

/** Far enough outside to stand out from the noise. */
function extremum({ plan: { amplitude }, noise }: Wave, strength: number): number {
  let loudest = 0;
  for (const value of noise) loudest = Math.max(loudest, Math.abs(value));
  return Math.sign(strength) * Math.max(Math.abs(strength) * amplitude, 2 * loudest);
}

/** Share of the fault in which the amplitude swells, and again in which it ebbs away. */
const TRANSITION = 0.2;

function swell(part: Float64Array, _: Wave, { strength }: WaveFaultPlan): void {
  const edge = Math.max(TRANSITION * part.length, 1);
  for (let i = 0; i < part.length; i++) {
    const inside = Math.min((i + 1) / edge, (part.length - i) / edge, 1);
    // Half a bell: rises slowly, arrives softly.
    const risen = Math.exp(-4.5 * (1 - inside) ** 2);
    part[i]! *= 1 + (strength - 1) * risen;
  }
}

/** The same course, `strength` times as fast, from where it was. */
function hurry(
  part: Float64Array,
  { course, plan }: Wave,
  { firstIndex, strength }: WaveFaultPlan,
): void {
  const { periodPoints } = plan;
  for (let i = 0; i < part.length; i++) {
    const phase = (firstIndex + i * strength) % periodPoints;
    part[i] = between(course, phase, periodPoints);
  }
}

/** A sine becomes nearly square; other waves run backwards. */
function bend(part: Float64Array, { plan: { base, amplitude } }: Wave): void {
  if (base !== "sine") {
    part.reverse();
    return;
  }
  for (let i = 0; i < part.length; i++) {
    part[i] = (amplitude * Math.atan((SQUARENESS * part[i]!) / amplitude)) / Math.atan(SQUARENESS);
  }
}

/** How square a bent sine is; GutenTAG's default. */
const SQUARENESS = 10;

/** The course comes late by a share of the fault's length. */
function lateBy(
  part: Float64Array,
  { course, plan }: Wave,
  { firstIndex, strength }: WaveFaultPlan,
): void {
  const { periodPoints } = plan;
  const late = strength * part.length;
  const edge = Math.max(TRANSITION * part.length, 1);
  for (let i = 0; i < part.length; i++) {
    const inside = Math.min((i + 1) / edge, (part.length - i) / edge, 1);
    const turns = Math.ceil(late / periodPoints) + 1;
    const phase = (firstIndex + i - inside * late + turns * periodPoints) % periodPoints;
    part[i] = between(course, phase, periodPoints);
  }
}

/** Value of the first period at a phase between points. */
function between(course: Float64Array, phase: number, periodPoints: number): number {
  const low = Math.floor(phase) % periodPoints;
  const high = (low + 1) % periodPoints;
  return course[low]! + (phase - Math.floor(phase)) * (course[high]! - course[low]!);
}
