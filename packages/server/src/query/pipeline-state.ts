import { EN, MINUTE_MS } from "@foreshock/core/fold";
import type { PipelineRow } from "../platform/platform.ts";
import { loadingOf } from "./loading.ts";
import type { TenantContext } from "./tenant-context.ts";

/** Steps of the tenant's grid without a point, beyond the usual lag, after which the pipeline has stopped. */
const STEPS_MAX = 3;

/** Whether points still come, by the clock. O(1). */
export function pipelineOf(context: TenantContext): PipelineRow {
  const { directory, runner, watchedSinceMs } = context;
  const { newestMs } = directory.living;
  const { usualLagMs } = directory.arrivals;
  if (!Number.isFinite(newestMs)) {
    return {
      state: "none",
      newestAt: 0,
      ageMs: Number.NaN,
      usualLagMs,
      text: "No point has come.",
    };
  }
  const nowMs = context.nowMs();
  const ageMs = Math.max(0, nowMs - newestMs);
  // What came while nobody listened is not known, so the wait begins with the process.
  const waitedMs = nowMs - Math.max(newestMs, watchedSinceMs);
  // Old points that are being taken in are no sign that new ones have ceased.
  const isLoading = loadingOf(context) !== undefined;
  const isLate = runner.stepMs > 0 && waitedMs > STEPS_MAX * runner.stepMs + usualLagMs;
  const isStopped = isLate && !isLoading;
  return {
    state: isStopped ? "stopped" : "flowing",
    newestAt: newestMs,
    ageMs,
    usualLagMs,
    text: isStopped ? stoppedText(newestMs, nowMs) : "",
  };
}

function stoppedText(newestMs: number, nowMs: number): string {
  const time = EN.time(newestMs, "UTC");
  const day = EN.day(newestMs, "UTC");
  const since = day === EN.day(nowMs, "UTC") ? time : EN.onDay(day, time);
  const age = EN.duration(Math.max(MINUTE_MS, nowMs - newestMs));
  return `No points from any node since ${since} UTC (${age}): the pipeline has stopped, which says nothing about the nodes.`;
}
