import { DAY_MS, type EpochMs, firstAtOrAfter } from "@foreshock/core/fold";
import type { PartitionStore } from "../../store/partition/partition-store.ts";

/**
 * How many of these points the store holds with exactly this value. A sender that retries after a lost
 * response is not told that its points are late. Cost: one read per UTC day.
 */
export function countStored(
  store: PartitionStore,
  seriesId: number,
  times: Float64Array,
  values: Float64Array,
): number {
  let found = 0;
  const byDay = Map.groupBy(times.keys(), (i) => Math.floor(times[i]! / DAY_MS));
  for (const indices of byDay.values()) {
    const stored = store.read(seriesId, spanOf(times, indices));
    for (const i of indices) {
      const at = firstAtOrAfter(stored.timestampsMs, times[i]!);
      const known = stored.timestampsMs[at] === times[i];
      if (known && Object.is(stored.values[at], values[i])) found++;
    }
  }
  return found;
}

function spanOf(
  times: Float64Array,
  indices: readonly number[],
): { startMs: EpochMs; endMs: EpochMs } {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = 0;
  for (const i of indices) {
    startMs = Math.min(startMs, times[i]!);
    endMs = Math.max(endMs, times[i]! + 1);
  }
  return { startMs, endMs };
}
