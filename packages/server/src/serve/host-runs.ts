import { type HostPool, notThere } from "../host/host-pool.ts";
import type { HostedTenant } from "../host/protocol.ts";
import { hostOfTenant } from "../partition/clients.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import type { Work } from "../watch/heartbeat.ts";
import type { OwnerRuns } from "./owner-runs.ts";
import type { PlatformEvents } from "./platform-events.ts";
import type { Restarts } from "./restarts.ts";
import type { Strikes } from "./strikes.ts";

export interface HostRunsParts {
  readonly hosts: HostPool;
  readonly owners: OwnerRuns;
  readonly restarts: Restarts;
  readonly tenantIds: () => readonly string[];
  readonly settingsOf: (tenantId: string) => TenantSettings;
  readonly strikes: Strikes;
  readonly events: Pick<PlatformEvents, "hostEnded" | "hostStarted" | "released">;
}

/** Runs the hosts, and keeps them told of their tenants and what these may do. */
export class HostRuns {
  readonly #parts: HostRunsParts;
  /** What each tenant's host was told last. */
  readonly #told = new Map<string, HostedTenant>();
  /** Tenants of hosts that have not taken up all of theirs, as far as they have. */
  readonly #ready = new Set<string>();

  constructor(parts: HostRunsParts) {
    this.#parts = parts;
  }

  /** The host of a tenant. */
  hostOf(tenantId: string): number {
    return hostOfTenant(tenantId, this.#parts.hosts.hostCount + 1) - 1;
  }

  tenantsOf(host: number): readonly string[] {
    return this.#parts.tenantIds().filter((tenantId) => this.hostOf(tenantId) === host);
  }

  /** Starts a host, and again after a while where it ends or cannot take up its tenants. */
  run(host: number, isUp: () => void): void {
    this.#start(host).then(
      () => {
        this.#parts.restarts.runs(host);
        isUp();
      },
      // It ended again, which is heard of elsewhere; or it cannot take up its tenants, which ends it.
      (failure: Error) => void this.#parts.hosts.end(host, failure),
    );
  }

  /** The host has taken up this tenant. */
  tenantReady(host: number, tenantId: string): void {
    if (this.hostOf(tenantId) !== host) return;
    this.#parts.hosts.serves(host);
    this.#ready.add(tenantId);
  }

  /** Whether the tenant may be asked and sent points. */
  isReady(tenantId: string): boolean {
    return this.#parts.hosts.isOpen(this.hostOf(tenantId)) || this.#ready.has(tenantId);
  }

  /** How far a start has come, for people. */
  get progressText(): string {
    const tenantIds = this.#parts.tenantIds();
    const ready = tenantIds.filter((id) => this.isReady(id)).length;
    return `tenants ready: ${ready} of ${tenantIds.length}, ${this.#parts.owners.progressText}`;
  }

  /** The tenant's host, which knows what holds for it. @throws Unavailable while it is taken up again. */
  askable(tenantId: string): number {
    const host = this.tell(tenantId);
    if (!this.isReady(tenantId)) throw notThere();
    return host;
  }

  /** Resolves when the host has taken up its tenants. */
  async #start(host: number): Promise<void> {
    const { hosts, owners } = this.#parts;
    hosts.start(host);
    const tenants = this.tenantsOf(host).map((tenantId) => this.#standing(tenantId));
    for (const tenant of tenants) this.#told.set(tenant.tenantId, tenant);
    hosts.tellTenants(host, tenants);
    owners.connectHost(host);
    await hosts.askStarting(host, { what: "start" });
    hosts.opened(host);
  }

  /** The host has ended in some work: it is started again after a while, and again until it runs. */
  ended(host: number, error: Error, work: Work, isUp: () => void): void {
    const { restarts, events, strikes } = this.#parts;
    strikes.threadEnded(`host ${host}`, work, error);
    this.tellAll();
    for (const tenantId of this.tenantsOf(host)) {
      this.#told.delete(tenantId);
      this.#ready.delete(tenantId);
    }
    const waitMs = restarts.again(host, () => {
      this.run(host, () => {
        events.hostStarted(this.tenantsOf(host));
        isUp();
      });
    });
    if (waitMs !== undefined) events.hostEnded(this.tenantsOf(host), error, waitMs);
  }

  /** Tells the tenant's host what holds for it now, where that has changed. */
  tell(tenantId: string): number {
    const host = this.hostOf(tenantId);
    const tenant = this.#standing(tenantId);
    const told = this.#told.get(tenantId);
    const isTold = told?.settings === tenant.settings && told.quarantine === tenant.quarantine;
    if (isTold) return host;
    this.#told.set(tenantId, tenant);
    this.#parts.hosts.tellTenants(host, [tenant]);
    if (told?.quarantine !== undefined && tenant.quarantine === undefined) {
      this.#parts.events.released(tenantId);
    }
    return host;
  }

  #standing(tenantId: string): HostedTenant {
    const { settingsOf, strikes } = this.#parts;
    const quarantine = strikes.reasonOf(tenantId);
    return { tenantId, settings: settingsOf(tenantId), quarantine };
  }

  tellAll(): void {
    this.#parts.owners.tellQuarantine();
    for (const tenantId of this.#parts.tenantIds()) this.tell(tenantId);
  }
}
