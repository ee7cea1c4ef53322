import type { MetricSeries } from "../model/metric-series.ts";
import type { SeriesKey, TenantId } from "../model/series-key.ts";
import type { EpochMs, Instant, TimeRange } from "../model/time.ts";

/** The one way in. Whoever holds a `TenantStore` can reach that tenant's rows and no others. */
export interface Store {
  forTenant(tenant: TenantId): TenantStore;
  /** Waits for writes under way, then frees files and sockets. Safe to call twice. */
  close(): Promise<void>;
}

/** Place of a series inside its tenant. */
export type SeriesPlace = Omit<SeriesKey, "tenantId">;

export interface TenantStore {
  /**
   * Adds points to series, making them where they are new; durable when the promise resolves (as
   * far as the implementation is). Order and repeats do not matter: of two points at one instant
   * the later call's wins, within a call the later one's. All of the batch is stored, or none.
   * Times are kept to the millisecond.
   *
   * @throws Refusal "id/empty" | "series/length-mismatch" | "series/infinite" | "time/invalid"
   */
  append(batch: readonly PointColumns[]): Promise<void>;

  /**
   * Points of one series inside `range`, ascending, one per instant; empty columns where there are
   * none. Changing what was given changes nothing that is stored.
   */
  read(place: SeriesPlace, range: TimeRange): Promise<MetricSeries>;

  /**
   * Keys with a point at or after `sinceMs`, in order of cluster, node, metric (by code unit), so
   * that every run goes round alike.
   */
  keys(sinceMs: EpochMs): AsyncIterable<SeriesKey>;
}

/** Points of one series as two columns of equal length. The store copies what it keeps. */
export interface PointColumns {
  readonly place: SeriesPlace;
  readonly timestampsMs: Float64Array;
  /** NaN = missing. */
  readonly values: Float64Array;
  /** Further labels of the source; the last ones given stay with the series. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The integration contract: one continuous series, wherever its points are kept. */
export interface MetricSource {
  /**
   * Points of one series in [start, end), ascending; empty columns where there are none.
   *
   * @throws Refusal "id/empty" | "time/invalid" | "range/empty"
   */
  getMetricSeries(
    tenantId: string,
    clusterId: string,
    nodeId: string,
    metricName: string,
    start: Instant,
    end: Instant,
  ): Promise<MetricSeries>;
}
