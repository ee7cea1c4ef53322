import { seriesKey, tenantIdOf } from "../model/series-key.ts";
import { timeRange, toEpochMs } from "../model/time.ts";
import type { MetricSource, Store } from "./store.ts";

/** A store seen through the integration contract. The store stays the caller's to close. */
export function metricSource(store: Store): MetricSource {
  return {
    async getMetricSeries(tenantId, clusterId, nodeId, metricName, start, end) {
      const key = seriesKey({ tenantId, clusterId, nodeId, metricName });
      const range = timeRange(toEpochMs(start), toEpochMs(end));
      return store.forTenant(tenantIdOf(tenantId)).read(key, range);
    },
  };
}
