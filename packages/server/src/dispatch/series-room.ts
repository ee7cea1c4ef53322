import type { MemoryLedger } from "../memory/memory-ledger.ts";
import { seriesBytes } from "../memory/series-bytes.ts";
import type { IngestPlace } from "../platform/ingest-batch.ts";
import { nameBytesOf } from "../platform/place-name.ts";
import type { TenantDirectory } from "./directory.ts";

/**
 * What one host's tenants are charged, and whether there is room for a series more. Series that are known
 * are never refused: what was admitted is what is loaded after a start.
 *
 * Cost: O(1) per new series, nothing per point.
 */
export class SeriesRoom {
  readonly #ledger: MemoryLedger;
  readonly #host: number;
  /** What each tenant was charged when it was counted last. */
  readonly #counted = new Map<string, number>();
  /** What tenants hold beside their series: the fold's window, its history. As last looked at. */
  readonly #states = new Map<string, number>();
  /** Of all tenants: what they hold, and what of it goes beyond their guaranteed parts. */
  #held = 0;
  #beyond = 0;

  /** @param host its number, from 0. */
  constructor(ledger: MemoryLedger, host: number) {
    this.#ledger = ledger;
    this.#host = host;
    ledger.setHeld(host, 0, 0);
  }

  /** Everything that a tenant is charged for what stays. */
  chargedTo({ tenantId, series, nameBytes }: TenantDirectory): number {
    return seriesBytes(series.length, nameBytes) + (this.#states.get(tenantId) ?? 0);
  }

  /** Whether a series may be added that is new to the tenant. Takes nothing: adding it does. */
  admits(tenant: TenantDirectory, place: IngestPlace): boolean {
    const bytes = seriesBytes(1, nameBytesOf(place, place.metadata));
    return this.#ledger.admits(this.count(tenant), bytes);
  }

  /** Notes what a tenant holds beside its series. */
  setState(tenant: TenantDirectory, bytes: number): void {
    this.#states.set(tenant.tenantId, bytes);
    this.count(tenant);
  }

  /** Tells all threads what the tenant is charged now. @returns that. */
  count(tenant: TenantDirectory): number {
    const { tenantId } = tenant;
    const { guaranteedBytes } = this.#ledger;
    const before = this.#counted.get(tenantId) ?? 0;
    const now = this.chargedTo(tenant);
    if (now === before) return now;
    this.#counted.set(tenantId, now);
    this.#held += now - before;
    this.#beyond += Math.max(0, now - guaranteedBytes) - Math.max(0, before - guaranteedBytes);
    this.#ledger.setHeld(this.#host, this.#held, this.#beyond);
    return now;
  }
}
