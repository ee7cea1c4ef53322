import type { Metrics } from "../observe/metrics.ts";
import { bytesOnDisk } from "../store/disk-usage.ts";
import type { LivePlatform } from "./live-platform.ts";

/** Sizes on disk are asked for at most this often: a year of days is thousands of files. */
const BYTES_EVERY_MS = 30_000;

/** Sets the gauges on what the platform does whenever somebody asks for them. */
export function observePlatform(platform: LivePlatform, metrics: Metrics, dataDir: string): void {
  let bytesAtMs = Number.NEGATIVE_INFINITY;
  metrics.beforeScrape(async () => {
    for (const tenantId of platform.tenantIds()) observeTenant(platform, metrics, tenantId);
    metrics.queueDepth.set({ queue: "detection_points" }, platform.intake.inFlight.points());
    metrics.queueDepth.set({ queue: "body_bytes" }, platform.intake.door.bodyBytes);
    if (performance.now() - bytesAtMs < BYTES_EVERY_MS) return;
    bytesAtMs = performance.now();
    const bytes = await bytesOnDisk(dataDir);
    for (const [tier, size] of Object.entries(bytes)) metrics.storeBytes.set({ tier }, size);
  });
}

function observeTenant(platform: LivePlatform, metrics: Metrics, tenantId: string): void {
  const tenant = metrics.tenantLabel(tenantId);
  const { fold, newestMs } = platform.runner(tenantId);
  metrics.activeSeries.set({ tenant }, platform.directory.tenant(tenantId).living.count);
  metrics.findingsOpen.set({ tenant }, fold?.fleet.openFindings.length ?? 0);
  const scoredAtMs = platform.fleet.scoredAtMs(tenantId);
  if (scoredAtMs === undefined || !Number.isFinite(newestMs)) return;
  metrics.detectionDelay.set({ tenant }, Math.max(0, scoredAtMs - newestMs) / 1000);
}
