import { upperMedianOfSorted } from "@foreshock/core/fold";

const BARS = ["\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"];
const ASCII_BARS = ["_", ".", "-", "~", "=", "+", "*", "#"];

/**
 * Values as bars, lowest to highest; missing ones are gaps. At most `width` bars: each is the value
 * of its bucket that is farthest from the middle, so that a spike is never averaged away.
 */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  unicode: boolean,
): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "";
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  const bars = unicode ? BARS : ASCII_BARS;
  const middle = upperMedianOfSorted(Float64Array.from(known).sort());
  const count = Math.min(width, values.length);
  let text = "";
  for (let k = 0; k < count; k++) {
    const from = Math.floor((k * values.length) / count);
    const to = Math.floor(((k + 1) * values.length) / count);
    const value = farthest(values.slice(from, to), middle);
    const height = high > low ? (value - low) / (high - low) : 0;
    text += Number.isNaN(value) ? " " : bars[Math.min(7, Math.floor(8 * height))]!;
  }
  return text;
}

function farthest(values: readonly (number | null)[], middle: number): number {
  let best = Number.NaN;
  for (const value of values) {
    if (value === null) continue;
    if (Number.isNaN(best) || Math.abs(value - middle) > Math.abs(best - middle)) best = value;
  }
  return best;
}
