import type { MemoryLedger } from "../memory/memory-ledger.ts";
import { seriesBytes } from "../memory/series-bytes.ts";
import type { IngestPlace } from "../platform/ingest-batch.ts";
import { nameBytesOf } from "../platform/place-name.ts";
import type { TenantDirectory } from "./directory.ts";
import type { SeriesDirectory } from "./series-directory.ts";

/**
 * What one host's tenants are charged, and whether there is room for a series more. Series that are known
 * are never refused: what was admitted is what is loaded after a start.
 *
 * Cost: O(1) per new series, nothing per point.
 */
export class SeriesRoom {
  readonly #ledger: MemoryLedger;
  readonly #host: number;
  readonly #directory: SeriesDirectory;
  /** What tenants hold beside their series: the fold's window, its history. As last looked at. */
  readonly #states = new Map<string, number>();
  #stateBytes = 0;

  /** @param host its number, from 0. */
  constructor(ledger: MemoryLedger, host: number, directory: SeriesDirectory) {
    this.#ledger = ledger;
    this.#host = host;
    this.#directory = directory;
    this.publish();
  }

  /** Everything that a tenant is charged for what stays. */
  chargedTo({ tenantId, series, nameBytes }: TenantDirectory): number {
    return seriesBytes(series.length, nameBytes) + (this.#states.get(tenantId) ?? 0);
  }

  /** Whether a series may be added that is new to the tenant. Takes nothing: adding it does. */
  admits(tenant: TenantDirectory, place: IngestPlace): boolean {
    this.publish();
    const bytes = seriesBytes(1, nameBytesOf(place, place.metadata));
    return this.#ledger.admits(this.chargedTo(tenant), bytes);
  }

  /** Nothing new is begun while the process is close to its maximum. */
  get isTight(): boolean {
    return this.#ledger.isTight;
  }

  /** Notes what a tenant holds beside its series. */
  setState(tenantId: string, bytes: number): void {
    this.#stateBytes += bytes - (this.#states.get(tenantId) ?? 0);
    this.#states.set(tenantId, bytes);
  }

  /** Tells all threads what this host holds now. */
  publish(): void {
    const { series, nameBytes } = this.#directory;
    this.#ledger.setHeld(this.#host, seriesBytes(series.length, nameBytes) + this.#stateBytes);
  }
}
