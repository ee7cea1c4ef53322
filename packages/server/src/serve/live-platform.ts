import type { EpochMs } from "@foreshock/core/fold";
import { newRequestId } from "../api/request-id.ts";
import { BodyRoom } from "../dispatch/body-room.ts";
import { PartitionPool } from "../dispatch/partition-pool.ts";
import { hostErrorOf } from "../host/host-failure.ts";
import { HostPool } from "../host/host-pool.ts";
import type { HostReport, HostState } from "../host/protocol.ts";
import { ClientNumbers, MAIN_CLIENT } from "../partition/clients.ts";
import type { Platform, TenantDoor } from "../platform/platform.ts";
import { errorOf, starting, stopping } from "../platform/platform-errors.ts";
import type { Readiness } from "../platform/readiness.ts";
import type { Work } from "../watch/heartbeat.ts";
import { afterTimeout } from "./after.ts";
import { Checkpoints } from "./checkpoints.ts";
import { HostRuns } from "./host-runs.ts";
import { HostedTenant } from "./hosted-tenant.ts";
import type { PlatformThread } from "./memory-keeper.ts";
import { OwnerRuns } from "./owner-runs.ts";
import { passedOn } from "./passed-on.ts";
import type { LivePlatformOptions } from "./platform-options.ts";
import { platformThreads } from "./platform-threads.ts";
import { Restarts } from "./restarts.ts";
import { StartWatch } from "./start-watch.ts";
import { StoreTrouble } from "./store-trouble.ts";
import { failedWork, Strikes } from "./strikes.ts";

const HEARD_BY_HOSTS = { scored() {}, marked() {} };

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
  readonly #strikes: Strikes;
  readonly #storeTrouble: StoreTrouble;
  readonly #start = new StartWatch();
  #begun: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  #state: "starting" | "ready" | "stopping" = "starting";

  /** Resolves when all tenants are served. @throws why it cannot be; everything is closed then. */
  static async open(options: LivePlatformOptions): Promise<LivePlatform> {
    const platform = LivePlatform.start(options);
    return platform.started().then(() => platform);
  }

  /** Begins the start. A tenant is served as soon as its host has taken it up; see `started`. */
  static start(options: LivePlatformOptions): LivePlatform {
    const platform = new LivePlatform(options);
    platform.#begun = platform.#takeUp();
    platform.#begun.catch((error: Error) => platform.#start.failed(error));
    return platform;
  }

  private constructor(options: LivePlatformOptions) {
    this.options = options;
    const { workerCount: ownerCount, partitionCount, hostCount, link, linkHost, events } = options;
    const { after = afterTimeout } = options;
    this.#storeTrouble = new StoreTrouble(options.monotonicMs);
    this.bodies = new BodyRoom(options.limits.body.inFlightBytesMax);
    const numbers = new ClientNumbers(MAIN_CLIENT, hostCount + 1);
    this.pool = new PartitionPool(
      { partitionCount, ownerCount, numbers },
      {
        ...HEARD_BY_HOSTS,
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
        reported: (host, report) => this.#reported(host, report),
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
    this.#strikes = new Strikes(options.quarantine, events, options.monotonicMs);
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

  /** Resolves when all tenants are served. @throws why they cannot be; all is closed then. */
  async started(): Promise<void> {
    try {
      await this.#start.done;
      await this.#begun;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  ready(): boolean {
    return this.#state !== "stopping";
  }

  isServed(tenantId: string): boolean {
    return this.#state !== "starting" || this.#hostRuns.isReady(tenantId);
  }

  readiness(): Readiness {
    const { hosts, pool } = this;
    const progress = this.#state === "starting" ? [this.#hostRuns.progressText] : [];
    if (this.#state !== "ready") return { ready: false, reasons: [this.#state, ...progress] };
    const reasons = [
      ...(pool.isWhole ? [] : ["partitions are being started again"]),
      ...(hosts.isWhole ? [] : ["tenants are being started again"]),
      ...this.#storeTrouble.reasons(),
    ];
    return { ready: reasons.length === 0, reasons };
  }

  /** All threads that work for tenants, with what they take. */
  threads(): readonly PlatformThread[] {
    return platformThreads(this.hosts, this.pool, this.#ownerRuns);
  }

  tenantIds(): readonly string[] {
    return this.options.tenantIds();
  }

  forTenant(tenantId: string): TenantDoor {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const { hosts, bodies } = this;
    const host = (): number => {
      if (this.#state === "stopping") throw stopping();
      if (!this.isServed(tenantId)) throw starting();
      return this.#hostRuns.askable(tenantId);
    };
    const [startId, storeTrouble] = [this.#startId, this.#storeTrouble];
    const made = new HostedTenant({ tenantId, hosts, host, bodies, startId, storeTrouble });
    this.#tenants.set(tenantId, made);
    return made;
  }

  /** Tells hosts of settings that have changed since they were told last. To be called now and then. */
  tellSettings(): void {
    if (this.#state !== "stopping") this.#hostRuns.tellAll();
  }

  /** A tenant's work in a thread failed, or ended it. */
  strike(thread: string, work: Work, error: Error): void {
    this.#strikes.against(thread, work, error);
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

  /** Saves what can be saved, though nothing during a start, and frees the files. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#state === "stopping") return;
    if (this.#state === "starting") return this.#cutStart();
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

  /** All that was acknowledged is on the disk: the next start does what this one had begun. */
  async #cutStart(): Promise<void> {
    this.#state = "stopping";
    this.#stopping.abort();
    this.#ownerRestarts.stop();
    this.#hostRestarts.stop();
    this.#start.failed(stopping());
    await this.#closeThreads();
  }

  async #takeUp(): Promise<void> {
    const { workerCount, hostCount, arrangeFolds, events } = this.options;
    for (let owner = 0; owner < workerCount; owner++) this.#ownerRuns.start(owner);
    for (const found of (await arrangeFolds?.(this.#stopping.signal)) ?? []) events.damage(found);
    if (this.#state !== "starting") return;
    for (let host = 0; host < hostCount; host++) this.#hostRuns.run(host, this.#hostIsUp);
    await this.#start.done;
    this.#state = "ready";
    this.#checkpoints.start();
  }

  readonly #hostIsUp = (): void => {
    if (this.hosts.isWhole) this.#start.succeeded();
  };

  /** Hosts know of a quarantine before the owner is there again: they let out whose points they want. */
  #ownerEnded(owner: number, error: Error): void {
    if (this.#state === "starting") this.#start.threadEnded(error, this.#ownerRuns.workOf(owner));
    this.#ownerRuns.ended(owner, error);
    this.tellSettings();
  }

  #hostEnded(host: number, error: Error, work: Work): void {
    if (this.#state === "starting") this.#start.threadEnded(error, work);
    this.#hostRuns.ended(host, error, work, this.#hostIsUp);
  }

  #reported(host: number, report: HostReport): void {
    if (passedOn(report, this.options)) return;
    switch (report.type) {
      case "scored":
        this.options.events.scored(report.points);
        this.#checkpoints.scored(report.points, report.steps);
        break;
      case "saving":
        this.#checkpoints.saving();
        break;
      case "tenant-ready":
        this.#hostRuns.tenantReady(host, report.tenantId);
        break;
      case "tenant-failed":
        this.strike(...failedWork(host, report), hostErrorOf(report.failure));
        break;
      case "host-failed":
        void this.hosts.end(host, hostErrorOf(report.failure));
        break;
      case "owner-failed":
        void this.pool.end(report.owner, errorOf(report.failure));
    }
  }
}
