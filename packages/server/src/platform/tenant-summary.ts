import type { EpochMs, Severity } from "@foreshock/core/fold";
import type { PipelineRow } from "./pipeline-row.ts";

/** How a tenant stands beside others: what one needs to know to choose where to look. */
export interface TenantStanding {
  readonly tenant: string;
  readonly score: number;
  readonly severity: Severity;
  readonly openFindings: number;
  readonly clusters: number;
  /** Nodes that live; of those, how many are anomalous now or in an open finding. */
  readonly nodes: number;
  readonly anomalousNodes: number;
  readonly series: number;
  /** Event time of the newest scored point; 0 when there is none. */
  readonly watermark: EpochMs;
  readonly isLoading: boolean;
  readonly pipeline: PipelineRow;
  readonly quarantine: string | null;
  /** The worst open finding; without one, the node that is most anomalous now; null where none is. */
  readonly worst: WorstPlace | null;
}

export interface WorstPlace {
  readonly cluster: string;
  /** Null where it is the whole cluster. */
  readonly node: string | null;
  readonly score: number;
  readonly severity: Severity;
  /** When it began; 0 where that is not known. */
  readonly since: EpochMs;
  /** The open finding that it is; null for a node without one. */
  readonly findingId: string | null;
  /** A sentence for a finding, the names of its metrics for a node. */
  readonly why: string;
}

/** A tenant at a glance. */
export interface TenantSummary {
  readonly tenant: string;
  readonly clusters: number;
  /** Nodes that live: they sent something within an hour, or four of their intervals. */
  readonly nodes: number;
  /** Nodes that are known and have left, or sleep. */
  readonly nodesAsleep: number;
  /** Series that live; the limit of active series counts these. */
  readonly series: number;
  /** Series that are kept and have sent nothing for six hours, or four of their intervals. */
  readonly seriesAsleep: number;
  readonly points: number;
  /** Event time of the newest scored point; 0 when there is none. */
  readonly watermark: EpochMs;
  /** History is being taken in: what is judged ends at the watermark, long before now. */
  readonly isLoading: boolean;
  readonly pipeline: PipelineRow;
  readonly score: number;
  readonly severity: Severity;
  readonly openFindings: number;
  /** "At most one finding in this many days": the budget that holds for the next step. */
  readonly budgetDays: number;
  /** Findings opened in the last 30 days, beside what the budget promises for as long as it was watched. */
  readonly findings30d: number;
  readonly promised30d: number;
  /** Why its points are stored and not judged; null where they are judged. */
  readonly quarantine: string | null;
}
