import { SECOND_MS } from "@foreshock/core/fold";

export interface Samples {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/**
 * Stored samples as the engine saw them: the ends of series (+Infinity) as missing, counters as
 * their rate per second with resets missing. A new column. The first rate is not known.
 */
export function ratesOf({ timestampsMs, values }: Samples, counter: boolean): Float64Array {
  if (!counter) return values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const rates = new Float64Array(values.length).fill(Number.NaN);
  let before = -1;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue;
    if (before >= 0) {
      const grown = values[i]! - values[before]!;
      const seconds = (timestampsMs[i]! - timestampsMs[before]!) / SECOND_MS;
      if (grown >= 0 && seconds > 0) rates[i] = grown / seconds;
    }
    before = i;
  }
  return rates;
}
