import type { QuarantineBook } from "./strikes.ts";

/** Where quarantine is kept: the control database. */
export interface QuarantineSource {
  strike(tenant: string, reason: string): number;
  quarantine(tenant: string, reason: string): void;
  quarantined(): readonly { readonly tenant: string; readonly reason: string }[];
}

/**
 * Which tenants are in quarantine, asked with each request and seldom changed. What this process changes
 * holds at once; what the command line changes, with the next `refresh`.
 */
export class QuarantineCache implements QuarantineBook {
  readonly #source: QuarantineSource;
  #reasons: ReadonlyMap<string, string> = new Map();

  constructor(source: QuarantineSource) {
    this.#source = source;
    this.refresh();
  }

  refresh(): void {
    const all = this.#source.quarantined();
    this.#reasons = new Map(all.map(({ tenant, reason }) => [tenant, reason]));
  }

  strike(tenantId: string, reason: string): number {
    return this.#source.strike(tenantId, reason);
  }

  quarantine(tenantId: string, reason: string): void {
    this.#source.quarantine(tenantId, reason);
    this.refresh();
  }

  tenantIds(): readonly string[] {
    return [...this.#reasons.keys()];
  }

  reasonOf(tenantId: string): string | undefined {
    return this.#reasons.get(tenantId);
  }
}
