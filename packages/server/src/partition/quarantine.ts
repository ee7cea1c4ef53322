/** From the main thread: points of these tenants are stored and not folded; of all others they are. */
export interface QuarantineMessage {
  readonly type: "quarantine";
  readonly tenantIds: readonly string[];
}

/** Tenants whose points are stored and not folded. One for all partitions of an owner. */
export class Quarantine {
  #tenantIds: ReadonlySet<string> = new Set();

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

  has(tenantId: string): boolean {
    return this.#tenantIds.has(tenantId);
  }
}
