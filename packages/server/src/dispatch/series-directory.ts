import type { SeriesKey } from "@foreshock/core/fold";
import { partitionOf, seriesIdOf } from "../partition/partition-of.ts";
import { LATEST } from "../partition/protocol.ts";
import { type AllSeries, type SeriesInfo, TenantDirectory } from "./directory.ts";
import { KnownSeries, SeriesRows } from "./known-series.ts";

/** Series of all tenants of a host, and the numbers by which threads speak of them. */
export class SeriesDirectory implements AllSeries {
  /** In order of first sight. */
  readonly series: KnownSeries[] = [];
  readonly #rows = new SeriesRows();
  /** Of the series that was updated last. */
  #lastTenant: TenantDirectory | undefined;
  readonly #client: number;
  readonly #clientCount: number;
  readonly #tenants = new Map<string, TenantDirectory>();
  readonly #partitionCount: number;

  /** @param client the host's number among the clients of partition owners. */
  constructor(partitionCount: number, client = 0, clientCount = 1) {
    this.#partitionCount = partitionCount;
    this.#client = client;
    this.#clientCount = clientCount;
  }

  at(handle: number): KnownSeries | undefined {
    return this.series[(handle - this.#client) / this.#clientCount];
  }

  tenant(tenantId: string): TenantDirectory {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const made = new TenantDirectory(tenantId, this);
    this.#tenants.set(tenantId, made);
    return made;
  }

  tenants(): Iterable<TenantDirectory> {
    return this.#tenants.values();
  }

  add(key: SeriesKey, metadata: Readonly<Record<string, string>>): SeriesInfo {
    const { tenantId, clusterId, nodeId, metricName } = key;
    const tenant = this.tenant(tenantId);
    const own = tenant.shared(key, metadata);
    // All metrics of a node live together.
    const beside = tenant.node(clusterId, nodeId)?.newest;
    const info = new KnownSeries(
      {
        handle: this.#client + this.series.length * this.#clientCount,
        id: seriesIdOf(clusterId, nodeId, metricName),
        ...own,
        partition:
          beside?.partition ?? partitionOf(tenantId, clusterId, nodeId, this.#partitionCount),
        index: tenant.series.length,
      },
      this.#rows,
    );
    this.series.push(info);
    tenant.add(info);
    return info;
  }

  /** Takes over the state of a series after a run of scored points; it begins at `latest[at]`. */
  update(handle: number, latest: Float64Array, at: number): SeriesInfo {
    const info = this.at(handle)!;
    const tenant = this.#tenantOf(info);
    tenant.pointCount += latest[at + LATEST.pointCount]! - info.pointCount;
    info.update(latest, at);
    tenant.nodeOf(info).heard(info);
    if (info.lastMs > tenant.scoredMs) tenant.scoredMs = info.lastMs;
    if (info.firstMs > 0 && info.firstMs < tenant.oldestMs) tenant.oldestMs = info.firstMs;
    if (info.lastMs > info.newestMs) this.#takeUp(info);
    return info;
  }

  /** Runs of one tenant come together. */
  #tenantOf({ key: { tenantId } }: SeriesInfo): TenantDirectory {
    if (this.#lastTenant?.tenantId !== tenantId) this.#lastTenant = this.tenant(tenantId);
    return this.#lastTenant;
  }

  /** Points that were let in could not be stored: the newest time is that of what was scored. */
  notStored(handle: number): void {
    const info = this.at(handle);
    if (info === undefined) return;
    info.newestMs = info.pointCount > 0 ? info.lastMs : Number.NEGATIVE_INFINITY;
  }

  /** After a start: what is stored comes from the worker, not through the gate. */
  #takeUp(info: SeriesInfo): void {
    info.newestMs = info.lastMs;
    const { living } = this.tenant(info.key.tenantId);
    living.restore(info, info.lastMs);
    if (info.ended) living.ended(info);
  }
}
