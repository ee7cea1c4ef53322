import { type EpochMs, startOf } from "@foreshock/core/fold";
import type { TenantFailed } from "../platform/platform-errors.ts";
import type { FoldAgain, QueuedBatch, Waiting } from "./detection-queue.ts";
import type { LiveSeries } from "./live-series.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/** What is left of the run is strictly ascending and after `lastMs`. */
export function runIsInOrder(batch: QueuedBatch, run: number, lastMs: EpochMs): boolean {
  const { times, ends, nextPoint } = batch;
  // Looked at once: a run that was in order stays so.
  if (nextPoint > 0) return true;
  let before = lastMs;
  for (let i = startOf(ends, run); i < ends[run]!; i++) {
    if (!(times[i]! > before)) return false;
    before = times[i]!;
  }
  return true;
}

export function oldestOf({ times, ends }: QueuedBatch, run: number): EpochMs {
  let least = Number.POSITIVE_INFINITY;
  for (let i = startOf(ends, run); i < ends[run]!; i++) {
    if (times[i]! < least) least = times[i]!;
  }
  return least;
}

/** Runs that changed something and are not folded, with their oldest point. */
export function* unfoldedRuns(
  batch: QueuedBatch,
): Iterable<{ readonly run: number; readonly oldestMs: EpochMs }> {
  for (let run = batch.nextRun; run < batch.handles.length; run++) {
    if (batch.changedPoints[run] === 0) continue;
    yield { run, oldestMs: oldestOf(batch, run) };
  }
}

/** The next run of a batch begins. */
export function nextRun(batch: QueuedBatch): void {
  batch.nextRun++;
  batch.nextPoint = 0;
  batch.again = undefined;
}

/** A fold that went on is at its end, or is given up. Whoever waits hears of it once. */
export function over(again: FoldAgain, isDone: boolean, failure?: TenantFailed): void {
  again.finished?.(isDone, failure);
  again.finished = undefined;
}

/** What an item would still have folded: the oldest change of each series. */
export function* changesLeft(
  item: Waiting,
  registry: Pick<SeriesRegistry, "known">,
): Iterable<{ readonly storeId: number; readonly fromMs: EpochMs }> {
  const again = "series" in item ? item : item.again;
  if (again !== undefined) yield { storeId: again.series.storeId, fromMs: again.emitFromMs };
  if ("series" in item) return;
  for (const { handle } of item.retold.slice(item.nextRetold)) {
    yield { storeId: registry.known(handle).storeId, fromMs: 0 };
  }
  for (const { run, oldestMs } of unfoldedRuns(item)) {
    yield { storeId: registry.known(item.handles[run]!).storeId, fromMs: oldestMs };
  }
}

/** The series that an item is at. */
export function seriesAtWork(item: Waiting, registry: Pick<SeriesRegistry, "known">): LiveSeries {
  if ("series" in item) return item.series;
  const retold = item.retold[item.nextRetold];
  return registry.known(retold?.handle ?? item.handles[item.nextRun]!);
}
