import { MetricSeries } from "../model/metric-series.ts";
import { type SeriesKey, seriesKeyText, type TenantId } from "../model/series-key.ts";
import type { TimeRange } from "../model/time.ts";
import { firstAtOrAfter } from "../stats/bisect.ts";
import { checkPointColumns, compareSeriesPlaces } from "./check-point-columns.ts";
import type { PointColumns, SeriesPlace, Store, TenantStore } from "./store.ts";

/**
 * A store that lives as long as the process: for tests, examples and the command line. Keeps all
 * points, 16 bytes each; a late point costs one copy of its series.
 */
export function memoryStore(): Store {
  const tenants = new Map<TenantId, TenantStore>();
  return {
    forTenant(tenant) {
      let store = tenants.get(tenant);
      if (store === undefined) {
        store = new MemoryTenantStore(tenant);
        tenants.set(tenant, store);
      }
      return store;
    },
    async close() {
      tenants.clear();
    },
  };
}

interface KeptSeries {
  readonly key: SeriesKey;
  readonly points: GrowingColumns;
  metadata: Readonly<Record<string, string>>;
}

class MemoryTenantStore implements TenantStore {
  readonly #tenant: TenantId;
  readonly #series = new Map<string, KeptSeries>();

  constructor(tenant: TenantId) {
    this.#tenant = tenant;
  }

  async append(batch: readonly PointColumns[]): Promise<void> {
    checkPointColumns(batch);
    for (const { place, timestampsMs, values, metadata } of batch) {
      const kept = this.#kept(place);
      if (metadata !== undefined) kept.metadata = { ...metadata };
      for (let i = 0; i < values.length; i++) {
        kept.points.set(Math.round(timestampsMs[i]!), values[i]!);
      }
    }
  }

  async read(place: SeriesPlace, { startMs, endMs }: TimeRange): Promise<MetricSeries> {
    const key = { ...placeOf(place), tenantId: this.#tenant };
    const kept = this.#series.get(seriesKeyText(key));
    const { timestamps, values } = (kept?.points ?? new GrowingColumns()).copy(startMs, endMs);
    return new MetricSeries({ ...key, timestamps, values, metadata: kept?.metadata ?? {} });
  }

  async *keys(sinceMs: number): AsyncIterable<SeriesKey> {
    const live = [...this.#series.values()].filter(({ points }) => points.newestMs >= sinceMs);
    for (const { key } of live.sort((a, b) => compareSeriesPlaces(a.key, b.key))) yield key;
  }

  #kept(place: SeriesPlace): KeptSeries {
    const key = { ...placeOf(place), tenantId: this.#tenant };
    const text = seriesKeyText(key);
    let kept = this.#series.get(text);
    if (kept === undefined) {
      kept = { key, points: new GrowingColumns(), metadata: {} };
      this.#series.set(text, kept);
    }
    return kept;
  }
}

function placeOf({ clusterId, nodeId, metricName }: SeriesPlace): SeriesPlace {
  return { clusterId, nodeId, metricName };
}

/** Two ascending columns with room to grow. */
class GrowingColumns {
  #times = new Float64Array(16);
  #values = new Float64Array(16);
  #count = 0;

  /** -Infinity when empty. */
  get newestMs(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#times[this.#count - 1]!;
  }

  set(atMs: number, value: number): void {
    const i =
      atMs > this.newestMs ? this.#count : firstAtOrAfter(this.#times, atMs, 0, this.#count);
    if (i === this.#count || this.#times[i] !== atMs) {
      if (this.#count === this.#times.length) this.#grow();
      this.#times.copyWithin(i + 1, i, this.#count);
      this.#values.copyWithin(i + 1, i, this.#count);
      this.#times[i] = atMs;
      this.#count++;
    }
    this.#values[i] = value;
  }

  copy(startMs: number, endMs: number): { timestamps: Float64Array; values: Float64Array } {
    const from = firstAtOrAfter(this.#times, startMs, 0, this.#count);
    const to = firstAtOrAfter(this.#times, endMs, 0, this.#count);
    return { timestamps: this.#times.slice(from, to), values: this.#values.slice(from, to) };
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const values = new Float64Array(this.#values.length * 2);
    times.set(this.#times);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }
}
