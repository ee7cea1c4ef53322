import type { HostState } from "../host/protocol.ts";
import type { Metrics } from "../observe/metrics.ts";
import { bytesOnDisk } from "../store/disk-usage.ts";
import { afterTimeout } from "./after.ts";
import type { LivePlatform } from "./live-platform.ts";

/** Sizes on disk are asked for at most this often: a year of days is thousands of files. */
const BYTES_EVERY_MS = 30_000;
/** A host that does not answer in time is left out of a scrape: it keeps its last figures. */
const STATE_MAX_MS = 500;

/** Sets the gauges on what the platform does whenever somebody asks for them. */
export function observePlatform(platform: LivePlatform, metrics: Metrics, dataDir: string): void {
  let bytesAtMs = Number.NEGATIVE_INFINITY;
  metrics.beforeScrape(async () => {
    const states = await inTime(platform.states());
    let backlogPoints = 0;
    for (const state of states) {
      backlogPoints += state.backlogPoints;
      observeTenants(state, metrics);
    }
    metrics.queueDepth.set({ queue: "detection_points" }, backlogPoints);
    metrics.queueDepth.set({ queue: "body_bytes" }, platform.bodies.used);
    if (performance.now() - bytesAtMs < BYTES_EVERY_MS) return;
    bytesAtMs = performance.now();
    const bytes = await bytesOnDisk(dataDir);
    for (const [tier, size] of Object.entries(bytes)) metrics.storeBytes.set({ tier }, size);
  });
}

function observeTenants({ tenants }: HostState, metrics: Metrics): void {
  for (const one of tenants) {
    const { tenantId, activeSeries, openFindings, detectionDelayMs, memoryBytes } = one;
    const tenant = metrics.tenantLabel(tenantId);
    metrics.activeSeries.set({ tenant }, activeSeries);
    metrics.findingsOpen.set({ tenant }, openFindings);
    metrics.tenantMemory.set({ tenant }, memoryBytes);
    if (!Number.isNaN(detectionDelayMs)) {
      metrics.detectionDelay.set({ tenant }, detectionDelayMs / 1000);
    }
  }
}

async function inTime(states: Promise<readonly HostState[]>): Promise<readonly HostState[]> {
  const { promise: late, resolve } = Promise.withResolvers<readonly HostState[]>();
  const cancel = afterTimeout(STATE_MAX_MS, () => resolve([]));
  return Promise.race([states.catch(() => []), late]).finally(cancel);
}
