import { assert } from "../model/refusal.ts";
import type { Dice } from "./dice.ts";
import { gaussians } from "./random-laws.ts";

/** Courses that a wave can have, as in GutenTAG; `custom` is whatever the caller hands over. */
export const WAVE_BASES = [
  "sine",
  "ecg",
  "square",
  "random-walk",
  "random-mode-jump",
  "custom",
] as const;
export type WaveBase = (typeof WAVE_BASES)[number];

export interface WavePlan {
  readonly base: WaveBase;
  readonly pointCount: number;
  /** Length of a period; of a mode for `random-mode-jump`; not asked for by `random-walk`. */
  readonly periodPoints: number;
  /** Half of the distance from trough to crest; spread of a step's sum over a period for a walk. */
  readonly amplitude: number;
  /** Standard deviation of the noise on top, in amplitudes. */
  readonly noise: number;
  /** For `custom`: one value per point. */
  readonly course?: Float64Array;
}

/** A wave and the noise on top of it, apart, so that an injection can change either. */
export interface Wave {
  readonly plan: WavePlan;
  readonly course: Float64Array;
  readonly noise: Float64Array;
}

/**
 * A clean wave. Cost: O(points).
 * Source: Wenig, Schmidl and Papenbrock, "TimeEval" (VLDB 2022): GutenTAG's base oscillations.
 */
export function generateWave(plan: WavePlan, dice: Dice): Wave {
  const course = courseOf(plan, dice);
  const noise = gaussians(dice, plan.pointCount).map(
    (value) => value * plan.noise * plan.amplitude,
  );
  return { plan, course, noise };
}

/** What is measured: course and noise. */
export function waveValues({ course, noise }: Pick<Wave, "course" | "noise">): Float64Array {
  return course.map((value, i) => value + noise[i]!);
}

function courseOf(plan: WavePlan, dice: Dice): Float64Array {
  const { base, pointCount, periodPoints, amplitude } = plan;
  if (base === "custom") {
    assert(plan.course?.length === pointCount, "a custom wave needs one value a point");
    return plan.course.slice();
  }
  if (base === "random-walk") return walk(plan, dice);
  if (base === "random-mode-jump") return modes(plan, dice);
  const shape = SHAPES[base];
  return Float64Array.from({ length: pointCount }, (_, i) => {
    return amplitude * shape((i % periodPoints) / periodPoints);
  });
}

/** One period, as a function of the part of it that is over, in [0, 1). */
const SHAPES: Readonly<Record<"sine" | "ecg" | "square", (phase: number) => number>> = {
  sine: (phase) => Math.sin(2 * Math.PI * phase),
  square: (phase) => (phase < 0.5 ? 1 : -1),
  ecg: heartbeat,
};

/**
 * Bumps P, Q, R, S, T of a heartbeat: where in the beat, how high, how wide.
 * Source: McSharry et al., "A Dynamical Model for Generating Synthetic Electrocardiogram Signals" (2003), table 1.
 */
const BUMPS: readonly (readonly [at: number, height: number, width: number])[] = [
  [0.33, 0.1, 0.04],
  [0.458, -0.15, 0.016],
  [0.5, 1, 0.016],
  [0.542, -0.25, 0.016],
  [0.75, 0.25, 0.064],
];

function heartbeat(phase: number): number {
  let sum = 0;
  for (const [at, height, width] of BUMPS)
    sum += height * Math.exp(-0.5 * ((phase - at) / width) ** 2);
  return sum;
}

function walk({ pointCount, periodPoints, amplitude }: WavePlan, dice: Dice): Float64Array {
  const step = amplitude / Math.sqrt(periodPoints);
  let at = 0;
  return Float64Array.from({ length: pointCount }, () => {
    at += step * dice.gaussian();
    return at;
  });
}

/** Two levels; at the end of every mode it may jump to the other one. */
function modes({ pointCount, periodPoints, amplitude }: WavePlan, dice: Dice): Float64Array {
  let level = amplitude;
  return Float64Array.from({ length: pointCount }, (_, i) => {
    if (i % periodPoints === 0 && dice.uniform() < 0.5) level = -level;
    return level;
  });
}
