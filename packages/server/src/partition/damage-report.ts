import type { SeriesKey, TimeRange } from "@foreshock/core/fold";
import type { Damage } from "../store/sqlite/damage.ts";
import { seriesIdOf } from "./partition-of.ts";
import type { DamageReport } from "./protocol.ts";

/** Damage in public terms. @param series the name of the damaged series, where it is known. */
export function damageReport(damage: Damage, series?: SeriesKey): DamageReport {
  const { kind: item, file, points, reason, keptAs: action } = damage;
  return {
    item,
    file,
    tenantId: series?.tenantId ?? damage.tenantId,
    seriesId: series && seriesIdOf(series.clusterId, series.nodeId, series.metricName),
    range: rangeOf(damage),
    points: Number.isNaN(points) ? undefined : points,
    reason,
    action,
  };
}

function rangeOf({ startMs, endMs }: Damage): TimeRange | undefined {
  return startMs < endMs ? { startMs, endMs } : undefined;
}
