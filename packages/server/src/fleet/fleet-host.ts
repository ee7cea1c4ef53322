import type { EpochMs } from "@foreshock/core/fold";
import { LATEST_LENGTH, type Positions, type ScoredMessage } from "../partition/protocol.ts";
import { letGo } from "../platform/let-go.ts";
import { atOnce } from "../platform/pace.ts";
import type { FleetHostOptions } from "./fleet-options.ts";
import { FleetSave, type SavedTenant } from "./fleet-saves.ts";
import { FleetTurns, type TurnEnds, type Work } from "./fleet-turns.ts";
import { isBehind } from "./fold-positions.ts";
import { chooseGridAgain, idleRunner, openRunner } from "./open-runner.ts";
import type { Slot } from "./runner-options.ts";
import { SharedColumns } from "./score-inbox.ts";
import type { TenantRunner } from "./tenant-runner.ts";

/** What is saved of a tenant now. */
interface Saved {
  readonly slot: Slot;
  readonly positions: Positions;
}

/**
 * The folds of all tenants. It hears scored points (a message), moves folds on, and saves them; it
 * never reaches into a partition. Where each saved fold stands is a vector of partition positions.
 */
export class FleetHost {
  readonly options: FleetHostOptions;
  readonly #runners = new Map<string, TenantRunner>();
  #isHeldBack = false;
  readonly #turns: FleetTurns;
  readonly #saved = new Map<string, Saved>();
  readonly #scoredAtMs = new Map<string, EpochMs>();

  /** Tenants of whom not everything has been heard yet. */
  readonly #waiting = new Set<string>();

  constructor(options: FleetHostOptions) {
    this.options = options;
    this.#turns = new FleetTurns((tenantId) => options.progress?.("fold", tenantId));
  }

  /** Nothing of the tenant is folded or saved until `goOn`: what a crash cut off comes series by series. */
  wait(tenantId: string): void {
    this.#waiting.add(tenantId);
    this.#turns.drop(tenantId);
  }

  goOn(tenantId: string): void {
    if (this.#waiting.delete(tenantId)) this.touch(tenantId);
  }

  /** The tenant is switched off or on again: what is known of its fold is what was saved. */
  forget(tenantId: string): void {
    this.#runners.delete(tenantId);
    this.#saved.delete(tenantId);
    this.#turns.drop(tenantId);
  }

  #isOff(tenantId: string): boolean {
    return this.options.isOff?.(tenantId) === true;
  }

  /** A tenant's fold, read back at once where it was not yet. */
  runner(tenantId: string): TenantRunner {
    const known = this.#runners.get(tenantId);
    if (known !== undefined) return known;
    atOnce(this.opening(tenantId));
    return this.#runners.get(tenantId)!;
  }

  /** Reads a tenant's saved fold back in slices; nobody may ask for its runner meanwhile. Yields bytes. */
  *opening(tenantId: string): Generator<number, void> {
    if (this.#runners.has(tenantId)) return;
    const { options } = this;
    if (this.#isOff(tenantId)) {
      this.#runners.set(tenantId, idleRunner(tenantId, options));
      return;
    }
    const { runner, saved } = yield* openRunner(tenantId, options);
    if (saved !== undefined) this.#saved.set(tenantId, saved);
    this.#runners.set(tenantId, runner);
    // Points that waited for a grid that is known by now.
    if (runner.waitingPoints > 0) this.touch(tenantId);
  }

  /** Bytes that a tenant's fold, its scores and what waits for it take; 0 where it is not open. */
  bytesOf(tenantId: string): number {
    return this.#runners.get(tenantId)?.bytes ?? 0;
  }

  /** When a tenant's fold was moved on last; undefined before the first time. */
  scoredAtMs(tenantId: string): EpochMs | undefined {
    return this.#scoredAtMs.get(tenantId);
  }

  /** Hears scored points, whose columns are its own from now on; `advance` takes them in and folds them. O(runs). */
  hear(message: ScoredMessage): void {
    const { handles, ends, latest } = message;
    const columns = new SharedColumns(message);
    const { directory } = this.options;
    let first = 0;
    let tenantId: string | undefined;
    let runner: TenantRunner | undefined;
    for (let run = 0; run < handles.length; run++) {
      const end = ends[run]!;
      const info = directory.update(handles[run]!, latest, run * LATEST_LENGTH);
      // Runs of one tenant come together.
      if (info.key.tenantId !== tenantId) {
        tenantId = info.key.tenantId;
        runner = this.#hears(tenantId) ? this.runner(tenantId) : undefined;
        this.touch(tenantId);
      }
      runner?.hear(info, columns, first, end);
      first = end;
    }
    letGo([handles.buffer, ends.buffer, latest.buffer]);
  }

  /** While a fold is being read back, owners have not been told yet what it lacks: they send it all then. */
  #hears(tenantId: string): boolean {
    return !this.#isOff(tenantId) && (this.#runners.has(tenantId) || !this.#waiting.has(tenantId));
  }

  /** Something of the tenant has been scored, or will never be: its fold may go on. */
  touch(tenantId: string): void {
    if (!this.#isOff(tenantId) && !this.#waiting.has(tenantId)) this.#turns.add(tenantId);
    this.options.follower(tenantId).changed();
  }

  /**
   * Folds what is complete; `inFlightMs` gives a tenant's oldest point that is not scored yet. With a number of
   * `cells` it is one turn of one tenant, of about as many cells (points, or series and steps; 50 ns each):
   * true while there is more. Without, it is everything. @param mayGo false for whoever gives way to others.
   */
  advance(
    inFlightMs: (tenantId: string) => EpochMs,
    cells: number = Number.POSITIVE_INFINITY,
    mayGo?: (tenantId: string) => boolean,
  ): boolean {
    const begin = (tenantId: string): Work =>
      this.runner(tenantId).work(() => inFlightMs(tenantId));
    let hasGone: boolean;
    do hasGone = this.#turns.next(cells, begin, this.#ends, mayGo);
    while (cells === Number.POSITIVE_INFINITY && this.#turns.any);
    this.#isHeldBack = !hasGone && this.#turns.any;
    return this.#turns.any;
  }

  /** Whether all that there was to fold last time gave way to the work of others. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  /** Whether a tenant's fold has something to do. */
  isWaiting(tenantId: string): boolean {
    return this.#turns.has(tenantId);
  }

  /**
   * Saves all folds durably, at once; they have seen all up to `positions`. A tenant whose state cannot be
   * saved is left out: it is scored again from its horizon at the next start.
   *
   * @throws StoreUnavailable where the disk takes nothing more.
   */
  save(positions: Positions): void {
    atOnce(this.saving(positions));
  }

  /**
   * The same in slices: yields cells. Between them, folds may be moved on; what was heard before the
   * first slice is saved.
   */
  saving(positions: Positions): Work {
    const { store, saveFailed } = this.options;
    const save = new FleetSave(
      {
        store,
        saveFailed,
        hold: (tenantId) => {
          this.#turns.hold(tenantId);
          return this.#turns.finish(tenantId, this.#ends);
        },
        letGo: (tenantId) => this.#turns.letGo(tenantId),
        isUsable: ({ tenantId, runner }) => this.#runners.get(tenantId) === runner,
        saved: (tenantId, slot, seen) => void this.#saved.set(tenantId, { slot, positions: seen }),
      },
      positions,
    );
    return save.work(this.#tenants());
  }

  /**
   * From when on a partition has to score a tenant's points again; undefined where its fold has seen
   * all that the partition had noted as `detected`. -Infinity where nothing was ever saved.
   */
  behindSince(tenantId: string, partition: number, detected: number): EpochMs | undefined {
    if (this.#isOff(tenantId)) return undefined;
    const runner = this.runner(tenantId);
    const saved = this.#saved.get(tenantId);
    if (!isBehind(saved?.positions, partition, detected)) return undefined;
    return runner.fold?.fleet.horizonMs ?? Number.NEGATIVE_INFINITY;
  }

  *#tenants(): Generator<SavedTenant> {
    for (const [tenantId, runner] of this.#runners) {
      if (this.#isOff(tenantId) || this.#waiting.has(tenantId)) continue;
      yield { tenantId, runner, savedAs: this.#saved.get(tenantId)?.slot };
    }
  }

  /** A fold whose grid does not fit its series any more is over: it is folded again from all points, on another one. */
  #lookAtGrid(tenantId: string): void {
    const gridMs = this.#runners.get(tenantId)?.outgrownTo();
    if (gridMs === undefined || this.options.gridOutgrown === undefined) return;
    chooseGridAgain(this.options.store.forTenant(tenantId), gridMs);
    this.options.gridOutgrown(tenantId);
  }

  readonly #ends: TurnEnds = {
    done: (tenantId) => {
      this.#scoredAtMs.set(tenantId, this.options.now());
      this.options.follower(tenantId).advanced();
      this.#lookAtGrid(tenantId);
    },
    failed: (tenantId, error) => {
      const { foldFailed } = this.options;
      if (foldFailed === undefined) throw error;
      foldFailed(tenantId, error);
    },
  };
}
