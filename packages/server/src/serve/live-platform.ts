import { join } from "node:path";
import type { DurationMs, EpochMs, FleetFinding } from "@foreshock/core";
import { SeriesDirectory } from "../dispatch/directory.ts";
import type { GatePlace } from "../dispatch/ingest-gate.ts";
import { Intake } from "../dispatch/intake.ts";
import { WorkerPool } from "../dispatch/worker-pool.ts";
import { TenantRunner } from "../fleet/tenant-runner.ts";
import type { ScoredMessage, StoredSeries } from "../partition/protocol.ts";
import { LATEST_LENGTH } from "../partition/protocol.ts";
import type {
  IngestBatch,
  IngestReport,
  Platform,
  TenantView,
  WhenOver,
} from "../platform/platform.ts";
import { type IngestCounters, TenantContext } from "../query/tenant-context.ts";
import { LiveTenantView } from "../query/tenant-view.ts";
import { type FleetState, FleetStore, type TenantFleetStore } from "../store/fleet/fleet-store.ts";
import type { Limits } from "../tenant/limits.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";

/** Between two checkpoints at least so many times what the last one took. */
const CHECKPOINT_REST = 20;
const FOLD_SLOT = "fold";
const STEP_SETTING = "step_ms";

export interface LivePlatformOptions {
  readonly dataDir: string;
  readonly partitionCount: number;
  readonly workerCount: number;
  readonly checkpointEveryMs: DurationMs;
  readonly settingsOf: (tenantId: string) => TenantSettings;
  /** Rates and sizes; the requests of the API are counted in the same one. */
  readonly limits: Limits;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  readonly gridFixed: (tenantId: string, gridMs: DurationMs) => void;
  readonly tenantIds: () => readonly string[];
  readonly now: () => EpochMs;
  /** Told when a partition's owner died: the process should end and be started anew. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The running platform: partition owners in worker threads, the tenants' folds here, and the reads.
 * `open` brings everything to where it stood; `close` saves it.
 */
export class LivePlatform implements Platform {
  readonly directory: SeriesDirectory;
  readonly pool: WorkerPool;
  readonly fleetStore: FleetStore;
  readonly intake: Intake;
  readonly options: LivePlatformOptions;
  readonly #runners = new Map<string, TenantRunner>();
  readonly #gatePlace: GatePlace;
  readonly #touched = new Set<string>();
  readonly #counters = new Map<string, IngestCounters>();
  #advancing = false;
  #ready = false;
  #timer: NodeJS.Timeout | undefined;
  #checkpointing: Promise<void> | undefined;
  /** Wall-clock length of the last advance behind the newest point, by tenant. */
  readonly scoredAtMs = new Map<string, EpochMs>();

  static async open(options: LivePlatformOptions): Promise<LivePlatform> {
    const platform = new LivePlatform(options);
    await platform.#takeUp();
    return platform;
  }

  private constructor(options: LivePlatformOptions) {
    this.options = options;
    const { workerCount } = options;
    this.directory = new SeriesDirectory(options.partitionCount);
    this.#gatePlace = { directory: this.directory, announced: new Set(), workerCount };
    this.fleetStore = FleetStore.open(join(options.dataDir, "fleet.db"));
    this.pool = new WorkerPool(options, {
      scored: (message) => this.#scored(message),
      died: options.onFailure,
    });
    this.intake = new Intake({
      place: this.#gatePlace,
      pool: this.pool,
      limits: options.limits,
      seriesLimitsOf: (tenantId) => options.settingsOf(tenantId).limits,
      now: options.now,
      ready: () => this.#ready,
      landed: (tenantId) => this.#touched.add(tenantId),
    });
  }

  ready(): boolean {
    return this.#ready;
  }

  tenantIds(): readonly string[] {
    return this.options.tenantIds();
  }

  forTenant(tenantId: string): TenantView {
    const context = new TenantContext({
      tenantId,
      directory: this.directory.tenant(tenantId),
      partitions: this.pool,
      store: this.fleetStore.forTenant(tenantId),
      counters: this.counters(tenantId),
      now: this.options.now,
      runner: () => this.runner(tenantId),
      settings: () => this.options.settingsOf(tenantId),
      backlogPoints: () => this.intake.inFlight.points(tenantId),
    });
    return new LiveTenantView(context, {
      byteRoom: () => this.intake.door.byteRoom(tenantId),
      ingest: (batch, whenOver) => this.ingest(tenantId, batch, whenOver),
    });
  }

  runner(tenantId: string): TenantRunner {
    const known = this.#runners.get(tenantId);
    if (known !== undefined) return known;
    const made = this.#newRunner(tenantId);
    this.#runners.set(tenantId, made);
    return made;
  }

  counters(tenantId: string): IngestCounters {
    const known = this.#counters.get(tenantId);
    if (known !== undefined) return known;
    const made: IngestCounters = { accepted: 0, rejected: {} };
    this.#counters.set(tenantId, made);
    return made;
  }

  /** Resolves when the accepted points are durable. @throws Unavailable | OverRate. */
  async ingest(
    tenantId: string,
    batch: IngestBatch,
    whenOver: WhenOver = "wait",
  ): Promise<IngestReport> {
    const report = await this.intake.ingest(tenantId, batch, whenOver);
    count(this.counters(tenantId), report);
    return report;
  }

  /** Resolves when everything that was sent has been scored and folded. */
  async settled(): Promise<void> {
    await this.pool.askAll({ what: "drain" });
    this.#advance();
  }

  /** Saves models and folds, so that a restart begins here. One at a time. */
  async checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#saveAll().finally(() => {
      this.#checkpointing = undefined;
    });
    await this.#checkpointing;
  }

  async close(): Promise<void> {
    if (!this.#ready) return;
    clearTimeout(this.#timer);
    this.intake.door.close();
    await this.settled();
    this.#ready = false;
    await this.checkpoint();
    await this.pool.close();
    this.fleetStore.close();
  }

  async #takeUp(): Promise<void> {
    const answers = await this.pool.askAll({ what: "open" });
    const announced = answers.map(({ series }) => series.map((stored) => this.#known(stored)));
    for (const tenantId of this.tenantIds()) this.runner(tenantId);
    await Promise.all(
      announced.map((series, worker) => this.pool.ask(worker, { what: "announce", series })),
    );
    this.#advance();
    this.#ready = true;
    this.#checkpointIn(this.options.checkpointEveryMs);
  }

  /** The larger the fleet, the rarer: saving must not eat the time that detection needs. */
  #checkpointIn(afterMs: DurationMs): void {
    this.#timer = setTimeout(() => {
      const beganMs = performance.now();
      this.checkpoint().then(() => {
        const tookMs = performance.now() - beganMs;
        const nextMs = Math.max(this.options.checkpointEveryMs, CHECKPOINT_REST * tookMs);
        if (this.#ready) this.#checkpointIn(nextMs);
      }, this.options.onFailure);
    }, afterMs);
    this.#timer.unref();
  }

  #known(stored: StoredSeries) {
    const { tenantId, clusterId, nodeId, metricName, metadata, partition } = stored;
    const key = { tenantId, clusterId, nodeId, metricName };
    const info = this.directory.add(key, metadata);
    this.#gatePlace.announced.add(info.handle);
    return { handle: info.handle, key, metadata, partition };
  }

  #newRunner(tenantId: string): TenantRunner {
    const store = this.fleetStore.forTenant(tenantId);
    const settings = () => this.options.settingsOf(tenantId);
    const saved = store.loadState(FOLD_SLOT);
    const chosen = Number(store.setting(STEP_SETTING) ?? 0);
    const stepChosen = (stepMs: DurationMs): void => {
      if (stepMs !== chosen) store.putSetting(STEP_SETTING, String(stepMs));
      this.options.gridFixed(tenantId, stepMs);
    };
    // Grids that settings gave were not recorded by earlier versions.
    const stepMs = chosen > 0 || saved === undefined ? chosen : settings().stepMs;
    if (stepMs > 0) stepChosen(stepMs);
    forgetUnsaved(store, saved);
    return new TenantRunner({
      directory: this.directory.tenant(tenantId),
      settings,
      stepMs: stepMs > 0 ? stepMs : undefined,
      savedFold: saved?.bytes,
      shelf: () => store.scores,
      events: {
        stepChosen,
        findingChanged: (finding) => store.findings.put(storedFinding(finding)),
        findingRetracted: (id) => store.findings.delete(id),
      },
    });
  }

  #scored(message: ScoredMessage): void {
    const { handles, ends, latest } = message;
    let first = 0;
    for (let run = 0; run < handles.length; run++) {
      const end = ends[run]!;
      const info = this.directory.update(handles[run]!, latest, run * LATEST_LENGTH);
      this.runner(info.key.tenantId).take(info, message, first, end);
      this.#touched.add(info.key.tenantId);
      first = end;
    }
    for (const ticket of message.tickets) this.intake.scored(ticket);
    this.#wake();
  }

  /** Not while starting: what a crash cut off comes series by series, and steps need all of them. */
  #wake(): void {
    if (this.#advancing || !this.#ready) return;
    this.#advancing = true;
    setImmediate(() => {
      this.#advancing = false;
      this.#advance();
    });
  }

  #advance(): void {
    for (const tenantId of this.#touched) {
      this.runner(tenantId).advance(this.intake.inFlight.oldestMs(tenantId));
      this.scoredAtMs.set(tenantId, this.options.now());
    }
    this.#touched.clear();
  }

  async #saveAll(): Promise<void> {
    if ([...this.#runners.values()].some((runner) => runner.isWaiting)) return;
    await this.pool.askAll({ what: "prepare-checkpoint" });
    this.#advance();
    this.fleetStore.checkpoint(() => {
      for (const [tenantId, runner] of this.#runners) {
        const bytes = runner.save();
        if (bytes === undefined) continue;
        const uptoMs = runner.fold?.fleet.processedMs ?? 0;
        const state = { uptoMs: Number.isFinite(uptoMs) ? uptoMs : 0, position: "", bytes };
        this.fleetStore.forTenant(tenantId).saveState(FOLD_SLOT, state);
      }
    });
    await this.pool.askAll({ what: "commit-checkpoint" });
  }
}

/**
 * Findings are written as they open, the fold only with a checkpoint. What opened behind the saved fold
 * is folded again and opens again, or does not: steps that were judged while points were still missing.
 */
function forgetUnsaved(store: TenantFleetStore, saved: FleetState | undefined): void {
  if (saved !== undefined) store.findings.deleteOpenedAfter(saved.uptoMs);
  else if (!store.hasState(FOLD_SLOT)) store.findings.deleteOpenedAfter(Number.NEGATIVE_INFINITY);
}

function count(counters: IngestCounters, report: IngestReport): void {
  counters.accepted += report.acceptedPoints;
  for (const { reason, points } of report.rejected) {
    counters.rejected[reason] = (counters.rejected[reason] ?? 0) + points;
  }
}

function storedFinding(finding: FleetFinding) {
  return {
    id: finding.id,
    level: finding.level,
    clusterId: finding.clusterId,
    nodeId: finding.nodeId ?? "",
    openedMs: finding.openedMs,
    closedMs: finding.closedMs ?? null,
    score: 0,
    payload: JSON.stringify(finding),
  };
}
