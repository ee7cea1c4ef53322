import { quantileInPlace } from "./select.ts";

/** The values that are not NaN, as a new column. A loop: the built-in filter takes ten times longer. */
export function knownOf(values: Float64Array): Float64Array {
  const known = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) known[count++] = value;
  }
  return known.subarray(0, count);
}

/**
 * Quantile with linear interpolation between its neighbours in rank (NumPy's default); NaN left
 * out, NaN if empty. O(n) by selection.
 */
export function quantileOf(values: Float64Array, share: number): number {
  const known = knownOf(values);
  return quantileInPlace(known, known.length, share);
}

/** Median; NaN left out, NaN if empty. */
export function medianOf(values: Float64Array): number {
  return quantileOf(values, 0.5);
}

/** Mean; NaN left out, NaN if empty. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Population variance; NaN left out, NaN if empty. */
export function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) ** 2));
}

/** values[i + 1] - values[i]: one shorter than `values`, NaN beside a NaN. */
export function differencesOf(values: Float64Array): Float64Array {
  const differences = new Float64Array(Math.max(0, values.length - 1));
  for (let i = 0; i < differences.length; i++) differences[i] = values[i + 1]! - values[i]!;
  return differences;
}

/** Moving mean over `width` points, only where the window is whole: values.length - width + 1. */
export function movingMeanOf(values: Float64Array, width: number): Float64Array {
  const means = new Float64Array(Math.max(0, values.length - width + 1));
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    if (i >= width) sum -= values[i - width]!;
    if (i >= width - 1) means[i - width + 1] = sum / width;
  }
  return means;
}

/** Pearson correlation of two columns of equal length without NaN; 0 where one is constant. */
export function correlationOf(a: Float64Array, b: Float64Array): number {
  const meanA = meanOf(a);
  const meanB = meanOf(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const da = a[i]! - meanA;
    const db = b[i]! - meanB;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** NaN replaced by straight lines between known neighbours, by the nearest one at the ends. */
export function filledOf(values: Float64Array): Float64Array {
  const filled = values.slice();
  let before = -1;
  for (let i = 0; i <= values.length; i++) {
    if (i < values.length && Number.isNaN(values[i]!)) continue;
    for (let k = before + 1; k < i; k++) filled[k] = between(values, before, i, k);
    before = i;
  }
  return filled;
}

function between(values: Float64Array, before: number, after: number, at: number): number {
  const from = before < 0 ? values[after] : values[before];
  const to = after >= values.length ? values[before] : values[after];
  if (from === undefined || to === undefined) return Number.NaN;
  return from + ((to - from) * (at - before)) / (after - before);
}
