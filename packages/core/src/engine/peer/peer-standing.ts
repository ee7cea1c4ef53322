import type { DurationMs, EpochMs } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { upperMedianOfSorted } from "../../stats/sorted-median.ts";
import { peerResidual, settledForm } from "./peer-form.ts";
import { PEERS_MIN, type PeerColumns, peerMedian } from "./peer-median.ts";

/** With fewer distances from the usual residual than this, their spread is not known. */
const USUAL_POINTS_MIN = 30;
/** Median distance of normal noise to its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

/** The instants that matter of one event. */
export interface PeerQuestion {
  /** Points before this are usual. */
  readonly onsetMs: EpochMs;
  /** The point that is compared with the others. */
  readonly peakMs: EpochMs;
  readonly intervalMs: DurationMs;
}

/**
 * How far a series is from the median of its peers at one instant, in usual distances: (residual -
 * its median before the onset) / (1.4826 x its median distance from that). The residual is a
 * difference or a ratio, whichever leaves less before the onset, as the engine `peer` settles it.
 *
 * @returns NaN where fewer than four peers have a value at the peak, where fewer than 30 points
 *   before the onset could be compared, or where those never left the median
 */
export function peerDistance(
  { timestamps, values }: PeerColumns,
  others: readonly PeerColumns[],
  { onsetMs, peakMs, intervalMs }: PeerQuestion,
): number {
  if (others.length < PEERS_MIN) return Number.NaN;
  const { median } = peerMedian(timestamps, others, intervalMs);
  const usualCount = firstAtOrAfter(timestamps, onsetMs);
  const before = [values.subarray(0, usualCount), median.subarray(0, usualCount)] as const;
  const residual = peerResidual(values, median, settledForm(...before, intervalMs));
  const usual = residual.subarray(0, usualCount).filter((number) => !Number.isNaN(number));
  if (usual.length < USUAL_POINTS_MIN) return Number.NaN;
  const center = middle(usual);
  const spread = MAD_TO_SIGMA * middle(usual.map((number) => Math.abs(number - center)));
  const atPeak = residual[timestamps.indexOf(peakMs)] ?? Number.NaN;
  return spread > 0 ? (atPeak - center) / spread : Number.NaN;
}

function middle(numbers: Float64Array): number {
  return upperMedianOfSorted(numbers.toSorted());
}
