import { join } from "node:path";
import { type DurationMs, type EpochMs, type FleetFinding, forEachRun } from "@foreshock/core";
import { SeriesDirectory } from "../dispatch/directory.ts";
import { InFlight } from "../dispatch/in-flight.ts";
import { type GatedBatch, type GatePlace, gate } from "../dispatch/ingest-gate.ts";
import { reportOf } from "../dispatch/late-retry.ts";
import { WorkerPool } from "../dispatch/worker-pool.ts";
import { TenantRunner } from "../fleet/tenant-runner.ts";
import type { ScoredMessage, StoredSeries } from "../partition/protocol.ts";
import { LATEST_LENGTH } from "../partition/protocol.ts";
import type { IngestBatch, IngestReport, Platform, TenantView } from "../platform/platform.ts";
import { Unavailable } from "../platform/platform-errors.ts";
import { LiveTenantView } from "../query/tenant-view.ts";
import { type FleetState, FleetStore, type TenantFleetStore } from "../store/fleet/fleet-store.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";

/** Points that may wait for detection; beyond it ingest waits, so that memory stays bounded. */
const IN_FLIGHT_POINTS_MAX = 3_000_000;
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
  readonly inFlight = new InFlight();
  readonly options: LivePlatformOptions;
  readonly #runners = new Map<string, TenantRunner>();
  readonly #gatePlace: GatePlace;
  readonly #touched = new Set<string>();
  readonly #counters = new Map<string, IngestCounters>();
  #waiters: (() => void)[] = [];
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
  }

  ready(): boolean {
    return this.#ready;
  }

  tenantIds(): readonly string[] {
    return this.options.tenantIds();
  }

  forTenant(tenantId: string): TenantView {
    return new LiveTenantView(this, tenantId);
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

  /** Resolves when the accepted points are durable. @throws Unavailable. */
  async ingest(tenantId: string, batch: IngestBatch): Promise<IngestReport> {
    while (this.inFlight.points() > IN_FLIGHT_POINTS_MAX) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    if (!this.#ready) throw new Unavailable("the server is starting or stopping", 2000);
    const { limits } = this.options.settingsOf(tenantId);
    const gated = gate(tenantId, batch, this.#gatePlace, limits, this.options.now());
    await Promise.all(gated.messages.map((_, worker) => this.#append(tenantId, gated, worker)));
    const report = await reportOf(gated, this.pool);
    count(this.counters(tenantId), report);
    return report;
  }

  async #append(tenantId: string, gated: GatedBatch, worker: number): Promise<void> {
    const parts = gated.messages[worker];
    if (parts === undefined) return;
    const points = parts.reduce((sum, { times }) => sum + times.length, 0);
    await this.pool.append(worker, parts, (ticket) => {
      this.inFlight.add(ticket, tenantId, gated.oldestMs, points);
    });
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
    const settings = this.options.settingsOf(tenantId);
    const chosen = store.setting(STEP_SETTING);
    const saved = store.loadState(FOLD_SLOT);
    forgetUnsaved(store, saved);
    const given = settings.stepMs > 0 ? settings.stepMs : undefined;
    return new TenantRunner({
      directory: this.directory.tenant(tenantId),
      budgetDays: settings.budgetDays,
      stepMs: chosen === undefined ? given : Number(chosen),
      savedFold: saved?.bytes,
      shelf: () => store.scores,
      events: {
        stepChosen: (stepMs) => store.putSetting(STEP_SETTING, String(stepMs)),
        findingChanged: (finding) => store.findings.put(storedFinding(finding)),
        findingRetracted: (id) => store.findings.delete(id),
      },
    });
  }

  #scored(message: ScoredMessage): void {
    const { handles, latest } = message;
    forEachRun(message, (run, from, to) => {
      const info = this.directory.update(handles[run]!, latest, run * LATEST_LENGTH);
      this.runner(info.key.tenantId).take(info, message, from, to);
      this.#touched.add(info.key.tenantId);
    });
    for (const ticket of message.tickets) {
      const tenantId = this.inFlight.done(ticket);
      if (tenantId !== undefined) this.#touched.add(tenantId);
    }
    for (const wake of this.#waiters.splice(0)) wake();
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
      this.runner(tenantId).advance(this.inFlight.oldestMs(tenantId));
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

export interface IngestCounters {
  accepted: number;
  rejected: Record<string, number>;
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
