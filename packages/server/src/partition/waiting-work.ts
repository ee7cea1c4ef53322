import type { EpochMs } from "@foreshock/core/fold";
import { isCounter } from "../platform/series-nature.ts";
import type { FoldAgain, QueuedBatch, Waiting } from "./detection-queue.ts";
import type { Emissions } from "./emission.ts";
import type { Folding } from "./folding.ts";
import type { LiveSeries } from "./live-series.ts";
import { nextRun, oldestOf, over, runIsInOrder } from "./runs.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/** What looking at a run costs, in points. */
const RUN_COST = 1;

export interface WaitingWorkPlace {
  readonly folding: Folding;
  readonly registry: Pick<SeriesRegistry, "known">;
  readonly emissions: Emissions;
  /** Number of the newest batch that is stored. */
  readonly lastSequence: () => number;
}

/** Folds what waits, a little at a time: points in order straight through, all else again from a saved state. */
export class WaitingWork {
  readonly #place: WaitingWorkPlace;

  constructor(place: WaitingWorkPlace) {
    this.#place = place;
  }

  /** At most about `pointsMax` points of an item. @throws StoreUnavailable; then the next call goes on. */
  some(item: Waiting, pointsMax: number): { cost: number; isDone: boolean } {
    const { folding, emissions, lastSequence } = this.#place;
    if ("series" in item) {
      const { cost, isDone } = folding.goOn(item, lastSequence(), pointsMax);
      if (isDone) over(item, true);
      return { cost, isDone };
    }
    let cost = RUN_COST;
    // However little is asked for, it goes on.
    for (let most = pointsMax; most > 0 && !isFolded(item); ) {
      const isRetold = item.nextRetold < item.retold.length;
      const points = isRetold ? this.#foldRetold(item, most) : this.#foldRun(item, most);
      cost += RUN_COST + points;
      most -= RUN_COST + points;
    }
    const isDone = isFolded(item);
    if (isDone) emissions.of(item.ticket).partDone(item.ticket);
    return { cost, isDone };
  }

  /** A series that is something else from now on is folded again from its first point. Returns points. */
  #foldRetold(batch: QueuedBatch, pointsMax: number): number {
    const { folding, registry, lastSequence } = this.#place;
    const { handle, metadata } = batch.retold[batch.nextRetold]!;
    const series = registry.known(handle);
    if (batch.again === undefined) {
      if (isCounter(series.metadata) === isCounter(metadata)) {
        series.metadata = metadata;
        batch.nextRetold++;
        return 0;
      }
      // What the tenant's fold hears again is found out when the series' own is set back.
      const again = this.#again(batch, series, 0);
      batch.again = { ...again, emitFromMs: Number.POSITIVE_INFINITY, becomes: metadata };
    }
    const { cost, isDone } = folding.goOn(batch.again, lastSequence(), pointsMax);
    if (isDone) {
      batch.nextRetold++;
      batch.again = undefined;
    }
    return cost;
  }

  /** Returns how many points were folded. */
  #foldRun(batch: QueuedBatch, pointsMax: number): number {
    const { folding, registry, lastSequence } = this.#place;
    const run = batch.nextRun;
    const series = registry.known(batch.handles[run]!);
    if (batch.again !== undefined) {
      const { cost, isDone } = folding.goOn(batch.again, lastSequence(), pointsMax);
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
    batch.again = this.#again(batch, series, changed);
    return 0;
  }

  #again({ position }: QueuedBatch, series: LiveSeries, changedFromMs: EpochMs): FoldAgain {
    return {
      series,
      backToMs: changedFromMs,
      emitFromMs: changedFromMs,
      detectedPosition: position - 1,
      sequence: this.#place.lastSequence(),
      finished: undefined,
    };
  }
}

function isFolded({ nextRetold, retold, nextRun: run, handles }: QueuedBatch): boolean {
  return nextRetold === retold.length && run === handles.length;
}
