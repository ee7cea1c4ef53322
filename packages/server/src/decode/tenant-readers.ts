import { RemoteWriteReader } from "../ingest/remote-write.ts";
import type { LabelNames } from "../platform/label-names.ts";

/** Tenants whose label sets are remembered; whoever has not written for longest is read from scratch. */
const READERS_MAX = 256;
/** A tenant's share of the bytes for label sets: half, so that no tenant empties them alone. */
const TENANT_SHARE = 1 / 2;

/** Remote-write readers per tenant; label sets are forgotten when the tenant's mapping changes. */
export class TenantReaders {
  readonly #cacheBytesMax: number;
  /** Whoever wrote last comes last. */
  readonly #readers = new Map<
    string,
    { readonly names: LabelNames; readonly reader: RemoteWriteReader; bytes: number }
  >();
  #bytes = 0;

  constructor(cacheBytesMax: number) {
    this.#cacheBytesMax = cacheBytesMax;
  }

  /** Bytes of all label sets that are remembered. */
  get cacheBytes(): number {
    return this.#bytes;
  }

  of(tenantId: string, names: LabelNames): RemoteWriteReader {
    const known = this.#readers.get(tenantId);
    if (known !== undefined && sameNames(known.names, names)) {
      this.#readers.delete(tenantId);
      this.#readers.set(tenantId, known);
      return known.reader;
    }
    this.forget(tenantId);
    const cacheBytesMax = this.#cacheBytesMax * TENANT_SHARE;
    const reader = new RemoteWriteReader({ names, cacheBytesMax });
    this.#readers.set(tenantId, { names, reader, bytes: 0 });
    return reader;
  }

  /** Counts what the tenant's reader holds now; the longest idle make room for it. */
  keepWithin(tenantId: string): void {
    const entry = this.#readers.get(tenantId);
    if (entry === undefined) return;
    this.#bytes += entry.reader.cacheBytes - entry.bytes;
    entry.bytes = entry.reader.cacheBytes;
    for (const oldest of this.#readers.keys()) {
      const isOver = this.#bytes > this.#cacheBytesMax || this.#readers.size > READERS_MAX;
      if (!isOver || oldest === tenantId) return;
      this.forget(oldest);
    }
  }

  forget(tenantId: string): void {
    this.#bytes -= this.#readers.get(tenantId)?.bytes ?? 0;
    this.#readers.delete(tenantId);
  }
}

function sameNames(a: LabelNames, b: LabelNames): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
