import type { SeriesKey } from "@foreshock/core/fold";
import { partitionOf, seriesIdOf } from "../partition/partition-of.ts";
import { LATEST } from "../partition/protocol.ts";
import { type AllSeries, type SeriesInfo, TenantDirectory } from "./directory.ts";
import { ASLEEP } from "./living-series.ts";

/** Series of all tenants of a host, and the numbers by which threads speak of them. */
export class SeriesDirectory implements AllSeries {
  /** In order of first sight. */
  readonly series: SeriesInfo[] = [];
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

  at(handle: number): SeriesInfo | undefined {
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
    const info: SeriesInfo = {
      handle: this.#client + this.series.length * this.#clientCount,
      id: seriesIdOf(clusterId, nodeId, metricName),
      ...own,
      partition:
        beside?.partition ?? partitionOf(tenantId, clusterId, nodeId, this.#partitionCount),
      index: tenant.series.length,
      newestMs: Number.NEGATIVE_INFINITY,
      firstMs: 0,
      lastMs: 0,
      lastValue: Number.NaN,
      score: 0,
      pointCount: 0,
      intervalMs: 0,
      sinceMs: 0,
      episodeScore: 0,
      ended: false,
      awakeUntilHour: ASLEEP,
      natureChanges: 0,
    };
    this.series.push(info);
    tenant.add(info);
    return info;
  }

  /** Takes over the state of a series after a run of scored points; it begins at `latest[at]`. */
  update(handle: number, latest: Float64Array, at: number): SeriesInfo {
    const info = this.at(handle)!;
    const tenant = this.tenant(info.key.tenantId);
    tenant.pointCount += latest[at + LATEST.pointCount]! - info.pointCount;
    info.lastMs = latest[at + LATEST.atMs]!;
    info.lastValue = latest[at + LATEST.value]!;
    info.score = latest[at + LATEST.score]!;
    info.pointCount = latest[at + LATEST.pointCount]!;
    info.intervalMs = latest[at + LATEST.intervalMs]!;
    info.firstMs = latest[at + LATEST.firstMs]!;
    info.sinceMs = latest[at + LATEST.sinceMs]!;
    info.episodeScore = latest[at + LATEST.episodeScore]!;
    info.ended = latest[at + LATEST.ended] === 1;
    tenant.nodeOf(info).heard(info);
    if (info.lastMs > tenant.scoredMs) tenant.scoredMs = info.lastMs;
    if (info.firstMs > 0 && info.firstMs < tenant.oldestMs) tenant.oldestMs = info.firstMs;
    if (info.lastMs > info.newestMs) this.#takeUp(info);
    return info;
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
