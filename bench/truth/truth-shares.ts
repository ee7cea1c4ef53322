import type { SurfaceCheck } from "./judge-surfaces.ts";
import type { Judged } from "./judge-told.ts";
import { CLEAN_BEGINNING } from "./truth-plan.ts";

/** Everything that a run found out. */
export interface TruthRun {
  readonly judged: readonly Judged[];
  readonly checks: readonly SurfaceCheck[];
}

export interface Share {
  readonly right: number;
  readonly of: number;
}

/** The names of what is right or wrong about a thing told. */
export type Right = {
  [Name in keyof Judged]-?: Judged[Name] extends boolean | undefined ? Name : never;
}[keyof Judged];

export function shareOf(judged: readonly Judged[], right: Right): Share {
  const known = judged.filter((one) => one[right] !== undefined);
  return { right: known.filter((one) => one[right] === true).length, of: known.length };
}

/** What began at a point: its onsets are held to a step. */
export function clean(judged: readonly Judged[]): Judged[] {
  return judged.filter(({ done }) => CLEAN_BEGINNING.has(done));
}

export interface OnsetErrors {
  readonly withinStep: Share;
  /** Signed, in steps. */
  readonly median: number;
  /** Of their sizes. */
  readonly p90: number;
}

export function onsetErrors(judged: readonly Judged[]): OnsetErrors {
  const errors = judged.flatMap(({ onsetSteps }) => onsetSteps ?? []).sort((a, b) => a - b);
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return {
    withinStep: { right: sizes.filter((size) => size <= 1).length, of: sizes.length },
    median: errors[errors.length >> 1] ?? Number.NaN,
    p90: sizes[Math.floor(0.9 * sizes.length)] ?? Number.NaN,
  };
}

export function shareText({ right, of }: Share): string {
  return of === 0 ? "-" : `${(right / of).toFixed(2)} of ${of}`;
}

export function fractionOf({ right, of }: Share): number {
  return of === 0 ? Number.NaN : right / of;
}
