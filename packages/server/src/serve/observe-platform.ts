import type { Metrics } from "../observe/metrics.ts";
import type { LivePlatform } from "./live-platform.ts";

const EVERY_MS = 5000;

/** Keeps the gauges on what the platform does up to date. Returns how to stop. */
export function followPlatform(platform: LivePlatform, metrics: Metrics): () => void {
  const look = (): void => {
    for (const tenantId of platform.tenantIds()) {
      const tenant = metrics.tenantLabel(tenantId);
      const { fold } = platform.runner(tenantId);
      metrics.activeSeries.set({ tenant }, platform.directory.tenant(tenantId).living.count);
      metrics.findingsOpen.set({ tenant }, fold?.fleet.openFindings.length ?? 0);
      const scoredAtMs = platform.scoredAtMs.get(tenantId);
      const newestMs = platform.runner(tenantId).newestMs;
      if (scoredAtMs === undefined || !Number.isFinite(newestMs)) continue;
      metrics.detectionDelay.set({ tenant }, Math.max(0, scoredAtMs - newestMs) / 1000);
    }
    metrics.queueDepth.set({ queue: "detection_points" }, platform.intake.inFlight.points());
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
