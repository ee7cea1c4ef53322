import type { Dice } from "./dice.ts";

/** Up to this mean a Poisson number is counted out; above, it is drawn by rejection. */
const COUNTED_MEAN_MAX = 10;

/**
 * A Poisson number of the given mean; 0 for a mean of 0 or less.
 *
 * Cost: O(mean) below 10, constant above.
 * Source: Hörmann, "The transformed rejection method for generating Poisson random variables" (1993), PTRS.
 */
export function poisson(dice: Dice, mean: number): number {
  if (!(mean > 0)) return 0;
  return mean < COUNTED_MEAN_MAX ? counted(dice, mean) : rejected(dice, mean);
}

/** Student's t with 3 degrees of freedom, scaled to a standard deviation of 1: shocks with heavy tails. */
export function heavyShock(dice: Dice): number {
  const normal = dice.gaussian();
  let square = 0;
  for (let k = 0; k < 3; k++) square += dice.gaussian() ** 2;
  // t(3) has a variance of 3, and its denominator is sqrt(square / 3): both threes cancel.
  return normal / Math.sqrt(square);
}

/** AR(1) noise of standard deviation `sd`, started near 0; `shocks` are its innovations, unit variance. */
export function autoregressive(shocks: Float64Array, memory: number, sd: number): Float64Array {
  const fresh = sd * Math.sqrt(1 - memory ** 2);
  const out = new Float64Array(shocks.length);
  let before = 0;
  for (let i = 0; i < out.length; i++) {
    before = memory * before + fresh * shocks[i]!;
    out[i] = before;
  }
  return out;
}

/** `count` independent standard normal numbers. */
export function gaussians(dice: Dice, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = dice.gaussian();
  return out;
}

function counted(dice: Dice, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = dice.uniform(); product > limit; product *= dice.uniform()) count++;
  return count;
}

function rejected(dice: Dice, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = dice.uniform() - 0.5;
    const v = dice.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (left <= k * Math.log(mean) - mean - logFactorial(k)) return k;
  }
}

/** Stirling's series; exact below 10, off by less than 1e-9 from there on. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
