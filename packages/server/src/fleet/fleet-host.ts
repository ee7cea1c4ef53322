import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { SeriesDirectory } from "../dispatch/series-directory.ts";
import { LATEST_LENGTH, type Positions, type ScoredMessage } from "../partition/protocol.ts";
import type { FleetState, FleetStore, TenantFleetStore } from "../store/fleet/fleet-store.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";
import { type FindingRecord, upgradeFindings } from "./finding-record.ts";
import { isBehind, readPositions, writePositions } from "./fold-positions.ts";
import type { FoldSettings } from "./runner-options.ts";
import { TenantRunner } from "./tenant-runner.ts";

const FOLD_SLOT = "fold";
const RUNS_SLOT = "runs";
const STEP_SETTING = "step_ms";

/** Hears what becomes of a tenant's fold. */
export interface FleetFollower {
  findingChanged(finding: FindingRecord): void;
  findingRetracted(id: string): void;
  /** Points were scored, or will never be. */
  changed(): void;
  /** The fold was moved on as far as it goes. */
  advanced(): void;
}

export interface FleetHostOptions {
  readonly directory: SeriesDirectory;
  readonly store: FleetStore;
  readonly settingsOf: (tenantId: string) => FoldSettings;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  readonly gridFixed: (tenantId: string, gridMs: DurationMs) => void;
  readonly now: () => EpochMs;
  /** A tenant's state could not be saved: it takes longer to catch up after the next start. */
  readonly saveFailed: (tenantId: string, error: unknown) => void;
  readonly follower: (tenantId: string) => FleetFollower;
}

/**
 * The folds of all tenants. It hears scored points (a message), moves folds on, and saves them; it
 * never reaches into a partition. Where each saved fold stands is a vector of partition positions.
 */
export class FleetHost {
  readonly #options: FleetHostOptions;
  readonly #runners = new Map<string, TenantRunner>();
  readonly #touched = new Set<string>();
  /** Positions of each tenant's saved fold. */
  readonly #saved = new Map<string, Positions>();
  readonly #scoredAtMs = new Map<string, EpochMs>();

  constructor(options: FleetHostOptions) {
    this.#options = options;
  }

  runner(tenantId: string): TenantRunner {
    const known = this.#runners.get(tenantId);
    if (known !== undefined) return known;
    const made = this.#newRunner(tenantId);
    this.#runners.set(tenantId, made);
    return made;
  }

  /** When a tenant's fold was moved on last; undefined before the first time. */
  scoredAtMs(tenantId: string): EpochMs | undefined {
    return this.#scoredAtMs.get(tenantId);
  }

  /** Takes scored points in; `advance` folds them. */
  hear(message: ScoredMessage): void {
    const { handles, ends, latest } = message;
    let first = 0;
    for (let run = 0; run < handles.length; run++) {
      const end = ends[run]!;
      const info = this.#options.directory.update(handles[run]!, latest, run * LATEST_LENGTH);
      this.runner(info.key.tenantId).take(info, message, first, end);
      this.touch(info.key.tenantId);
      first = end;
    }
  }

  /** Something of the tenant has been scored, or will never be: its fold may go on. */
  touch(tenantId: string): void {
    this.#touched.add(tenantId);
    this.#options.follower(tenantId).changed();
  }

  /** Folds what is complete. `inFlightMs` gives a tenant's oldest point that is not scored yet. */
  advance(inFlightMs: (tenantId: string) => EpochMs): void {
    for (const tenantId of this.#touched) {
      this.runner(tenantId).advance(inFlightMs(tenantId));
      this.#scoredAtMs.set(tenantId, this.#options.now());
      this.#options.follower(tenantId).advanced();
    }
    this.#touched.clear();
  }

  /**
   * Saves all folds, durably and together; they have seen all up to `positions`. A tenant whose state
   * cannot be saved is left out: it is scored again from its horizon at the next start.
   *
   * @throws StoreUnavailable where nothing could be saved.
   */
  save(positions: Positions): void {
    const { store, saveFailed } = this.#options;
    const text = writePositions(positions);
    const done: [tenantId: string, runner: TenantRunner][] = [];
    store.checkpoint(() => {
      for (const [tenantId, runner] of this.#runners) {
        try {
          const own = store.forTenant(tenantId);
          this.#saveOne(own, runner, text, this.#saved.has(tenantId));
          own.findings.keep();
          done.push([tenantId, runner]);
        } catch (error) {
          if (error instanceof StoreUnavailable) throw error;
          saveFailed(tenantId, error);
        }
      }
    });
    for (const [tenantId, runner] of done) {
      runner.saved();
      store.forTenant(tenantId).findings.kept();
      this.#saved.set(tenantId, positions);
    }
  }

  /**
   * From when on a partition has to score a tenant's points again; undefined where its fold has seen
   * all that the partition had noted as `detected`. -Infinity where nothing was ever saved.
   */
  behindSince(tenantId: string, partition: number, detected: number): EpochMs | undefined {
    const runner = this.runner(tenantId);
    const saved = this.#saved.get(tenantId);
    if (!isBehind(saved, partition, detected)) return undefined;
    return runner.fold?.fleet.horizonMs ?? Number.NEGATIVE_INFINITY;
  }

  #saveOne(
    store: TenantFleetStore,
    runner: TenantRunner,
    position: string,
    isSaved: boolean,
  ): void {
    if (isSaved && !runner.hasChanged) {
      store.moveState(FOLD_SLOT, position);
      store.moveState(RUNS_SLOT, position);
      return;
    }
    const saved = runner.save();
    if (saved === undefined) return;
    const uptoMs = runner.fold?.fleet.processedMs ?? 0;
    const { slot, bytes } = saved;
    store.saveState(slot, { uptoMs: Number.isFinite(uptoMs) ? uptoMs : 0, position, bytes });
    if (slot === FOLD_SLOT) store.dropState(RUNS_SLOT);
  }

  #newRunner(tenantId: string): TenantRunner {
    const { directory, settingsOf, gridFixed } = this.#options;
    const store = this.#options.store.forTenant(tenantId);
    const settings = () => settingsOf(tenantId);
    const savedFold = store.loadState(FOLD_SLOT);
    const savedRuns = store.loadState(RUNS_SLOT);
    const saved = savedFold ?? savedRuns;
    if (saved !== undefined) this.#saved.set(tenantId, readPositions(saved.position));
    const chosen = Number(store.setting(STEP_SETTING) ?? 0);
    const stepChosen = (stepMs: DurationMs): void => {
      if (stepMs !== chosen) store.putSetting(STEP_SETTING, String(stepMs));
      gridFixed(tenantId, stepMs);
    };
    // Grids that settings gave were not recorded by earlier versions.
    const stepMs = chosen > 0 || savedFold === undefined ? chosen : settings().stepMs;
    if (stepMs > 0) stepChosen(stepMs);
    forgetUnsaved(store, savedFold);
    const follower = this.#options.follower(tenantId);
    const runner = new TenantRunner({
      directory: directory.tenant(tenantId),
      settings,
      stepMs: stepMs > 0 ? stepMs : undefined,
      savedFold: savedFold?.bytes,
      savedRuns: savedRuns?.bytes,
      shelf: () => store.scores,
      events: {
        stepChosen,
        findingChanged: (finding) => follower.findingChanged(finding),
        findingRetracted: (id) => follower.findingRetracted(id),
      },
    });
    upgradeFindings(store.findings, (number) => runner.seriesOf(number));
    return runner;
  }
}

/**
 * Findings are written as they open, the fold only with a checkpoint: back to what they were then.
 * Versions before 0.2 kept no past of findings; theirs go by the time at which they opened.
 */
function forgetUnsaved(store: TenantFleetStore, saved: FleetState | undefined): void {
  store.findings.rollBack();
  if (saved?.position === "") store.findings.deleteOpenedAfter(saved.uptoMs);
  else if (saved === undefined && !store.hasState(FOLD_SLOT)) {
    store.findings.deleteOpenedAfter(Number.NEGATIVE_INFINITY);
  }
}
