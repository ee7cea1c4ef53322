import { DEFAULT_SETTINGS, type TenantSettings } from "../tenant/tenant-settings.ts";
import type { HostedTenant } from "./protocol.ts";

/** What becomes of a tenant when it is told of again. */
export interface HostedTenantsEvents {
  /** Nothing is folded of it any more. */
  quarantined(tenantId: string): void;
  /** It is folded again. */
  released(tenantId: string): void;
  /** It was not known before. */
  added(tenantId: string): void;
}

/** The tenants of a host, and what holds for each of them. */
export class HostedTenants {
  readonly #events: HostedTenantsEvents;
  readonly #tenants = new Map<string, HostedTenant>();

  constructor(events: HostedTenantsEvents) {
    this.#events = events;
  }

  ids(): readonly string[] {
    return [...this.#tenants.keys()];
  }

  settingsOf(tenantId: string): TenantSettings {
    return this.#tenants.get(tenantId)?.settings ?? DEFAULT_SETTINGS;
  }

  /** Why a tenant's points are stored and not judged; undefined where they are. */
  quarantineOf(tenantId: string): string | undefined {
    return this.#tenants.get(tenantId)?.quarantine;
  }

  /** Tenants that are new here, or for whom something else holds now. */
  take(tenants: readonly HostedTenant[]): void {
    for (const tenant of tenants) {
      const { tenantId, quarantine } = tenant;
      const before = this.#tenants.get(tenantId);
      this.#tenants.set(tenantId, tenant);
      if (before === undefined) this.#events.added(tenantId);
      else if (before.quarantine === quarantine) continue;
      else if (quarantine === undefined) this.#events.released(tenantId);
      else if (before.quarantine === undefined) this.#events.quarantined(tenantId);
    }
  }
}
