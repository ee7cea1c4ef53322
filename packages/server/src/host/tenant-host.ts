import type { GatePlace } from "../dispatch/ingest-gate.ts";
import { Intake } from "../dispatch/intake.ts";
import { PartitionPool } from "../dispatch/partition-pool.ts";
import { SeriesDirectory } from "../dispatch/series-directory.ts";
import { FleetHost } from "../fleet/fleet-host.ts";
import type { TenantRunner } from "../fleet/tenant-runner.ts";
import { ClientNumbers } from "../partition/clients.ts";
import { damageReport } from "../partition/damage-report.ts";
import type { OwnerLine } from "../partition/owner-link.ts";
import type { ScoredMessage } from "../partition/protocol.ts";
import type { WhenOver } from "../platform/admission.ts";
import type { IngestBatch } from "../platform/ingest-batch.ts";
import type { IngestReport } from "../platform/ingest-series.ts";
import { TenantContext } from "../query/tenant-context.ts";
import { LiveTenantView, type WayIn } from "../query/tenant-view.ts";
import { FleetStore } from "../store/fleet/fleet-store.ts";
import { fleetStateDamage } from "../store/sqlite/damage.ts";
import { Limits } from "../tenant/limits.ts";
import { CheckpointMarks } from "./checkpoint-marks.ts";
import { fleetFile } from "./fleet-file.ts";
import { FoldPace } from "./fold-pace.ts";
import { HostMemory } from "./host-memory.ts";
import type { TenantHostOptions } from "./host-options.ts";
import { hostStateOf } from "./host-state.ts";
import { HostedTenants } from "./hosted-tenants.ts";
import { OwnerLines } from "./owner-lines.ts";
import type { HostState } from "./protocol.ts";
import { TakenPoints } from "./taken-points.ts";
import { TenantTurns } from "./tenant-turns.ts";

/** A tenant that could not be taken up again is tried again after this long. */
const AGAIN_MS = 1000;

/**
 * Some tenants, each with everything that is its own: directory, gate, fold, findings and reads. It
 * speaks with the partition owners by lines, and owns the file in which the folds are kept.
 */
export class TenantHost {
  readonly directory: SeriesDirectory;
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly fleetStore: FleetStore;
  readonly intake: Intake;
  readonly memory: HostMemory;
  /** Turns between tenants for long reads and work in the background. */
  readonly turns: TenantTurns;
  readonly #options: TenantHostOptions;
  readonly tenants: HostedTenants;
  readonly #views = new Map<string, LiveTenantView>();
  readonly taken = new TakenPoints();
  readonly #marks: CheckpointMarks;
  readonly #lines: OwnerLines;
  readonly #folds: FoldPace;
  #state: "starting" | "ready" | "stopping" = "starting";

  constructor(options: TenantHostOptions) {
    this.#options = options;
    const { client, clientCount, partitionCount, ownerCount, dataDir, disk, events } = options;
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
    this.fleetStore = FleetStore.open(fleetFile(dataDir, client), {
      onDamage: (damage) => events.damage(damageReport(damage)),
      disk,
    });
    this.tenants = this.#newTenants();
    this.fleet = this.#newFleet();
    this.turns = new TenantTurns(options);
    this.#marks = new CheckpointMarks(ownerCount);
    this.pool = this.#newPool();
    const { pool, fleet, directory } = this;
    this.intake = this.#newIntake(place);
    const tenantIds = () => this.tenants.ids();
    const openFold = (tenantId: string): Promise<void> =>
      this.#folds.done(fleet.opening(tenantId), "start", tenantId);
    this.#lines = new OwnerLines({ pool, fleet, directory, announced, tenantIds, openFold });
    this.#folds = new FoldPace({
      ...{ fleet, later: options.later, progress: options.progress },
      inFlightMs: (tenantId) => this.intake.inFlight.oldestMs(tenantId),
      // What a crash cut off comes series by series, and steps need all of them.
      mayFold: () => this.#state !== "starting" && pool.isWhole,
    });
  }

  #newTenants(): HostedTenants {
    return new HostedTenants({
      quarantined: (tenantId) => {
        this.fleet.forget(tenantId);
        this.view(tenantId).changed();
      },
      released: (tenantId) => {
        if (this.#state === "ready") this.#takeUp(tenantId);
      },
    });
  }

  #newFleet(): FleetHost {
    const { client, dataDir, events, now, progress } = this.#options;
    return new FleetHost({
      directory: this.directory,
      store: this.fleetStore,
      settingsOf: (tenantId) => this.tenants.settingsOf(tenantId),
      gridFixed: (tenantId, gridMs) => events.gridFixed(tenantId, gridMs),
      now,
      saveFailed: (tenantId, error) => events.notSaved(tenantId, error),
      stateLost: (tenantId, error) => {
        const damage = fleetStateDamage(fleetFile(dataDir, client), tenantId, String(error));
        events.damage(damageReport(damage));
      },
      follower: (tenantId) => this.view(tenantId),
      isOff: (tenantId) => this.tenants.quarantineOf(tenantId) !== undefined,
      progress,
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
        marked: (owner, message) => this.#marks.heard(owner, message),
        unusable: (owner, failure) => events.ownerFailed(owner, failure),
        ended: (_, lost, error) => this.#ownerEnded(lost, error),
      },
    );
  }

  #newIntake(place: GatePlace): Intake {
    const { now, after, monotonicMs, events } = this.#options;
    return new Intake({
      place,
      pool: this.pool,
      queuedPointsMax: this.memory.queuedPointsMax,
      limits: new Limits({ limitsOf: (id) => this.tenants.settingsOf(id).limits, monotonicMs }),
      after,
      seriesLimitsOf: (tenantId) => this.tenants.settingsOf(tenantId).limits,
      now,
      state: () => this.#state,
      inUnits: (tenantId, work) => this.turns.done("points", tenantId, work),
      gated: (tenantId) => this.view(tenantId).changed(),
      landed: (tenantId) => this.fleet.touch(tenantId),
      refused: (tenantId, points) => events.notTaken(tenantId, "store-unavailable", points),
    });
  }

  /** After quarantine. Where an owner is away it is tried again: it must send what the fold lacks. */
  #takeUp(tenantId: string): void {
    this.#lines.takeUp(tenantId).then(
      () => {
        this.view(tenantId).takeUp();
        this.view(tenantId).changed();
        this.#folds.wake();
      },
      () => this.#options.after(AGAIN_MS, () => this.#takeUp(tenantId)),
    );
  }

  /** Takes up a line to a partition owner. Before `start` it only waits; later it is opened at once. */
  attach(owner: number, line: OwnerLine): void {
    this.#lines.attach(owner, line);
    if (this.#state !== "ready") return;
    this.#lines.open(owner).then(
      () => this.#folds.wake(),
      ({ message }: Error) =>
        this.#options.events.ownerFailed(owner, { code: "internal", message }),
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

  /** An owner is gone: what it was asked is refused, and another will come. */
  detach(owner: number, reason: string): void {
    void this.pool.end(owner, new Error(reason));
  }

  /** Brings all tenants to where they were. Cost: O(series + points that are not folded yet). */
  async start(): Promise<void> {
    await this.#lines.openAll();
    await this.#folds.finished();
    for (const tenantId of this.tenants.ids()) this.view(tenantId).takeUp();
    this.memory.start();
    this.#state = "ready";
    this.#folds.wake();
  }

  view(tenantId: string): LiveTenantView {
    const known = this.#views.get(tenantId);
    if (known !== undefined) return known;
    const context = new TenantContext({
      tenantId,
      directory: this.directory.tenant(tenantId),
      partitions: this.pool,
      store: this.fleetStore.forTenant(tenantId),
      counters: this.taken.of(tenantId),
      now: this.#options.now,
      runner: () => this.runner(tenantId),
      settings: () => this.tenants.settingsOf(tenantId),
      quarantine: () => this.tenants.quarantineOf(tenantId),
      backlogPoints: () => this.intake.inFlight.points(tenantId),
      reads: this.memory.reads,
    });
    const wayIn: WayIn = {
      ingest: (batch, whenOver) => this.ingest(tenantId, batch, whenOver),
    };
    const made = new LiveTenantView(context, wayIn, this.turns.pace("explain", tenantId));
    this.#views.set(tenantId, made);
    return made;
  }

  runner(tenantId: string): TenantRunner {
    return this.fleet.runner(tenantId);
  }

  /** Resolves when the accepted points are durable. @throws Unavailable | OverRate. */
  async ingest(
    tenantId: string,
    batch: IngestBatch,
    whenOver: WhenOver = "wait",
  ): Promise<IngestReport> {
    const report = await this.intake.ingest(tenantId, batch, whenOver);
    for (const { reason, points } of report.rejected) {
      this.#options.events.notTaken(tenantId, reason, points);
    }
    this.taken.add(tenantId, report);
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
    await this.#folds.done(this.fleet.saving(positions), "save");
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
    const { directory, fleet, memory } = this;
    const backlogPoints = this.intake.inFlight.points();
    const tenantIds = this.tenants.ids();
    return hostStateOf({ tenantIds, directory, fleet, memory, backlogPoints });
  }

  /** Nothing more is taken in; what was let in goes on. */
  closeDoor(): void {
    this.intake.door.close();
    if (this.#state === "ready") this.#state = "stopping";
  }

  /** Frees the file. What was not saved is scored again at the next start. */
  close(): void {
    this.closeDoor();
    this.#folds.stop();
    this.fleetStore.close();
  }

  #scored(message: ScoredMessage): void {
    this.#options.events.scored(message.times.length);
    this.fleet.hear(message);
    for (const ticket of message.tickets) this.intake.scored(ticket);
    this.#folds.wake();
  }

  #ownerEnded(lost: readonly number[], error: Error): void {
    this.#marks.lost(error);
    for (const ticket of lost) this.intake.scored(ticket);
  }
}
