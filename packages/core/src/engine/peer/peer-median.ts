import type { DurationMs } from "../../model/time.ts";
import { medianOfSorted } from "../../stats/sorted-median.ts";

/** Fewer others say nothing about one node: five with the one compared. Source: spec section 8. */
export const PEERS_MIN = 4;
/** Scrapes of one step are up to half an interval apart; a little more for their jitter. */
const REACH_INTERVALS = 0.6;

/** Points of one series, ascending stamps; NaN and infinities are missing. */
export interface PeerColumns {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export interface PeerMedian {
  /** Median of the others at each stamp; NaN where fewer than four of them have a value near it. */
  readonly median: Float64Array;
  /** How many of them have one. */
  readonly count: Int32Array;
}

/**
 * What the others show at the instants of one series: of each its point nearest in time, at most 0.6
 * intervals away, so that jitter, gaps, late starts and ends of single nodes do no harm.
 *
 * Cost: O(points x others), one sort of the others' values per point.
 */
export function peerMedian(
  timestampsMs: Float64Array,
  others: readonly PeerColumns[],
  intervalMs: DurationMs,
): PeerMedian {
  const next = new Int32Array(others.length);
  const here = new Float64Array(others.length);
  const median = new Float64Array(timestampsMs.length);
  const count = new Int32Array(timestampsMs.length);
  for (let i = 0; i < timestampsMs.length; i++) {
    let known = 0;
    others.forEach((other, k) => {
      next[k] = nearestFrom(other.timestamps, next[k]!, timestampsMs[i]!);
      const away = Math.abs((other.timestamps[next[k]!] ?? Number.NaN) - timestampsMs[i]!);
      const value = other.values[next[k]!] ?? Number.NaN;
      if (away <= REACH_INTERVALS * intervalMs && Number.isFinite(value)) here[known++] = value;
    });
    median[i] = known < PEERS_MIN ? Number.NaN : medianOfSorted(here.subarray(0, known).sort());
    count[i] = known;
  }
  return { median, count };
}

/** Index of the stamp nearest to an instant, at or after `from`; the earlier of two. */
function nearestFrom(timestampsMs: Float64Array, from: number, atMs: number): number {
  let at = from;
  while (
    at + 1 < timestampsMs.length &&
    Math.abs(timestampsMs[at + 1]! - atMs) < Math.abs(timestampsMs[at]! - atMs)
  ) {
    at++;
  }
  return at;
}
