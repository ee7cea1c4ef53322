import type { StateRow } from "../store/state-table.ts";
import type { LiveSeries } from "./live-series.ts";
import { dayOf, type PartitionRuntime } from "./partition-runtime.ts";

/**
 * Saves the folds that moved, in one transaction with the store's own checkpoint: after a crash each
 * is taken up where the samples say it stood. Once a UTC day and series the state is kept beside the
 * newest one, so that points that come late need not be folded from the beginning.
 */
export function saveCheckpoint(runtime: PartitionRuntime): void {
  const moved: LiveSeries[] = [];
  runtime.writeEpisodes();
  runtime.store.checkpoint(runtime.detectedPosition, () => {
    for (const series of runtime.dirtySeries()) {
      runtime.store.states.save(statesOf(series));
      moved.push(series);
    }
  });
  for (const series of moved) {
    series.dirty = false;
    series.snapshotDay = dayOf(series.fold.lastMs);
  }
}

/** Folds again what had been stored but not folded when the process ended. */
export function replayAfterCrash(runtime: PartitionRuntime): void {
  runtime.store.replayTail((storeId, changedFromMs) => {
    const series = runtime.byStoreId(storeId);
    if (series !== undefined) runtime.catchUp(series, changedFromMs);
  });
}

function statesOf({ storeId: seriesId, fold, snapshotDay }: LiveSeries): StateRow[] {
  const uptoMs = fold.lastMs;
  const bytes = fold.save();
  const rows: StateRow[] = [{ seriesId, slot: "head", uptoMs, bytes }];
  if (dayOf(uptoMs) > snapshotDay) rows.push({ seriesId, slot: "day", uptoMs, bytes });
  return rows;
}
