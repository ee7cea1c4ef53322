import { join } from "node:path";
import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import { SeriesDirectory } from "../dispatch/directory.ts";
import type { GatePlace } from "../dispatch/ingest-gate.ts";
import { Intake } from "../dispatch/intake.ts";
import { PartitionPool } from "../dispatch/partition-pool.ts";
import { FleetHost } from "../fleet/fleet-host.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import { damageReport } from "../partition/damage-report.ts";
import type { LinkOwner } from "../partition/owner-link.ts";
import type { ScoredMessage } from "../partition/protocol.ts";
import type {
  IngestBatch,
  IngestReport,
  Platform,
  TenantView,
  WhenOver,
} from "../platform/platform.ts";
import type { Readiness } from "../platform/readiness.ts";
import { type IngestCounters, TenantContext } from "../query/tenant-context.ts";
import { LiveTenantView } from "../query/tenant-view.ts";
import { FleetStore } from "../store/fleet/fleet-store.ts";
import type { Disk } from "../store/sqlite/disk.ts";
import type { Limits } from "../tenant/limits.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import { type After, afterTimeout } from "./after.ts";
import { Checkpoints } from "./checkpoints.ts";
import { OwnerStart } from "./owner-start.ts";
import type { PlatformEvents } from "./platform-events.ts";
import { StoreTrouble } from "./store-trouble.ts";

export interface LivePlatformOptions {
  readonly dataDir: string;
  readonly partitionCount: number;
  readonly workerCount: number;
  readonly checkpointEveryMs: DurationMs;
  readonly settingsOf: (tenantId: string) => TenantSettings;
  /** Rates and sizes; the API counts its requests in the same ones. */
  readonly limits: Limits;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  readonly gridFixed: (tenantId: string, gridMs: DurationMs) => void;
  readonly tenantIds: () => readonly string[];
  readonly now: () => EpochMs;
  /** Starts the partition owners: threads in a server, the same thread in a simulation. */
  readonly link: LinkOwner;
  readonly events: PlatformEvents;
  /** Runs work in a turn of its own. Default: setImmediate. */
  readonly later?: (work: () => void) => void;
  /** Runs work after a while, unless it is taken back. Default: setTimeout. */
  readonly after?: After;
  readonly disk?: Disk;
}

/**
 * The running platform: partition owners, the tenants' folds, and the reads. `open` brings everything
 * to where it was; `close` saves it.
 */
export class LivePlatform implements Platform {
  readonly directory: SeriesDirectory;
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly fleetStore: FleetStore;
  readonly intake: Intake;
  readonly options: LivePlatformOptions;
  readonly #views = new Map<string, LiveTenantView>();
  readonly #checkpoints: Checkpoints;
  readonly #starts: OwnerStart;
  readonly #gatePlace: GatePlace;
  readonly #counters = new Map<string, IngestCounters>();
  readonly #later: (work: () => void) => void;
  readonly #storeTrouble = new StoreTrouble(() => performance.now());
  #advancing = false;
  #state: "starting" | "ready" | "stopping" = "starting";

  static async open(options: LivePlatformOptions): Promise<LivePlatform> {
    const platform = new LivePlatform(options);
    await platform.#takeUp();
    return platform;
  }

  private constructor(options: LivePlatformOptions) {
    this.options = options;
    this.#later = options.later ?? ((work) => void setImmediate(work));
    const { workerCount: ownerCount, partitionCount, link, now, settingsOf, events } = options;
    this.directory = new SeriesDirectory(partitionCount);
    const announced = new Set<number>();
    this.#gatePlace = { directory: this.directory, announced, workerCount: ownerCount };
    this.fleetStore = FleetStore.open(join(options.dataDir, "fleet.db"), {
      onDamage: (damage) => events.damage(damageReport(damage)),
      disk: options.disk,
    });
    this.fleet = new FleetHost({
      directory: this.directory,
      store: this.fleetStore,
      settingsOf,
      gridFixed: options.gridFixed,
      now,
      saveFailed: (tenantId, error) => events.stateNotSaved(tenantId, error),
      follower: (tenantId) => this.#view(tenantId),
    });
    this.pool = new PartitionPool(
      { partitionCount, ownerCount, link },
      {
        scored: (message) => this.#scored(message),
        damage: ({ type: _, ...found }) => events.damage(found),
        slowCommit: (message) => events.slowCommit(message),
        ended: (owner, lost, error) => this.#ownerEnded(owner, lost, error),
      },
    );
    const { pool, fleet, directory } = this;
    const after = options.after ?? afterTimeout;
    this.intake = this.#newIntake(after);
    this.#checkpoints = new Checkpoints({
      pool,
      fleet,
      everyMs: options.checkpointEveryMs,
      after,
      advance: () => this.#advance(),
      saved: (saved) => events.checkpoint(saved),
      failed: (error, againInMs) => events.checkpointFailed(error, againInMs),
    });
    this.#starts = new OwnerStart({ pool, fleet, directory, announced, events, after });
  }

  #newIntake(after: After): Intake {
    const { limits, settingsOf, now, events } = this.options;
    return new Intake({
      place: this.#gatePlace,
      pool: this.pool,
      limits,
      after,
      seriesLimitsOf: (tenantId) => settingsOf(tenantId).limits,
      now,
      state: () => this.#state,
      gated: (tenantId) => this.#view(tenantId).changed(),
      landed: (tenantId) => this.fleet.touch(tenantId),
      refused: (tenantId, points) => events.refused(tenantId, "store-unavailable", points),
    });
  }

  ready(): boolean {
    return this.#state === "ready";
  }

  readiness(): Readiness {
    const reasons = [
      ...(this.#state === "ready" ? [] : [this.#state]),
      ...(this.#state !== "ready" || this.pool.isWhole
        ? []
        : ["partitions are being started again"]),
      ...this.#storeTrouble.reasons(),
    ];
    return { ready: reasons.length === 0, reasons };
  }

  tenantIds(): readonly string[] {
    return this.options.tenantIds();
  }

  forTenant(tenantId: string): TenantView {
    return this.#view(tenantId);
  }

  /** What is stored of a tenant has changed by other means than its points. */
  changed(tenantId: string): void {
    this.#view(tenantId).changed();
  }

  #view(tenantId: string): LiveTenantView {
    const known = this.#views.get(tenantId);
    if (known !== undefined) return known;
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
    const made = new LiveTenantView(context, {
      byteRoom: () => this.intake.door.byteRoom(tenantId),
      ingest: (batch, whenOver) => this.ingest(tenantId, batch, whenOver),
    });
    this.#views.set(tenantId, made);
    return made;
  }

  runner(tenantId: string): TenantRunner {
    return this.fleet.runner(tenantId);
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
    const report = await this.#storeTrouble.watch(() =>
      this.intake.ingest(tenantId, batch, whenOver),
    );
    for (const { reason, points } of report.rejected) {
      this.options.events.refused(tenantId, reason, points);
    }
    count(this.counters(tenantId), report);
    this.#view(tenantId).changed();
    return report;
  }

  /** Resolves when everything that was sent has been scored and folded, and what closed is explained. */
  async settled(): Promise<void> {
    await this.pool.askAll({ what: "drain" });
    this.#advance();
    await Promise.all(this.#views.values().map((view) => view.settled()));
  }

  /** Saves models and folds, so that a restart begins here. One at a time. */
  checkpoint(): Promise<void> {
    return this.#checkpoints.now();
  }

  /** Saves what can be saved and frees the files. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#state !== "ready") return;
    this.#checkpoints.stop();
    this.#starts.stop();
    this.intake.door.close();
    try {
      await this.settled();
      this.#state = "stopping";
      await this.checkpoint();
    } finally {
      this.#state = "stopping";
      await this.pool.close();
      this.fleetStore.close();
    }
  }

  async #takeUp(): Promise<void> {
    try {
      await this.#starts.all(this.tenantIds());
    } catch (error) {
      await this.pool.close();
      this.fleetStore.close();
      throw error;
    }
    this.#advance();
    for (const tenantId of this.tenantIds()) this.#view(tenantId).takeUp();
    this.#state = "ready";
    this.#checkpoints.start();
  }

  #scored(message: ScoredMessage): void {
    this.options.events.scored(message.times.length);
    this.fleet.hear(message);
    for (const ticket of message.tickets) this.intake.scored(ticket);
    this.#wake();
  }

  #ownerEnded(owner: number, lost: readonly number[], error: Error): void {
    for (const ticket of lost) this.intake.scored(ticket);
    if (this.#state === "ready") this.#starts.again(owner, error, () => this.#wake());
  }

  /** Not while starting: what a crash cut off comes series by series, and steps need all of them. */
  #wake(): void {
    if (this.#advancing || this.#state !== "ready" || !this.pool.isWhole) return;
    this.#advancing = true;
    this.#later(() => {
      this.#advancing = false;
      this.#advance();
    });
  }

  #advance(): void {
    this.fleet.advance((tenantId) => this.intake.inFlight.oldestMs(tenantId));
  }
}

function count(counters: IngestCounters, report: IngestReport): void {
  counters.accepted += report.acceptedPoints;
  for (const { reason, points } of report.rejected) {
    counters.rejected[reason] = (counters.rejected[reason] ?? 0) + points;
  }
}
