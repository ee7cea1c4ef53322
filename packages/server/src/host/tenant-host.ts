import type { GatePlace } from "../dispatch/ingest-gate.ts";
import type { Intake } from "../dispatch/intake.ts";
import { PartitionPool } from "../dispatch/partition-pool.ts";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { FleetHost } from "../fleet/fleet-host.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import { ClientNumbers, shardsOfHost } from "../partition/clients.ts";
import { damageReport } from "../partition/damage-report.ts";
import type { OwnerLine } from "../partition/owner-link.ts";
import type { ScoredMessage } from "../partition/protocol.ts";
import type { WhenOver } from "../platform/admission.ts";
import type { IngestBatch } from "../platform/ingest-batch.ts";
import type { IngestReport } from "../platform/ingest-series.ts";
import { TenantContext } from "../query/tenant-context.ts";
import { LiveTenantView, type WayIn } from "../query/tenant-view.ts";
import { FleetShards, fleetFileOf, shardOfTenant } from "../store/fleet/fleet-shards.ts";
import { fleetStateDamage } from "../store/sqlite/damage.ts";
import { StoreCorrupt } from "../store/sqlite/store-error.ts";
import { CheckpointMarks } from "./checkpoint-marks.ts";
import { FoldPace } from "./fold-pace.ts";
import { HostMemory } from "./host-memory.ts";
import type { HostEvents, TenantHostOptions } from "./host-options.ts";
import { hostStateOf } from "./host-state.ts";
import { HostedTenants } from "./hosted-tenants.ts";
import { intakeOf } from "./intake-of.ts";
import { OwnerLines } from "./owner-lines.ts";
import type { HostState } from "./protocol.ts";
import { TakenPoints } from "./taken-points.ts";
import { TakingUp } from "./taking-up.ts";
import { TenantTurns } from "./tenant-turns.ts";

/**
 * Some tenants, each with all that is its own: directory, gate, fold, findings and reads. It has lines to
 * the partition owners, and owns the files in which the folds are kept.
 */
export class TenantHost {
  readonly directory: SeriesDirectory;
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly fleetStore: FleetShards;
  readonly intake: Intake;
  readonly memory: HostMemory;
  /** Turns between tenants for long reads and work in the background. */
  readonly turns: TenantTurns;
  readonly events: HostEvents;
  readonly #options: TenantHostOptions;
  readonly tenants: HostedTenants;
  readonly #watchedSinceMs: number;
  readonly #views = new Map<string, LiveTenantView>();
  readonly taken = new TakenPoints();
  readonly #marks: CheckpointMarks;
  readonly #lines: OwnerLines;
  readonly #folds: FoldPace;
  readonly #takingUp: TakingUp;
  #isBegun = false;
  #state: "starting" | "ready" | "stopping" = "starting";

  constructor(options: TenantHostOptions) {
    this.#options = options;
    this.events = options.events;
    const { client, clientCount, partitionCount, ownerCount, dataDir, disk, events } = options;
    this.#watchedSinceMs = options.now();
    this.directory = new SeriesDirectory(partitionCount, client, clientCount);
    this.memory = new HostMemory({
      ...{ part: options.memory, host: client - 1, directory: this.directory },
      ...{ after: options.after, fleet: () => this.fleet },
    });
    const announced = new Set<number>();
    const place: GatePlace = {
      ...{ directory: this.directory, announced, workerCount: ownerCount },
      room: this.memory.series,
    };
    this.fleetStore = FleetShards.open(dataDir, shardsOfHost(client, clientCount), {
      onDamage: (damage) => events.damage(damageReport(damage)),
      disk,
    });
    this.tenants = this.#newTenants();
    this.fleet = this.#newFleet();
    this.turns = new TenantTurns(options);
    this.#marks = new CheckpointMarks(ownerCount);
    this.pool = this.#newPool();
    this.intake = intakeOf(this, options, place, () => this.#state);
    const { pool, fleet, directory } = this;
    const tenantIds = () => this.tenants.ids().filter((id) => this.#takingUp.isUp(id));
    const failed = (id: string, error: unknown): void => this.#foldFailed(id, error);
    this.#lines = new OwnerLines({ pool, fleet, directory, announced, tenantIds, failed });
    this.#folds = new FoldPace({
      ...{ ...options, fleet },
      saving: () => events.saving(),
      inFlightMs: (tenantId) => this.intake.inFlight.oldestMs(tenantId),
      // What a crash cut off comes series by series, and steps need all of them.
      mayFold: () => this.#state !== "starting" && pool.isWhole,
    });
    this.#takingUp = new TakingUp({
      ...{ fleet, lines: this.#lines, folds: this.#folds, after: options.after },
      isWhole: () => pool.isWhole,
      ready: (tenantId) => this.#ready(tenantId),
      failed: (tenantId, error, owner) => events.tenantFailed(tenantId, error, owner),
    });
  }

  #newTenants(): HostedTenants {
    return new HostedTenants({
      quarantined: (tenantId) => {
        this.fleet.forget(tenantId);
        this.view(tenantId).changed();
      },
      released: (tenantId) => {
        if (this.#state === "ready") this.#takingUp.again(tenantId);
      },
      added: (tenantId) => {
        if (this.#state === "ready") this.events.tenantReady(tenantId);
      },
    });
  }

  #newFleet(): FleetHost {
    const { dataDir, events, now, progress } = this.#options;
    return new FleetHost({
      directory: this.directory,
      store: this.fleetStore,
      settingsOf: (tenantId) => this.tenants.settingsOf(tenantId),
      gridFixed: (tenantId, gridMs) => events.gridFixed(tenantId, gridMs),
      gridOutgrown: (tenantId) => this.#takingUp.again(tenantId),
      now,
      saveFailed: (tenantId, error) => events.notSaved(tenantId, error),
      stateLost: (tenantId, error) => {
        const file = fleetFileOf(dataDir, shardOfTenant(tenantId));
        events.damage(damageReport(fleetStateDamage(file, tenantId, String(error))));
      },
      follower: (tenantId) => this.view(tenantId),
      foldFailed: (tenantId, error) => this.#foldFailed(tenantId, error),
      isOff: (tenantId) => this.tenants.quarantineOf(tenantId) !== undefined,
      ...{ progress, stepFolded: () => events.stepFolded() },
    });
  }

  #newPool(): PartitionPool {
    const { client, clientCount, life, partitionCount, ownerCount, events } = this.#options;
    const numbers = new ClientNumbers(client, clientCount, life);
    return new PartitionPool(
      { partitionCount, ownerCount, numbers },
      {
        scored: (message) => this.#scored(message),
        damage: ({ type: _, ...found }) => events.damage(found),
        slowCommit: () => {},
        marked: (owner, message) => this.#marks.heard(owner, message, this.pool.isOpen(owner)),
        tenantFailed: (owner, message) => this.#takingUp.ownerFailed(owner, message),
        unusable: (owner, failure) => events.ownerFailed(owner, failure),
        ended: (_, lost, error) => this.#ownerEnded(lost, error),
      },
    );
  }

  #ready(tenantId: string): void {
    const view = this.view(tenantId);
    view.takeUp();
    view.changed();
    this.events.tenantReady(tenantId);
  }

  /** Takes up a line to a partition owner. Before `start` it only waits; later it is opened at once. */
  attach(owner: number, line: OwnerLine): void {
    this.#lines.attach(owner, line);
    if (!this.#isBegun || this.#state === "stopping") return;
    this.#lines.open(owner).then(
      () => this.#folds.wake(),
      ({ message }: Error) => this.events.ownerFailed(owner, { code: "internal", message }),
    );
  }

  /** Resolves when the line to an owner that was started again is ready. */
  opened(owner: number): Promise<void> {
    return this.#lines.opened(owner);
  }

  /** A unit of work begins: for whoever watches this thread. */
  begins(what: string, tenantId: string): void {
    this.#options.progress(what, tenantId);
  }

  /** An owner is gone, and another will come. */
  detach(owner: number, reason: string): void {
    void this.pool.end(owner, new Error(reason));
  }

  /** Brings all tenants to where they were, reporting each. Cost: O(series + points not folded yet). */
  async start(): Promise<void> {
    this.#isBegun = true;
    await this.#lines.openAll();
    this.#state = "ready";
    await this.#takingUp.all(this.tenants.ids());
    this.memory.start();
  }

  view(tenantId: string): LiveTenantView {
    const known = this.#views.get(tenantId);
    if (known !== undefined) return known;
    const context = new TenantContext({
      ...{ tenantId, partitions: this.pool, reads: this.memory.reads },
      directory: this.directory.tenant(tenantId),
      store: this.fleetStore.forTenant(tenantId),
      counters: this.taken.of(tenantId),
      ...{ now: this.#options.now, watchedSinceMs: this.#watchedSinceMs },
      runner: () => this.runner(tenantId),
      settings: () => this.tenants.settingsOf(tenantId),
      quarantine: () => this.tenants.quarantineOf(tenantId),
      backlogPoints: () => this.intake.inFlight.points(tenantId),
      cost: (points) => this.events.looked(tenantId, points),
    });
    const ingest: WayIn["ingest"] = (batch, whenOver) => this.ingest(tenantId, batch, whenOver);
    const made = new LiveTenantView(context, { ingest }, this.turns.pace("explain", tenantId));
    this.#views.set(tenantId, made);
    return made;
  }

  runner = (tenantId: string): TenantRunner => this.fleet.runner(tenantId);

  /** Resolves when the accepted points are durable. @throws Unavailable | OverRate. */
  async ingest(
    tenantId: string,
    batch: IngestBatch,
    whenOver: WhenOver = "wait",
  ): Promise<IngestReport> {
    const report = await this.intake.ingest(tenantId, batch, whenOver);
    const { rejected } = report;
    for (const { reason, points } of rejected) this.events.notTaken(tenantId, reason, points);
    this.taken.add(tenantId, { report, skipped: batch.skipped, atMs: this.#options.now() });
    this.view(tenantId).changed();
    return report;
  }

  /** Resolves when everything that was sent has been scored and folded, and what closed is explained. */
  async settled(): Promise<void> {
    await this.pool.askAll({ what: "drain" });
    await this.#folds.finished();
    await Promise.all(this.#views.values().map((view) => view.settled()));
  }

  /** Saves all folds as they were when the owners marked this checkpoint, or later. */
  async save(checkpoint: number): Promise<void> {
    const positions = await this.#marks.all(checkpoint);
    await this.#folds.saved(this.fleet.saving(positions));
  }

  /** Forgets scores before a UTC day (since 1970). */
  dropBefore(day: number): void {
    for (const tenantId of this.tenants.ids()) {
      this.fleetStore.forTenant(tenantId).scores.dropBefore(day);
      this.runner(tenantId).history?.dropBefore(day);
      this.view(tenantId).changed();
    }
  }

  state(): HostState {
    const { directory, fleet, memory, tenants, intake } = this;
    const backlogPoints = intake.inFlight.points();
    return hostStateOf({ tenantIds: tenants.ids(), directory, fleet, memory, backlogPoints });
  }

  /** Nothing more is taken in; what was let in goes on. */
  closeDoor(): void {
    this.intake.door.close();
    if (this.#state === "ready") this.#state = "stopping";
  }

  /** Frees the files. What was not saved is scored again at the next start. */
  close(): void {
    this.closeDoor();
    this.#takingUp.stop();
    this.#folds.stop();
    this.fleetStore.close();
  }

  /** A file of folds was found damaged: it is set aside, and this host has to be started again. */
  fileDamaged(error: StoreCorrupt): void {
    this.#takingUp.stop();
    this.#folds.stop();
    this.fleetStore.setAside(error);
    this.events.hostFailed(error);
  }

  #foldFailed(tenantId: string, error: unknown): void {
    if (error instanceof StoreCorrupt) this.fileDamaged(error);
    else this.#takingUp.foldFailed(tenantId, error);
  }

  #scored(message: ScoredMessage): void {
    this.events.scored(message.times.length);
    this.fleet.hear(message);
    for (const ticket of message.tickets) this.intake.scored(ticket);
    this.#folds.wake();
  }

  #ownerEnded(lost: readonly number[], error: Error): void {
    this.#marks.lost(error);
    for (const ticket of lost) this.intake.scored(ticket);
  }
}
