import type { EpochMs, Severity } from "@foreshock/core/fold";
import type { PipelineRow } from "./pipeline-row.ts";

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
