import {
  checkPointColumns,
  compareSeriesPlaces,
  MetricSeries,
  type PointColumns,
  type SeriesKey,
  type SeriesPlace,
  type Store,
  type TenantId,
  type TenantStore,
  type TimeRange,
} from "@foreshock/core";
import { pointBatch } from "../codec/point-batch.ts";
import { PartitionStore, type PartitionStoreOptions } from "./partition-store.ts";

/**
 * One partition on disk behind the core's store port: what a program that brings its own pipeline
 * uses. Every append is committed, so it is durable when its promise resolves.
 */
export function embeddedStore(dir: string, options: PartitionStoreOptions = {}): Store {
  const partition = PartitionStore.open(dir, options);
  return {
    forTenant: (tenant) => new EmbeddedTenantStore(partition, tenant),
    async close() {
      partition.close();
    },
  };
}

class EmbeddedTenantStore implements TenantStore {
  readonly #partition: PartitionStore;
  readonly #tenant: TenantId;

  constructor(partition: PartitionStore, tenant: TenantId) {
    this.#partition = partition;
    this.#tenant = tenant;
  }

  async append(batch: readonly PointColumns[]): Promise<void> {
    checkPointColumns(batch);
    const runs = batch.map(({ place, timestampsMs, values, metadata }) => ({
      seriesId: this.#intern(place, metadata),
      timestampsMs,
      values,
    }));
    this.#partition.append(pointBatch(runs));
    this.#partition.commit();
  }

  async read(place: SeriesPlace, range: TimeRange): Promise<MetricSeries> {
    const key = this.#keyOf(place);
    const seriesId = this.#partition.find(key);
    if (seriesId === undefined) {
      return new MetricSeries({ ...key, timestamps: [], values: [] });
    }
    const { timestampsMs, values } = this.#partition.read(seriesId, range);
    const { metadata } = this.#partition.entry(seriesId);
    return new MetricSeries({
      ...key,
      timestamps: timestampsMs.slice(),
      values: values.slice(),
      metadata,
    });
  }

  async *keys(sinceMs: number): AsyncIterable<SeriesKey> {
    const live: SeriesKey[] = [];
    for (const entry of this.#partition.entries()) {
      if (entry.tenantId === this.#tenant && entry.lastMs >= sinceMs) live.push(this.#keyOf(entry));
    }
    yield* live.sort(compareSeriesPlaces);
  }

  #intern(place: SeriesPlace, given: PointColumns["metadata"]): number {
    const key = this.#keyOf(place);
    const known = this.#partition.find(key);
    if (known !== undefined && given === undefined) return known;
    return this.#partition.intern({ ...key, metadata: given ?? {} });
  }

  #keyOf({ clusterId, nodeId, metricName }: SeriesPlace): SeriesKey {
    return { tenantId: this.#tenant, clusterId, nodeId, metricName };
  }
}
