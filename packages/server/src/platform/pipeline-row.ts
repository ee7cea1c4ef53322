import type { DurationMs, EpochMs } from "@foreshock/core/fold";

/**
 * Whether a tenant's points still come, by the clock: none = never one; flowing; stopped = none of any node for
 * three steps more than the lag that the tenant is used to.
 */
export const PIPELINE_STATES = ["none", "flowing", "stopped"] as const;
export type PipelineState = (typeof PIPELINE_STATES)[number];

/** How points reach us. Everything that is said of "now" is as old as this says. */
export interface PipelineRow {
  readonly state: PipelineState;
  /** Time of the newest point that came; 0 where there is none. While stopped: since then. */
  readonly newestAt: EpochMs;
  /** How old that is now; NaN where there is none. */
  readonly ageMs: DurationMs;
  readonly usualLagMs: DurationMs;
  /** What a person is to know of it; empty while points flow. */
  readonly text: string;
}
