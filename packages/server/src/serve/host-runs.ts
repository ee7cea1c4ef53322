import type { HostPool } from "../host/host-pool.ts";
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

  /** Starts a host; resolves when it has taken up its tenants. */
  async start(host: number): Promise<void> {
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
  ended(host: number, error: Error, work: Work): void {
    const { restarts, events, hosts, strikes } = this.#parts;
    strikes.against(work, error);
    this.tellAll();
    for (const tenantId of this.tenantsOf(host)) this.#told.delete(tenantId);
    const waitMs = restarts.again(host, () => {
      this.start(host).then(
        () => {
          restarts.runs(host);
          events.hostStarted(this.tenantsOf(host));
        },
        // It ended again, which is heard of elsewhere; or it cannot take up its tenants, which ends it.
        (failure: Error) => void hosts.end(host, failure),
      );
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
