import { Refusal } from "../model/refusal.ts";
import { nonEmpty } from "../model/series-key.ts";
import type { PointColumns } from "./store.ts";

/** What every store checks before it takes a batch. @throws Refusal as `TenantStore.append` says. */
export function checkPointColumns(batch: readonly PointColumns[]): void {
  for (const { place, timestampsMs, values } of batch) {
    nonEmpty("clusterId", place.clusterId);
    nonEmpty("nodeId", place.nodeId);
    nonEmpty("metricName", place.metricName);
    if (timestampsMs.length !== values.length) {
      throw new Refusal("series/length-mismatch", "give one value per timestamp", {
        ...place,
        timestamps: timestampsMs.length,
        values: values.length,
      });
    }
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(timestampsMs[i]!)) {
        throw new Refusal("time/invalid", "timestamps must be finite epoch milliseconds", {
          ...place,
          index: i,
        });
      }
      if (Math.abs(values[i]!) === Number.POSITIVE_INFINITY) {
        throw new Refusal("series/infinite", "infinite values cannot be scored; leave them out", {
          ...place,
          index: i,
        });
      }
    }
  }
}

/** Order of cluster, node, metric, each by code unit. */
export function compareSeriesPlaces(a: PointColumns["place"], b: PointColumns["place"]): number {
  return (
    compare(a.clusterId, b.clusterId) ||
    compare(a.nodeId, b.nodeId) ||
    compare(a.metricName, b.metricName)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
