import type { EpochMs } from "@foreshock/core/fold";
import type { RejectReason } from "./ingest-series.ts";
import type { PipelineRow } from "./pipeline-row.ts";

/** live = scored; learning = younger than three days; silent = stopped reporting. */
export type EntityState = "live" | "learning" | "silent";

export interface DataHealth {
  readonly watermark: EpochMs;
  readonly pipeline: PipelineRow;
  /** Series that live. The counts and shares below are of these. */
  readonly series: number;
  readonly seriesAsleep: number;
  readonly learning: number;
  readonly late: number;
  readonly silent: number;
  /** Share of the living series that are not silent; 0 while the pipeline has stopped. */
  readonly freshShare: number;
  /** Since the host was started, as all counts of what was sent. */
  readonly acceptedPoints: number;
  /** Of those, points that changed nothing, and points that replaced another value. */
  readonly duplicatePoints: number;
  readonly overwrittenPoints: number;
  /** Native histograms and exemplars of remote write that were read over. */
  readonly skippedHistograms: number;
  readonly skippedExemplars: number;
  readonly rejectedPoints: Readonly<Partial<Record<RejectReason, number>>>;
  readonly detectionLagMs: number;
  readonly backlogPoints: number;
  /** While history is loaded, the judged share of the time from the oldest point to now; else 1. */
  readonly backfill: number;
  readonly worst: readonly {
    readonly seriesId: string;
    readonly cluster: string;
    readonly node: string;
    readonly metric: string;
    readonly lastAt: EpochMs;
    readonly state: EntityState;
  }[];
}
