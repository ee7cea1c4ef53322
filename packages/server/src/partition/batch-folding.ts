import { isCounter } from "../platform/series-nature.ts";
import type { FoldAgain, QueuedBatch } from "./detection-queue.ts";
import type { Folding } from "./folding.ts";
import type { LiveSeries } from "./live-series.ts";
import { nextRun, oldestOf, runIsInOrder } from "./runs.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/** What looking at a run costs, in points. */
const RUN_COST = 1;

/**
 * Takes a stored batch through the folds, some points at a time: first the series that are something else
 * from now on, then its runs. Points that come in order go straight through the fold; anything else
 * (late, repeated, unsorted) makes the series be folded again from the newest saved state before the first
 * changed point.
 */
export class BatchFolding {
  readonly #folding: Folding;
  readonly #series: SeriesRegistry;

  constructor(folding: Folding, series: SeriesRegistry) {
    this.#folding = folding;
    this.#series = series;
  }

  /** `lastSequence` is the newest batch that is stored. @throws StoreUnavailable; then the next call goes on. */
  step(
    batch: QueuedBatch,
    lastSequence: number,
    pointsMax: number,
  ): { readonly cost: number; readonly isDone: boolean } {
    let cost = RUN_COST;
    // However little is asked for, it goes on.
    for (let most = pointsMax; most > 0 && !isFolded(batch); ) {
      const points =
        batch.nextRetold < batch.retold.length
          ? this.#foldRetold(batch, lastSequence, most)
          : this.#foldRun(batch, lastSequence, most);
      cost += RUN_COST + points;
      most -= RUN_COST + points;
    }
    return { cost, isDone: isFolded(batch) };
  }

  /** A series that has changed its nature is folded again from its first point. Returns points. */
  #foldRetold(batch: QueuedBatch, lastSequence: number, pointsMax: number): number {
    const { handle, metadata } = batch.retold[batch.nextRetold]!;
    const series = this.#series.known(handle);
    if (batch.again === undefined) {
      if (isCounter(series.metadata) === isCounter(metadata)) {
        series.metadata = metadata;
        batch.nextRetold++;
        return 0;
      }
      const again = this.#again(batch, series, lastSequence, 0);
      // What the tenant's fold hears again is found out when the fold is set back.
      batch.again = { ...again, emitFromMs: Number.POSITIVE_INFINITY, becomes: metadata };
    }
    const { cost, isDone } = this.#folding.goOn(batch.again, lastSequence, pointsMax);
    if (isDone) {
      batch.nextRetold++;
      batch.again = undefined;
    }
    return cost;
  }

  /** Returns how many points were folded. */
  #foldRun(batch: QueuedBatch, lastSequence: number, pointsMax: number): number {
    const run = batch.nextRun;
    const series = this.#series.known(batch.handles[run]!);
    if (batch.again !== undefined) {
      const { cost, isDone } = this.#folding.goOn(batch.again, lastSequence, pointsMax);
      if (isDone) nextRun(batch);
      return cost;
    }
    if (batch.sequence <= series.replayedUpTo || batch.changedPoints[run] === 0) {
      nextRun(batch);
      return 0;
    }
    const lateFromMs = batch.lateFromMs[run]!;
    if (Number.isNaN(lateFromMs) && runIsInOrder(batch, run, series.fold.lastMs)) {
      const { cost, isDone } = this.#folding.run(batch, run, series, pointsMax);
      if (isDone) nextRun(batch);
      return cost;
    }
    const changed = Number.isNaN(lateFromMs) ? oldestOf(batch, run) : lateFromMs;
    batch.again = this.#again(batch, series, lastSequence, changed);
    return 0;
  }

  #again(
    { position }: QueuedBatch,
    series: LiveSeries,
    sequence: number,
    changedFromMs: number,
  ): FoldAgain {
    return {
      series,
      backToMs: changedFromMs,
      emitFromMs: changedFromMs,
      detectedPosition: position - 1,
      sequence,
      finished: undefined,
    };
  }
}

function isFolded({ nextRetold, retold, nextRun: run, handles }: QueuedBatch): boolean {
  return nextRetold === retold.length && run === handles.length;
}
