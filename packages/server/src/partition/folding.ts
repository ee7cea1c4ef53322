import { type EpochMs, type FoldRow, HOUR_MS, startOf } from "@foreshock/core/fold";
import { isCounter } from "../platform/series-nature.ts";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";
import type { AlarmEntry } from "../store/table/alarm-table.ts";
import type { EpisodeEntry } from "../store/table/episode-table.ts";
import { entryOf } from "./alarm-rows.ts";
import type { FoldAgain, QueuedBatch } from "./detection-queue.ts";
import type { Emission, Emissions } from "./emission.ts";
import { ENGINE, foldOf, type LiveSeries } from "./live-series.ts";
import type { ResultRows } from "./result-rows.ts";

/**
 * A state is kept after about this many points of a series, so that no late point and no chart folds more than
 * that before the points that were asked for. Source: 4,096 points are folded in about 4 ms.
 */
const STEP_POINTS = 4096;

/** Who saves states has to do so before a fold moves on. */
export interface BeforeMoves {
  moving(series: LiveSeries): void;
  /** The fold begins again from an earlier state: what was to be saved of it is untrue. */
  beginsAgain(series: LiveSeries): void;
}

export interface FoldingPlace {
  readonly store: PartitionStore;
  readonly emissions: Emissions;
  readonly row: FoldRow;
  readonly episodes: ResultRows<EpisodeEntry>;
  readonly alarms: ResultRows<AlarmEntry>;
  readonly saver: () => BeforeMoves | undefined;
}

/**
 * How far back a tenant's fold hears of a series that has become something else: somewhat more than it can fold
 * again (two hours of late points, twelve steps of its grid), and all of a series that is young.
 */
const HEARD_AGAIN_MS = 3 * HOUR_MS;
const HEARD_AGAIN_STEPS = 16;
const HEARD_AGAIN_POINTS = 256;

interface Folded {
  /** Points. */
  readonly cost: number;
  readonly isDone: boolean;
}

/** Setting a fold back takes a transaction and a state that is read: as long as so many points. */
const RESTORE_POINTS = 400;

/** Takes the folds of a partition's series on, at most some points at a time, and writes down what comes of it. */
export class Folding {
  readonly #place: FoldingPlace;
  /** Points folded since the start. */
  pointCount = 0;

  constructor(place: FoldingPlace) {
    this.#place = place;
  }

  /** What is left of a run that is in order. */
  run(batch: QueuedBatch, run: number, series: LiveSeries, pointsMax: number): Folded {
    const { times, values, ends } = batch;
    const from = startOf(ends, run) + batch.nextPoint;
    const to = Math.min(ends[run]!, from + Math.max(1, pointsMax));
    const emission = this.#place.emissions.of(series.handle);
    this.#moving(series);
    const before = series.fold.pointCount;
    for (let i = from; i < to; i++) this.#push(series, times[i]!, values[i]!, emission);
    emission.endRun(series.handle, series.fold, series.lastScore);
    this.#keepStep(series, before);
    batch.nextPoint += to - from;
    return { cost: to - from, isDone: to === ends[run] };
  }

  /**
   * Goes on to the end of what is stored; `lastSequence` is the newest batch of that.
   *
   * @throws StoreUnavailable; then the next call goes on.
   */
  goOn(again: FoldAgain, lastSequence: number, pointsMax: number): Folded {
    const { series } = again;
    let cost = 0;
    if (again.backToMs !== undefined) {
      cost = RESTORE_POINTS;
      const backToMs = Math.min(again.backToMs, series.lateFromMs);
      again.emitFromMs = Math.min(
        again.emitFromMs,
        again.becomes === undefined ? backToMs : this.#heardAgainFrom(series),
      );
      this.#restore(series, backToMs, again.becomes);
      again.backToMs = undefined;
    }
    const { emitFromMs } = again;
    const { store, emissions, episodes, alarms } = this.#place;
    const fromMs = series.fold.lastMs === 0 ? 0 : series.fold.lastMs + 1;
    const { points, isLast } = store.readNext(series.storeId, fromMs, Math.max(1, pointsMax));
    const { timestampsMs, values } = points;
    const emission = emissions.of(series.handle);
    this.#moving(series);
    const before = series.fold.pointCount;
    for (let i = 0; i < values.length; i++) {
      const atMs = timestampsMs[i]!;
      this.#push(series, atMs, values[i]!, atMs >= emitFromMs ? emission : undefined);
    }
    this.#keepStep(series, before);
    const hasSent = (timestampsMs.at(-1) ?? 0) >= emitFromMs;
    if (hasSent || isLast) emission.endRun(series.handle, series.fold, series.lastScore);
    if (isLast) {
      if (series.fold.episodeIsOpen) episodes.note(series, "extended");
      if (series.fold.alarmIsOpen) alarms.note(series, "changed");
      // Points that came late meanwhile may be before what was read: their own runs see to them.
      const isWhole = series.lateFromMs === Number.POSITIVE_INFINITY;
      series.replayedUpTo = isWhole ? lastSequence : again.sequence;
    }
    return { cost: cost + Math.max(1, values.length), isDone: isLast };
  }

  /**
   * Sets the fold back to the newest state that has seen nothing at or after `changedFromMs`; results from
   * there on are taken back. All that came late so far is seen to by what follows.
   *
   * @throws StoreUnavailable; then nothing has changed.
   */
  #restore(series: LiveSeries, changedFromMs: EpochMs, becomes?: LiveSeries["metadata"]): void {
    const { store, episodes, alarms, saver } = this.#place;
    const { storeId } = series;
    const metadata = becomes ?? series.metadata;
    episodes.write();
    alarms.write();
    const fold = foldOf(metadata, store.states.load(storeId, changedFromMs - 1));
    const fromMs = fold.lastMs === 0 ? 0 : fold.lastMs + 1;
    store.inOneSave(() => {
      store.states.dropFrom(storeId, changedFromMs);
      store.episodes.deleteFrom(storeId, ENGINE.name, fromMs);
      store.alarms.deleteFrom(storeId, fromMs);
    });
    saver()?.beginsAgain(series);
    series.metadata = metadata;
    series.fold = fold;
    series.savedPoints = fold.pointCount;
    series.lateFromMs = Number.POSITIVE_INFINITY;
  }

  /**
   * A batch is left: its series become what they were said to be at once, with nothing folded. No state
   * of what they were stays, so that no later start can take one up.
   */
  retell(series: LiveSeries, metadata: LiveSeries["metadata"]): void {
    if (isCounter(series.metadata) === isCounter(metadata)) return;
    this.#restore(series, 0, metadata);
  }

  /** The tenant's fold takes back what it can still fold again; what is older stays as it was said. */
  #heardAgainFrom({ storeId, fold, lateFromMs }: LiveSeries): EpochMs {
    if (fold.pointCount <= HEARD_AGAIN_POINTS) return 0;
    const reachMs = Math.max(HEARD_AGAIN_MS, HEARD_AGAIN_STEPS * fold.intervalMs);
    return Math.min(this.#place.store.entry(storeId).lastMs - reachMs, lateFromMs);
  }

  #moving(series: LiveSeries): void {
    this.#place.saver()?.moving(series);
  }

  /**
   * A state that cannot be saved costs a longer way for whoever comes late, nothing else. What it has seen
   * open and close is written before it: a start that takes it up says nothing of that again.
   */
  #keepStep({ storeId: seriesId, fold }: LiveSeries, pointsBefore: number): void {
    const { store, episodes, alarms } = this.#place;
    const offset = (Math.imul(seriesId, 0x9e3779b1) >>> 8) % STEP_POINTS;
    const steps = (points: number): number => Math.floor((points + offset) / STEP_POINTS);
    if (steps(fold.pointCount) === steps(pointsBefore)) return;
    try {
      episodes.write();
      alarms.write();
      const bytes = fold.save("outer");
      store.states.save([{ seriesId, slot: "step", uptoMs: fold.lastMs, bytes }]);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  #push(series: LiveSeries, atMs: EpochMs, sample: number, emission: Emission | undefined): void {
    const { fold } = series;
    const { row, episodes, alarms } = this.#place;
    const change = fold.push(atMs, sample, row);
    emission?.point(atMs, row.valueP, row.flatP, row.sign);
    this.pointCount++;
    series.lastScore = row.score;
    episodes.note(series, change);
    const { alarmChange, replacedAlarm } = fold;
    if (replacedAlarm !== undefined) alarms.add(entryOf(series.storeId, replacedAlarm, atMs));
    alarms.note(series, alarmChange);
  }
}
