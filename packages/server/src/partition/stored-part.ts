import { forEachRun } from "@foreshock/core/fold";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import type { AppendOutcome } from "../store/partition/placement.ts";
import type { AppendPart } from "./protocol.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/**
 * Puts a part of a batch into the store, first what its retold series are now, as runs without points.
 * Returns what that changed, of the part's own runs. Durable with the next commit. @throws StoreUnavailable.
 */
export function storePart(
  store: PartitionStore,
  registry: SeriesRegistry,
  part: AppendPart,
): AppendOutcome {
  const { retold = [], handles, times: timestampsMs, values } = part;
  const first = retold.length;
  const seriesIds = new Uint32Array(first + handles.length);
  const counts = new Uint32Array(first + handles.length);
  // A store that takes nothing is not to learn new names either.
  if (first > 0) store.demandRoom();
  retold.forEach(({ key, metadata }, k) => {
    seriesIds[k] = store.intern({ ...key, metadata });
  });
  forEachRun(part, (run, from, to) => {
    seriesIds[first + run] = registry.known(handles[run]!).storeId;
    counts[first + run] = to - from;
  });
  const outcome = store.append({ seriesIds, counts, timestampsMs, values });
  return {
    changedPoints: outcome.changedPoints.subarray(first),
    lateFromMs: outcome.lateFromMs.subarray(first),
    put: outcome.put,
  };
}
