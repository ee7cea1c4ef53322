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
} from "@foreshock/core/fold";
import { afterEach, describe } from "vitest";
import { type Scratch, scratch, UNHARMED } from "../../../testing/scratch.ts";
import { pointBatch } from "../codec/point-batch.ts";
import { PartitionStore } from "./partition-store.ts";

// The contract is a test file of the core, which its public door does not lead to.
const CONTRACT = new URL("../../../../core/src/store/store-contract.ts", import.meta.url).href;
const { storeContract }: { storeContract: (open: () => Store) => void } = await import(CONTRACT);

describe("a partition behind the core's store port", () => {
  let place: Scratch | undefined;
  afterEach(() => place?.remove());

  storeContract(() => {
    place = scratch();
    const partition = PartitionStore.open(place.dir, UNHARMED);
    return {
      forTenant: (tenant) => new PartitionTenant(partition, tenant),
      async close() {
        partition.close();
      },
    };
  });
});

/** Every append is committed, so that it is durable when its promise resolves. */
class PartitionTenant implements TenantStore {
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
    const seriesId = this.#find(key);
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
    const known = this.#find(key);
    if (known !== undefined && given === undefined) return known;
    return this.#partition.intern({ ...key, metadata: given ?? {} });
  }

  #keyOf({ clusterId, nodeId, metricName }: SeriesPlace): SeriesKey {
    return { tenantId: this.#tenant, clusterId, nodeId, metricName };
  }

  #find(key: SeriesKey): number | undefined {
    for (const entry of this.#partition.entries()) {
      if (entry.tenantId === key.tenantId && compareSeriesPlaces(entry, key) === 0) {
        return entry.seriesId;
      }
    }
    return undefined;
  }
}
