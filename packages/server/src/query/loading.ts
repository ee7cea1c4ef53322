import { type EpochMs, HOUR_MS, MINUTE_MS } from "@foreshock/core/fold";
import type { TenantContext } from "./tenant-context.ts";

/** A tenant whose newest judged step is this old, or so many steps, is not up to date. */
const BEHIND_MS = HOUR_MS;
const BEHIND_STEPS = 3;
/** Old points that came so lately are followed by more. */
const ARRIVING_MS = MINUTE_MS;

/** History that is being taken in. */
export interface Loading {
  /** Judged up to here, event time; 0 before the first step. */
  readonly upToMs: EpochMs;
  /** Of the time from the oldest point to now. */
  readonly share: number;
}

/**
 * How far history has come while it is being loaded: points wait or have come lately, and what is judged
 * ends long ago. Undefined where all is up to date, or data just end. Cost: O(1).
 */
export function loadingOf(context: TenantContext): Loading | undefined {
  const { watermark, backlogPoints, counters, directory, runner } = context;
  const nowMs = context.nowMs();
  const fromMs = directory.oldestMs;
  const reachedMs = watermark > 0 ? watermark : fromMs;
  const isBehind = nowMs - reachedMs >= Math.max(BEHIND_MS, BEHIND_STEPS * runner.stepMs);
  const isArriving = backlogPoints > 0 || nowMs - counters.arrivedMs < ARRIVING_MS;
  if (!Number.isFinite(fromMs) || !isBehind || !isArriving) return undefined;
  const share = (reachedMs - fromMs) / Math.max(1, nowMs - fromMs);
  return { upToMs: watermark, share: Math.min(1, Math.max(0, share)) };
}
