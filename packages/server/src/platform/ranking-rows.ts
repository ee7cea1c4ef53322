import type { EpochMs, Severity } from "@foreshock/core/fold";

/** A metric that was constant and stands at another constant in the range, on several nodes alike. */
export interface DataQualityFinding {
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly { readonly cluster: string; readonly node: string }[];
  /** A sentence for people. */
  readonly reason: string;
}

export interface RankingRow {
  readonly rank: number;
  readonly cluster: string | null;
  readonly node: string | null;
  readonly metric: string | null;
  readonly seriesId: string | null;
  /** Score of the window ranking, 0..1. */
  readonly score: number;
  readonly severity: Severity;
  readonly value: number;
  readonly numMetricsAnalyzed: number;
  readonly numAnomaliesDetected: number;
  readonly onset: EpochMs | null;
  /** Of a metric: how much of its node's value it makes up; the shares of a node sum to 1. Else null. */
  readonly share: number | null;
  readonly confidence: number;
  readonly why: string;
}
