import type { TenantSettings } from "./tenant-settings.ts";

/** Where settings are read: `ControlDb`. */
export interface SettingsSource {
  settings(tenantId: string): TenantSettings;
  /** Differs after each change that this process made. */
  readonly settingsRevision: number;
}

/** A change made by another process is seen after at most this long. */
const CACHE_MS = 2000;

interface Entry {
  readonly settings: TenantSettings;
  readonly revision: number;
  readonly readMs: number;
}

/**
 * Settings of all tenants, read at every request and every advance and seldom changed. A change by
 * this process is seen at once, one by another process (the command line) within two seconds.
 */
export class SettingsCache {
  readonly #source: SettingsSource;
  readonly #monotonicMs: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(source: SettingsSource, monotonicMs: () => number) {
    this.#source = source;
    this.#monotonicMs = monotonicMs;
  }

  of(tenantId: string): TenantSettings {
    const known = this.#entries.get(tenantId);
    const readMs = this.#monotonicMs();
    const revision = this.#source.settingsRevision;
    if (known !== undefined && known.revision === revision && readMs - known.readMs < CACHE_MS) {
      return known.settings;
    }
    const settings = this.#source.settings(tenantId);
    this.#entries.set(tenantId, { settings, revision, readMs });
    return settings;
  }
}
