import { type EpochMs, startOf } from "@foreshock/core/fold";
import type { QueuedBatch } from "./detection-queue.ts";

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
