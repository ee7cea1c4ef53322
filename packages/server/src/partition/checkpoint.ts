import { DAY_MS, type EpochMs } from "@foreshock/core/fold";
import type { StateRow } from "../store/table/state-table.ts";
import type { LiveSeries } from "./live-series.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { SavedStates } from "./protocol.ts";

/**
 * A state is worth saving after this many points: writing one costs as much as folding some 50 points
 * again, and what was not saved is folded again from the samples at the next start.
 */
const STATE_POINTS = 120;

/**
 * Notes how far detection has come, and saves the folds that have moved far since they were saved
 * last, in one transaction with the store's own checkpoint. The first state of a UTC day stays beside
 * the newest one, so that points that come late need not be folded from the beginning.
 */
export function saveCheckpoint(runtime: PartitionRuntime): SavedStates {
  const { store, detectedPosition } = runtime;
  const moved: LiveSeries[] = [];
  let bytes = 0;
  runtime.writeResults();
  const write = (): void => {
    for (const series of runtime.series()) {
      if (!isDue(series)) continue;
      const state = stateOf(series);
      store.states.save([state]);
      moved.push(series);
      bytes += state.bytes.length;
    }
  };
  if (store.wantsCheckpoint) store.checkpoint(detectedPosition, write);
  else store.mark(detectedPosition, write);
  for (const series of moved) {
    series.savedPoints = series.fold.pointCount;
    series.snapshotDay = dayOf(series.fold.lastMs);
  }
  return { seriesCount: moved.length, bytes };
}

/**
 * Folds what came after the saved states of the series that a host has announced. Points that had been folded before are not sent again, for
 * the tenants' folds know them; those of the tenants in `behind` (tenant -> instant) are, from that
 * instant on, because their saved folds have not seen all that was scored here.
 */
export function catchUp(
  runtime: PartitionRuntime,
  announced: Iterable<LiveSeries>,
  behind: ReadonlyMap<string, EpochMs> = new Map(),
): void {
  const sendFrom = new Map<LiveSeries, EpochMs>();
  for (const series of announced) {
    const fromMs = behind.get(series.key.tenantId) ?? Number.POSITIVE_INFINITY;
    const { lastMs } = runtime.store.entry(series.storeId);
    if (lastMs > series.fold.lastMs || lastMs >= fromMs) sendFrom.set(series, fromMs);
  }
  for (const series of announced) {
    const changedFromMs = runtime.takeChange(series);
    const fromMs = Math.min(sendFrom.get(series) ?? Number.POSITIVE_INFINITY, changedFromMs);
    if (sendFrom.has(series) || Number.isFinite(changedFromMs)) runtime.catchUp(series, fromMs);
  }
}

/** Not all series at once: each has its own points at which it is due. */
function isDue({ storeId, savedPoints, fold }: LiveSeries): boolean {
  const offset = (Math.imul(storeId, 0x9e3779b1) >>> 8) % STATE_POINTS;
  const periods = (points: number): number => Math.floor((points + offset) / STATE_POINTS);
  return periods(fold.pointCount) !== periods(savedPoints);
}

function stateOf({ storeId: seriesId, fold, snapshotDay }: LiveSeries): StateRow {
  const uptoMs = fold.lastMs;
  const slot = dayOf(uptoMs) > snapshotDay ? "day" : "head";
  return { seriesId, slot, uptoMs, bytes: fold.save() };
}

/** Number of the UTC day an instant lies in. */
function dayOf(atMs: EpochMs): number {
  return Math.floor(atMs / DAY_MS);
}
