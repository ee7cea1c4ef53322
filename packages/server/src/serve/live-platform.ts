import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import { newRequestId } from "../api/request-id.ts";
import { BodyRoom } from "../dispatch/body-room.ts";
import { PartitionPool } from "../dispatch/partition-pool.ts";
import { hostErrorOf } from "../host/host-failure.ts";
import type { LinkHost } from "../host/host-link.ts";
import { HostPool } from "../host/host-pool.ts";
import type { HostReport, HostState } from "../host/protocol.ts";
import { ClientNumbers, MAIN_CLIENT } from "../partition/clients.ts";
import type { LinkOwner } from "../partition/owner-link.ts";
import type { Platform, TenantDoor } from "../platform/platform.ts";
import { errorOf, Unavailable } from "../platform/platform-errors.ts";
import type { Readiness } from "../platform/readiness.ts";
import type { Limits } from "../tenant/limits.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import type { Work } from "../watch/heartbeat.ts";
import type { Watch } from "../watch/watchdog.ts";
import { type After, afterTimeout } from "./after.ts";
import { Checkpoints } from "./checkpoints.ts";
import { HostRuns } from "./host-runs.ts";
import { HostedTenant } from "./hosted-tenant.ts";
import type { PlatformThread } from "./memory-keeper.ts";
import { OwnerRuns } from "./owner-runs.ts";
import type { PlatformEvents } from "./platform-events.ts";
import { Restarts } from "./restarts.ts";
import { StoreTrouble } from "./store-trouble.ts";
import { type QuarantineBook, Strikes } from "./strikes.ts";

export interface LivePlatformOptions {
  readonly partitionCount: number;
  /** Partition owners. */
  readonly workerCount: number;
  readonly hostCount: number;
  readonly checkpointEveryMs: DurationMs;
  readonly settingsOf: (tenantId: string) => TenantSettings;
  /** How large bodies may be, and all of them together. */
  readonly limits: Pick<Limits, "body">;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  readonly gridFixed: (tenantId: string, gridMs: DurationMs) => void;
  readonly tenantIds: () => readonly string[];
  readonly now: () => EpochMs;
  readonly monotonicMs: () => number;
  /** Starts the partition owners: threads in a server, the same thread in a simulation. */
  readonly link: LinkOwner;
  /** Starts the hosts of tenants, likewise. */
  readonly linkHost: LinkHost;
  readonly events: PlatformEvents;
  /** Which tenants' work has ended threads. */
  readonly quarantine: QuarantineBook;
  /** Watches threads; without it nobody does. */
  readonly watch?: Watch | undefined;
  /** Runs work after a while, unless it is taken back. Default: setTimeout. */
  readonly after?: After;
}

/** Heard by the hosts alone. */
const NOT_FOR_MAIN = { scored() {}, marked() {} };

/**
 * The running platform as the main thread knows it: the threads that own partitions and host tenants,
 * and who is asked what. Nothing is decoded, folded or read here.
 */
export class LivePlatform implements Platform {
  readonly pool: PartitionPool;
  readonly hosts: HostPool;
  readonly bodies: BodyRoom;
  readonly options: LivePlatformOptions;
  readonly #startId = newRequestId();
  readonly #tenants = new Map<string, TenantDoor>();
  readonly #checkpoints: Checkpoints;
  readonly #ownerRuns: OwnerRuns;
  readonly #hostRuns: HostRuns;
  readonly #ownerRestarts: Restarts;
  readonly #hostRestarts: Restarts;
  readonly #storeTrouble: StoreTrouble;
  readonly #strikes: Strikes;
  /** Why an owner or a host could not be started. */
  #failure: Error | undefined;
  #state: "starting" | "ready" | "stopping" = "starting";

  static async open(options: LivePlatformOptions): Promise<LivePlatform> {
    const platform = new LivePlatform(options);
    await platform.#takeUp();
    return platform;
  }

  private constructor(options: LivePlatformOptions) {
    this.options = options;
    const { workerCount: ownerCount, partitionCount, hostCount, link, linkHost, events } = options;
    const after = options.after ?? afterTimeout;
    this.#storeTrouble = new StoreTrouble(options.monotonicMs);
    this.bodies = new BodyRoom(options.limits.body.inFlightBytesMax);
    const numbers = new ClientNumbers(MAIN_CLIENT, hostCount + 1);
    this.pool = new PartitionPool(
      { partitionCount, ownerCount, numbers },
      {
        ...NOT_FOR_MAIN,
        damage: ({ type: _, ...found }) => events.damage(found),
        slowCommit: (message) => events.slowCommit(message),
        disk: ({ type: _, ...found }) => {
          this.#storeTrouble.disk(found);
          events.disk(found);
        },
        unusable: (owner, failure) => void this.pool.end(owner, errorOf(failure)),
        ended: (owner, _, error) => this.#ownerEnded(owner, error),
      },
    );
    this.hosts = new HostPool(
      { hostCount, link: linkHost, now: options.now, watch: options.watch },
      {
        reported: (_, report) => this.#reported(report),
        stalled: (host, stall) => events.stalled(`host ${host}`, stall),
        ended: (host, error, work) => this.#hostEnded(host, error, work),
      },
    );
    const { pool, hosts } = this;
    const { checkpointEveryMs: everyMs, monotonicMs, tenantIds, settingsOf } = options;
    this.#checkpoints = new Checkpoints({
      ...{ pool, hosts, everyMs, after, monotonicMs },
      saved: (saved) => events.checkpoint(saved),
      failed: (error, againInMs) => events.checkpointFailed(error, againInMs),
    });
    this.#ownerRestarts = new Restarts(after);
    this.#hostRestarts = new Restarts(after);
    this.#strikes = new Strikes(options.quarantine, events);
    const strikes = this.#strikes;
    this.#ownerRuns = new OwnerRuns({
      ...{ pool, hosts, link, events, strikes, watch: options.watch },
      restarts: this.#ownerRestarts,
    });
    this.#hostRuns = new HostRuns({
      ...{ hosts, tenantIds, settingsOf, strikes, events },
      owners: this.#ownerRuns,
      restarts: this.#hostRestarts,
    });
  }

  ready(): boolean {
    return this.#state === "ready";
  }

  readiness(): Readiness {
    const { hosts, pool } = this;
    if (this.#state !== "ready") return { ready: false, reasons: [this.#state] };
    const allOpen = Array.from({ length: hosts.hostCount }, (_, host) => hosts.isOpen(host));
    const reasons = [
      ...(pool.isWhole ? [] : ["partitions are being started again"]),
      ...(allOpen.every((isOpen) => isOpen) ? [] : ["tenants are being started again"]),
      ...this.#storeTrouble.reasons(),
    ];
    return { ready: reasons.length === 0, reasons };
  }

  /** All threads that work for tenants, with what they take. */
  threads(): readonly PlatformThread[] {
    const { hosts, pool } = this;
    const ofHosts = Array.from({ length: hosts.hostCount }, (_, host) => ({
      ...({ kind: "host", name: `host ${host}`, host } as const),
      bytes: () => hosts.memoryBytes(host),
      end: (error: Error) => void hosts.end(host, error),
    }));
    const ofOwners = Array.from({ length: pool.ownerCount }, (_, owner) => ({
      ...({ kind: "owner", name: `owner ${owner}` } as const),
      bytes: () => this.#ownerRuns.memoryBytes(owner),
      end: (error: Error) => void pool.end(owner, error),
    }));
    return [...ofHosts, ...ofOwners];
  }

  tenantIds(): readonly string[] {
    return this.options.tenantIds();
  }

  forTenant(tenantId: string): TenantDoor {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const { hosts, bodies } = this;
    const host = (): number => {
      if (this.#state === "ready") return this.#hostRuns.tell(tenantId);
      throw new Unavailable(`platform/${this.#state}`, `the server is ${this.#state}`);
    };
    const startId = this.#startId;
    const made = new HostedTenant({
      ...{ tenantId, hosts, host, bodies, startId },
      storeTrouble: this.#storeTrouble,
    });
    this.#tenants.set(tenantId, made);
    return made;
  }

  /** Tells hosts of settings that have changed since they were told last. To be called now and then. */
  tellSettings(): void {
    if (this.#state === "ready") this.#hostRuns.tellAll();
  }

  /** A thread ended in the middle of a tenant's work. */
  strike(work: Work, error: Error): void {
    this.#strikes.against(work, error);
    this.tellSettings();
  }

  /** How the hosts that run stand. */
  states(): Promise<readonly HostState[]> {
    return this.hosts.askAll({ what: "state" });
  }

  /** Deletes points and scores before a UTC day (since 1970); gives the days that had points. */
  async dropBefore(day: number, atMs: EpochMs): Promise<readonly number[]> {
    const dropped = await this.pool.askAll({ what: "drop-before", atMs });
    await this.hosts.askAll({ what: "drop-before", day });
    return [...new Set(dropped.flat())];
  }

  /** Resolves when everything that was sent has been scored and folded, and what closed is explained. */
  async settled(): Promise<void> {
    this.#hostRuns.tellAll();
    await this.hosts.askAll({ what: "settle" });
  }

  /** Saves models and folds, so that a restart begins here. One at a time. */
  checkpoint(): Promise<void> {
    return this.#checkpoints.now();
  }

  /** Saves what can be saved and frees the files. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#state !== "ready") return;
    this.#checkpoints.stop();
    this.#ownerRestarts.stop();
    this.#hostRestarts.stop();
    try {
      await this.hosts.askAll({ what: "close-door" });
      this.#state = "stopping";
      await this.settled();
      await this.#checkpoints.last();
    } finally {
      this.#state = "stopping";
      await this.#closeThreads();
    }
  }

  async #closeThreads(): Promise<void> {
    await this.hosts.close();
    await this.pool.close();
  }

  async #takeUp(): Promise<void> {
    const { workerCount, hostCount } = this.options;
    for (let owner = 0; owner < workerCount; owner++) this.#ownerRuns.start(owner);
    try {
      await Promise.all(Array.from({ length: hostCount }, (_, host) => this.#hostRuns.start(host)));
    } catch (error) {
      await this.#closeThreads();
      throw this.#failure ?? error;
    }
    this.#state = "ready";
    this.#checkpoints.start();
  }

  #ownerEnded(owner: number, error: Error): void {
    this.#failure ??= error;
    if (this.#state === "starting") this.hosts.ownerEnded(owner, error.message);
    else this.#ownerRuns.ended(owner, error);
  }

  #hostEnded(host: number, error: Error, work: Work): void {
    this.#failure ??= error;
    if (this.#state !== "starting") this.#hostRuns.ended(host, error, work);
  }

  #reported(report: HostReport): void {
    const { events, gridFixed } = this.options;
    switch (report.type) {
      case "scored":
        events.scored(report.points);
        this.#checkpoints.scored(report.points);
        break;
      case "not-taken":
        events.refused(report.tenantId, report.reason, report.points);
        break;
      case "damage":
        events.damage(report.found);
        break;
      case "not-saved":
        events.stateNotSaved(report.tenantId, hostErrorOf(report.failure));
        break;
      case "grid-fixed":
        gridFixed(report.tenantId, report.gridMs);
        break;
      case "owner-failed":
        void this.pool.end(report.owner, errorOf(report.failure));
    }
  }
}
