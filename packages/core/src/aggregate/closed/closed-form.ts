import { erfc } from "./erfc.ts";

/** Below, a p says nothing more; the reference clips there. */
export const P_MIN = 1e-15;
/** Above, a p is "nothing at all" for Cauchy, whose angle would run to minus infinity. */
const CAUCHY_P_MAX = 0.999;
/** The largest p below 1 that keeps ln(1 - p) finite. */
const BELOW_ONE = 1 - 1e-15;
/** Terms of a binomial tail below this share of the sum change no digit. */
const NO_MORE_DIGITS = 1e-18;

/** p of the smallest of `count` independent p values. NaN where there is none (count 0). */
export function sidak(smallest: number, count: number): number {
  if (count === 0) return Number.NaN;
  return -Math.expm1(count * Math.log1p(-clamp(smallest, P_MIN, BELOW_ONE)));
}

/** Cauchy's angle of one p: tiny p keep all their digits, unlike tan((0.5 - p) pi). */
export function cauchyAngle(p: number): number {
  return 1 / Math.tan(Math.PI * clamp(p, P_MIN, CAUCHY_P_MAX));
}

/** p that belongs to a mean of Cauchy's angles. */
export function cauchyOfAngle(meanAngle: number): number {
  return Math.atan2(1, meanAngle) / Math.PI;
}

/** Cauchy combination of three voices; valid under any dependence, loses at most a factor 3. */
export function cauchyOfThree(a: number, b: number, c: number): number {
  return cauchyOfAngle((cauchyAngle(a) + cauchyAngle(b) + cauchyAngle(c)) / 3);
}

/**
 * Weighted Cauchy combination of `p[start, end)`; NaN children and weights that are not above 0 are
 * left out. Without weights all count alike. NaN where nothing is left.
 */
export function weightedCauchy(
  p: Float64Array,
  start: number,
  end: number,
  weights?: Float64Array,
): number {
  let sum = 0;
  let total = 0;
  let present = 0;
  for (let i = start; i < end; i++) {
    const value = p[i]!;
    if (Number.isNaN(value)) continue;
    present++;
    const weight = weights === undefined ? 1 : weights[i - start]!;
    if (!(weight > 0)) continue;
    sum += cauchyAngle(value) * weight;
    total += weight;
  }
  return present === 0 ? Number.NaN : cauchyOfAngle(sum / Math.max(total, 1e-300));
}

/** P(at least `k` of `count` independent p values are <= x) = tail of the k-th smallest. O(count). */
export function binomialTail(count: number, k: number, x: number): number {
  const clipped = clamp(x, P_MIN, BELOW_ONE);
  const logOdds = Math.log(clipped) - Math.log1p(-clipped);
  let logTerm = k * Math.log(clipped) + (count - k) * Math.log1p(-clipped);
  for (let j = 1; j <= k; j++) {
    logTerm += Math.log((count - k + j) / j);
  }
  let sum = 0;
  for (let j = k; j <= count; j++) {
    const term = Math.exp(logTerm);
    sum += term;
    if (j > count * clipped && term < sum * NO_MORE_DIGITS) break;
    logTerm += Math.log((count - j) / (j + 1)) + logOdds;
  }
  return Math.min(sum, 1);
}

/** P(Gamma(shape, 1) > x) after Wilson and Hilferty (PNAS 17, 1931). */
export function gammaTail(shape: number, x: number): number {
  const z = ((x / shape) ** (1 / 3) - 1 + 1 / (9 * shape)) * 3 * Math.sqrt(shape);
  return Math.max(0.5 * erfc(z / Math.SQRT2), 1e-300);
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
