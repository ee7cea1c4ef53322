import { cauchyAngle, cauchyOfAngle, sidak } from "./closed/closed-form.ts";

/** Smallest p of a level, corrected for the number watched; NaN where nothing is. */
export function smallestOfLevel(p: Float64Array, start: number, end: number): number {
  let smallest = 1;
  let count = 0;
  for (let i = start; i < end; i++) {
    const value = p[i]!;
    if (Number.isNaN(value)) continue;
    count++;
    if (value < smallest) smallest = value;
  }
  return sidak(smallest, count);
}

/** Cauchy of two levels; one that is NaN is left out, NaN where both are. */
export function joinLevels(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? Number.NaN : cauchyOfAngle(cauchyAngle(b));
  if (Number.isNaN(b)) return cauchyOfAngle(cauchyAngle(a));
  return cauchyOfAngle((cauchyAngle(a) + cauchyAngle(b)) / 2);
}
