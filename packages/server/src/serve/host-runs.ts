import type { HostPool } from "../host/host-pool.ts";
import { hostOfTenant } from "../partition/clients.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import type { OwnerRuns } from "./owner-runs.ts";
import type { PlatformEvents } from "./platform-events.ts";
import type { Restarts } from "./restarts.ts";

export interface HostRunsParts {
  readonly hosts: HostPool;
  readonly owners: OwnerRuns;
  readonly restarts: Restarts;
  readonly tenantIds: () => readonly string[];
  readonly settingsOf: (tenantId: string) => TenantSettings;
  readonly events: Pick<PlatformEvents, "hostEnded" | "hostStarted">;
}

/** Runs the hosts, and keeps them told of their tenants and what these may do. */
export class HostRuns {
  readonly #parts: HostRunsParts;
  /** What each tenant's host was told last. */
  readonly #told = new Map<string, TenantSettings>();

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
    const { hosts, owners, settingsOf } = this.#parts;
    hosts.start(host);
    const tenants = this.tenantsOf(host).map((tenantId) => {
      const settings = settingsOf(tenantId);
      this.#told.set(tenantId, settings);
      return { tenantId, settings };
    });
    hosts.tellTenants(host, tenants);
    owners.connectHost(host);
    await hosts.askStarting(host, { what: "start" });
    hosts.opened(host);
  }

  /** The host has ended: it is started again after a while, and again until it runs. */
  ended(host: number, error: Error): void {
    const { restarts, events, hosts } = this.#parts;
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
    const settings = this.#parts.settingsOf(tenantId);
    if (this.#told.get(tenantId) === settings) return host;
    this.#told.set(tenantId, settings);
    this.#parts.hosts.tellTenants(host, [{ tenantId, settings }]);
    return host;
  }

  tellAll(): void {
    for (const tenantId of this.#parts.tenantIds()) this.tell(tenantId);
  }
}
