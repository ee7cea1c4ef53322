import type { EpochMs, TimeRange } from "@foreshock/core/fold";
import type { DataHealth } from "./data-health.ts";
import type {
  AlarmRow,
  AnomalyRow,
  ClusterRow,
  FindingRow,
  NodeRow,
  PointsReply,
  ScoresReply,
  SeriesRow,
} from "./tenant-rows.ts";
import type { TenantSummary } from "./tenant-summary.ts";

/** Everything that a page about a whole tenant shows, in one question. */
export interface OverviewQuery {
  /** Of the lanes. */
  readonly range: TimeRange;
  /** Step of the lanes; no lanes without it. */
  readonly stepMs?: number | undefined;
  /** Findings that were open in it. */
  readonly findingsRange: TimeRange;
  /** Points of the chart of an open finding; no charts without it. */
  readonly pointsMax?: number | undefined;
}

/** Everything that a page about one node shows. */
export interface NodePageQuery {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly range: TimeRange;
  readonly stepMs: number;
  /** Points of each small chart. */
  readonly pointsMax: number;
}

/** Everything that a page about one metric of a node shows. */
export interface MetricPageQuery {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
  readonly range: TimeRange;
  readonly pointsMax: number;
}

/** A series to be drawn small: values rounded to what a small picture shows, half-open range. */
export interface SmallChart {
  readonly seriesId: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly stepMs: number;
  readonly columns: Omit<PointsReply["columns"], "expected">;
}

export interface Overview {
  readonly summary: TenantSummary;
  readonly health: DataHealth;
  readonly clusters: readonly ClusterRow[];
  /** Newest first, at most 200. */
  readonly findings: readonly FindingRow[];
  /** Of the first contributing metric of each open finding, at most twelve. */
  readonly charts: readonly (SmallChart & { readonly findingId: string })[];
  /** The tenant, and its clusters with the highest scores; null where no step was asked for. */
  readonly tenantLane: ScoresReply | null;
  readonly clusterLanes: ScoresReply | null;
}

export interface NodePage {
  /** Null where there is no such node; all else is empty then. */
  readonly node: NodeRow | null;
  readonly lane: ScoresReply;
  /** At most 500. */
  readonly series: readonly SeriesRow[];
  /** One for each series, in the same order. */
  readonly charts: readonly SmallChart[];
  /** Worst first, at most 500. */
  readonly anomalies: readonly AnomalyRow[];
}

export interface MetricPage {
  /** Null where there is no such metric; all else is empty then. */
  readonly points: PointsReply | null;
  /** Worst first, at most 500. */
  readonly anomalies: readonly AnomalyRow[];
  /** Newest first, at most 500. */
  readonly alarms: readonly AlarmRow[];
}
