/** Lags and points that the rule of TSB-AD looks at, and the window where it finds none. */
const POINTS_MAX = 20_000;
const LAG_MIN = 3;
const LAG_MAX = 400;
/** The highest maximum must be at least this far after lag 3. */
const OFFSET_MIN = 3;
const OFFSET_MAX = 300;
const FALLBACK = 125;

/**
 * Buffer length of VUS by the rule of TSB-AD: the lag (3 to 303) of the highest local maximum of the
 * autocorrelation over the first 20,000 points; 125 where there is none in range. Missing points are
 * interpolated. Cost: 400 multiplications per point.
 */
export function tsbWindow(values: Float64Array): number {
  const known = interpolated(values.subarray(0, POINTS_MAX));
  if (known === undefined) return FALLBACK;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const centred = known.map((value) => value - mean);
  const variance = lagProduct(centred, 0);
  if (!(variance > 0)) return FALLBACK;
  const lags = Math.min(LAG_MAX, centred.length - 1);
  const correlation = Array.from(
    { length: Math.max(0, lags + 1 - LAG_MIN) },
    (_, k) => lagProduct(centred, k + LAG_MIN) / variance,
  );
  let peak = -1;
  for (let k = 1; k + 1 < correlation.length; k++) {
    const here = correlation[k]!;
    if (here <= correlation[k - 1]! || here <= correlation[k + 1]!) continue;
    if (peak < 0 || here >= correlation[peak]!) peak = k;
  }
  return peak < OFFSET_MIN || peak > OFFSET_MAX ? FALLBACK : peak + LAG_MIN;
}

function lagProduct(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += values[i]! * values[i - lag]!;
  return sum;
}

/** Missing points on the line between their neighbours; undefined where fewer than 8 are known. */
function interpolated(values: Float64Array): Float64Array | undefined {
  const known: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) known.push(i);
  if (known.length < 8) return undefined;
  const filled = values.slice();
  let next = 0;
  for (let i = 0; i < filled.length; i++) {
    while (next < known.length && known[next]! < i) next++;
    const right = known[next] ?? known.at(-1)!;
    if (right === i) continue;
    const left = known[next - 1] ?? right;
    const share = right === left ? 0 : (i - left) / (right - left);
    filled[i] = values[left]! + (values[right]! - values[left]!) * Math.min(share, 1);
  }
  return filled;
}
