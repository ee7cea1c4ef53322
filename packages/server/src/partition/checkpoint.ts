import { DAY_MS, type EpochMs } from "@foreshock/core/fold";
import type { SlicedCheckpoint } from "../store/partition/sliced-checkpoint.ts";
import type { StateRow } from "../store/table/state-table.ts";
import type { BeforeMoves } from "./folding.ts";
import type { LiveSeries } from "./live-series.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { SavedStates } from "./protocol.ts";

/**
 * A state is worth saving after this many points: writing one costs as much as folding some 40 points
 * again, and what was not saved is folded again from the samples at the next start.
 */
const STATE_POINTS = 60;
/**
 * Series that are due together: their states are side by side in the file, and a checkpoint writes whole pages
 * of it (of 16 KB; a state takes about 1.2 KB, and has four places).
 */
const DUE_TOGETHER = 32;
/** States in one unit: saving, packing and writing one takes about 40 microseconds. */
const UNIT_STATES = 200;
/** As long as so many points. */
export const CHECKPOINT_UNIT_POINTS = 40 * UNIT_STATES;

/**
 * Notes how far detection had come at `position`, and saves the folds as they were there, in units between
 * which folding goes on: a fold that is about to move on is saved before. Only those that have moved far since
 * they were saved last; all that moved where the owner is about to close. The first state of a UTC day
 * stays beside the newest ones, so that points that come late need not be folded from the beginning.
 *
 * Cut off by a crash, it leaves states that have seen more than is noted; the ones before them are still there.
 */
export class PartitionCheckpoint implements BeforeMoves {
  readonly #runtime: PartitionRuntime;
  readonly #position: number;
  /** Not saved yet; their folds are as they were at the position. */
  readonly #due: Set<LiveSeries>;
  /** As they were, of folds that have moved on. */
  #kept: { readonly series: LiveSeries; readonly row: StateRow; readonly points: number }[] = [];
  #log: SlicedCheckpoint | undefined;
  #isNoted = false;
  #seriesCount = 0;
  #bytes = 0;

  constructor(runtime: PartitionRuntime, position: number, isLast: boolean) {
    this.#runtime = runtime;
    this.#position = position;
    const isMeant = isLast ? hasMoved : isDue;
    this.#due = new Set(runtime.series().filter(isMeant));
    runtime.saver = this;
  }

  get saved(): SavedStates {
    return { seriesCount: this.#seriesCount, bytes: this.#bytes };
  }

  moving(series: LiveSeries): void {
    if (this.#due.delete(series)) this.#keep(series);
  }

  beginsAgain(series: LiveSeries): void {
    this.#due.delete(series);
    this.#kept = this.#kept.filter((kept) => kept.series !== series);
  }

  /** One unit. True while there are more. @throws StoreUnavailable; nothing is lost then. */
  step(): boolean {
    const { store } = this.#runtime;
    if (this.#due.size > 0 || this.#kept.length > 0) {
      this.#saveStates();
      return true;
    }
    if (!this.#isNoted) {
      if (this.#log === undefined && store.wantsCheckpoint) this.#log = store.slicedCheckpoint();
      else if (this.#log?.step() !== true) this.#note();
      return true;
    }
    return this.#log?.compactNext() === true;
  }

  /** To be called in any case. */
  end(): void {
    if (this.#runtime.saver === this) this.#runtime.saver = undefined;
  }

  #note(): void {
    const { store } = this.#runtime;
    if (this.#log === undefined) store.note(this.#position);
    else this.#log.finish(this.#position);
    this.#isNoted = true;
  }

  #saveStates(): void {
    for (const series of this.#due) {
      if (this.#kept.length >= UNIT_STATES) break;
      this.#due.delete(series);
      try {
        this.#keep(series);
      } catch (error) {
        // Its state that was saved before remains.
        this.#runtime.fails(series, error);
      }
    }
    this.#runtime.seeToFailures();
    const { store } = this.#runtime;
    store.inOneSave(() => store.states.save(this.#kept.map(({ row }) => row)));
    for (const { series, row, points } of this.#kept) {
      series.savedPoints = points;
      series.snapshotDay = dayOf(row.uptoMs);
      this.#bytes += row.bytes.length;
    }
    this.#seriesCount += this.#kept.length;
    this.#kept = [];
  }

  #keep(series: LiveSeries): void {
    this.#kept.push({ series, row: stateOf(series), points: series.fold.pointCount });
  }
}

/** All of a checkpoint at once. */
export function saveCheckpoint(runtime: PartitionRuntime): SavedStates {
  const checkpoint = new PartitionCheckpoint(runtime, runtime.detectedPosition, false);
  try {
    runtime.writeResults();
    while (checkpoint.step());
  } finally {
    checkpoint.end();
  }
  return checkpoint.saved;
}

/**
 * From which instant on a series that a host has announced is folded again and sent; undefined where its fold has
 * seen everything. Points that had been folded before are not sent again, for the tenants' folds know them;
 * those of tenants in `behind` (tenant -> instant) are, because their saved folds have not seen all.
 */
export function catchUpFrom(
  runtime: PartitionRuntime,
  series: LiveSeries,
  behind: ReadonlyMap<string, EpochMs>,
): EpochMs | undefined {
  const fromMs = behind.get(series.key.tenantId) ?? Number.POSITIVE_INFINITY;
  const changedFromMs = runtime.takeChange(series);
  const { lastMs } = runtime.store.entry(series.storeId);
  const isBehind = lastMs > series.fold.lastMs || lastMs >= fromMs;
  if (!isBehind && changedFromMs === Number.POSITIVE_INFINITY) return undefined;
  return isBehind ? Math.min(fromMs, changedFromMs) : changedFromMs;
}

/** Not all series at once: each block of neighbours has its own points at which it is due. */
function isDue({ storeId, savedPoints, fold }: LiveSeries): boolean {
  const block = Math.floor(storeId / DUE_TOGETHER);
  const offset = (Math.imul(block, 0x9e3779b1) >>> 8) % STATE_POINTS;
  const periods = (points: number): number => Math.floor((points + offset) / STATE_POINTS);
  return periods(fold.pointCount) !== periods(savedPoints);
}

function hasMoved({ savedPoints, fold }: LiveSeries): boolean {
  return fold.pointCount !== savedPoints;
}

function stateOf({ storeId: seriesId, fold, snapshotDay }: LiveSeries): StateRow {
  const uptoMs = fold.lastMs;
  const slot = dayOf(uptoMs) > snapshotDay ? "day" : "head";
  return { seriesId, slot, uptoMs, bytes: fold.save("outer") };
}

/** Number of the UTC day an instant lies in. */
function dayOf(atMs: EpochMs): number {
  return Math.floor(atMs / DAY_MS);
}
