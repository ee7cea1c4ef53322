import type { SeriesDirectory } from "../dispatch/series-directory.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { HostMemory } from "./host-memory.ts";
import type { HostState } from "./protocol.ts";

export interface HostStateParts {
  readonly tenantIds: readonly string[];
  readonly directory: SeriesDirectory;
  readonly fleet: FleetHost;
  readonly memory: HostMemory;
  readonly backlogPoints: number;
}

/** What a host reports of itself. Cost: O(tenants). */
export function hostStateOf(parts: HostStateParts): HostState {
  const { tenantIds, directory, fleet, memory, ...rest } = parts;
  let newestMs = Number.NEGATIVE_INFINITY;
  const tenants = tenantIds.map((tenantId) => {
    const { fold, newestMs: ownNewestMs, stepMs } = fleet.runner(tenantId);
    if (ownNewestMs > newestMs) newestMs = ownNewestMs;
    const scoredAtMs = fleet.scoredAtMs(tenantId);
    const isKnown = scoredAtMs !== undefined && Number.isFinite(ownNewestMs);
    return {
      tenantId,
      activeSeries: directory.tenant(tenantId).living.count,
      openFindings: fold?.fleet.openFindings.length ?? 0,
      detectionDelayMs: isKnown ? Math.max(0, scoredAtMs - ownNewestMs) : Number.NaN,
      stepMs,
      memoryBytes: memory.series.chargedTo(directory.tenant(tenantId)),
    };
  });
  return { seriesCount: directory.series.length, newestMs, tenants, ...rest };
}
