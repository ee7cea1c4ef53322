import type { FoldAgain, QueuedBatch, Waiting } from "./detection-queue.ts";
import type { Folding } from "./folding.ts";
import { oldestOf, runIsInOrder } from "./runs.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/** What looking at a run costs, in points. */
const RUN_COST = 1;

export interface WorkPlace {
  readonly folding: Folding;
  readonly series: SeriesRegistry;
  /** Number of the newest batch that was stored. */
  readonly lastSequence: number;
  /** A batch has been folded. */
  readonly done: (ticket: number) => void;
}

/** Folds at most about `pointsMax` points of what waits first. @throws StoreUnavailable; then the next call goes on. */
export function workOn(
  item: Waiting,
  pointsMax: number,
  place: WorkPlace,
): { cost: number; isDone: boolean } {
  if ("series" in item) {
    const { cost, isDone } = place.folding.goOn(item, place.lastSequence, pointsMax);
    if (isDone) over(item);
    return { cost, isDone };
  }
  let cost = RUN_COST;
  while (cost < pointsMax && item.nextRun < item.handles.length) {
    cost += RUN_COST + foldRun(item, pointsMax - cost, place);
  }
  const isDone = item.nextRun === item.handles.length;
  if (isDone) place.done(item.ticket);
  return { cost, isDone };
}

/** Whoever waits for it is told, once. */
export function over(again: FoldAgain): void {
  again.finished?.();
  again.finished = undefined;
}

/** Returns how many points were folded. */
function foldRun(
  batch: QueuedBatch,
  pointsMax: number,
  { folding, series: registry, lastSequence }: WorkPlace,
): number {
  const run = batch.nextRun;
  const series = registry.known(batch.handles[run]!);
  if (batch.again !== undefined) {
    const { cost, isDone } = folding.goOn(batch.again, lastSequence, pointsMax);
    if (isDone) nextRun(batch);
    return cost;
  }
  if (batch.sequence <= series.replayedUpTo || batch.changedPoints[run] === 0) {
    nextRun(batch);
    return 0;
  }
  const lateFromMs = batch.lateFromMs[run]!;
  if (Number.isNaN(lateFromMs) && runIsInOrder(batch, run, series.fold.lastMs)) {
    const { cost, isDone } = folding.run(batch, run, series, pointsMax);
    if (isDone) nextRun(batch);
    return cost;
  }
  const changed = Number.isNaN(lateFromMs) ? oldestOf(batch, run) : lateFromMs;
  batch.again = {
    series,
    backToMs: changed,
    emitFromMs: changed,
    detectedPosition: batch.position - 1,
    sequence: lastSequence,
    finished: undefined,
  };
  return 0;
}

function nextRun(batch: QueuedBatch): void {
  batch.nextRun++;
  batch.nextPoint = 0;
  batch.again = undefined;
}
