import type { Failure } from "../platform/platform-errors.ts";

/** From the main thread: points of these tenants are stored and not folded; of all others they are. */
export interface QuarantineMessage {
  readonly type: "quarantine";
  readonly tenantIds: readonly string[];
}

/**
 * To the tenant's host: its detection threw. Nothing of it is folded here until the host announces its series
 * again; what comes until then counts as scored and is not.
 */
export interface TenantFailedMessage {
  readonly type: "tenant-failed";
  readonly tenantId: string;
  readonly failure: Failure;
}

/** Tenants whose points are stored and not folded. One for all partitions of an owner. */
export class Quarantine {
  #tenantIds: ReadonlySet<string> = new Set();
  /** Their detection threw in this owner: nothing is folded until their host takes them up again. */
  readonly #failed = new Set<string>();

  get tenantIds(): ReadonlySet<string> {
    return this.#tenantIds;
  }

  /** These and no others. */
  set(tenantIds: Iterable<string>): void {
    this.#tenantIds = new Set(tenantIds);
  }

  /** No longer these. */
  release(tenantIds: ReadonlySet<string>): void {
    this.set([...this.#tenantIds].filter((tenantId) => !tenantIds.has(tenantId)));
  }

  setAside(tenantId: string): void {
    this.#failed.add(tenantId);
  }

  /** The tenants' host takes them up again. */
  takeUp(tenantIds: Iterable<string>): void {
    for (const tenantId of tenantIds) this.#failed.delete(tenantId);
  }

  hasFailed(tenantId: string): boolean {
    return this.#failed.has(tenantId);
  }

  has(tenantId: string): boolean {
    return this.#tenantIds.has(tenantId) || this.#failed.has(tenantId);
  }
}
