import { median } from "../datasets/record.ts";
import type { LabelledRegion } from "../protocol/labelled-region.ts";

/** A detector too simple to be wrong about: what everything else has to beat. */
export interface Floor {
  readonly name: string;
  /** Its own alarm level; undefined where it has none. */
  readonly threshold: number | undefined;
  /** Nonconformity of a column by row; NaN where missing. */
  readonly judge: (values: Float64Array, region: LabelledRegion) => Float64Array;
}

/** Usual level of an alarm on robust z. Source: Iglewicz and Hoaglin, 1993. */
const ROBUST_LIMIT = 3.5;
const Z_LIMIT = 3;
/** Points before the one that the trailing z judges. */
const LAST_POINTS = 100;
const MAD_TO_SIGMA = 1.4826;
const SEED = 20_240_101;

export const FLOORS: readonly Floor[] = [
  { name: "random", threshold: undefined, judge: randomScores },
  { name: "constant", threshold: undefined, judge: (values) => new Float64Array(values.length) },
  { name: `z of the last ${LAST_POINTS}`, threshold: Z_LIMIT, judge: trailingZ },
  { name: "robust z", threshold: ROBUST_LIMIT, judge: robustZ },
];

/** The floor that every engine must beat on every set. */
export const ROBUST_Z = FLOORS.at(-1)!;

/** Node floor: the largest of its metrics' scores. */
export function floorOfNode(floor: Floor, region: LabelledRegion): Float64Array {
  const { columns, timestampsMs } = region.record;
  const largest = new Float64Array(timestampsMs.length).fill(Number.NaN);
  for (const column of columns) {
    floor.judge(column, region).forEach((value, i) => {
      if (!(value <= largest[i]!) && !Number.isNaN(value)) largest[i] = value;
    });
  }
  return largest;
}

/** Distance from the median of the training rows in robust standard deviations of them. */
function robustZ(values: Float64Array, { start }: LabelledRegion): Float64Array {
  const known = values.subarray(0, start).filter((value) => !Number.isNaN(value));
  const center = known.length === 0 ? 0 : median(known);
  const spread = known.length === 0 ? 0 : median(known.map((value) => Math.abs(value - center)));
  const scale = MAD_TO_SIGMA * spread || deviation(known) || 1;
  return values.map((value) => Math.abs(value - center) / scale);
}

/** Distance from the mean of the points just before, in their standard deviations. */
function trailingZ(values: Float64Array): Float64Array {
  const last = new Float64Array(LAST_POINTS);
  let seen = 0;
  return values.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    const known = last.subarray(0, Math.min(seen, LAST_POINTS));
    const z = known.length < 3 ? 0 : distance(value, meanOf(known), deviation(known));
    last[seen % LAST_POINTS] = value;
    seen++;
    return z;
  });
}

/** A step off a flat line counts as far as the line is long. */
function distance(value: number, mean: number, scale: number): number {
  if (value === mean) return 0;
  return scale === 0 ? LAST_POINTS : Math.abs(value - mean) / scale;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** 0 for no numbers. */
function deviation(values: Float64Array): number {
  if (values.length === 0) return 0;
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/** Evenly spread over [0, 1), the same on every run, another row for every series. */
function randomScores(values: Float64Array, { record }: LabelledRegion): Float64Array {
  let state = SEED;
  for (const letter of record.series) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193);
  // Source: mulberry32 of Tommy Ettinger, public domain.
  return values.map(() => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}
