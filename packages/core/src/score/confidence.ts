import { DAY_MS, type DurationMs } from "../model/time.ts";

/** History after which a series counts as learnt. Source: spec of detection, cold start. */
export const FULL_CONFIDENCE_MS: DurationMs = 3 * DAY_MS;

/** How much of the history that the engine wants has been seen, in [0, 1]: three days are all of it. */
export function confidenceOf(pointCount: number, intervalMs: DurationMs): number {
  return Math.min(1, (pointCount * intervalMs) / FULL_CONFIDENCE_MS);
}
