import type { CalibrationReport, TimeRange } from "@foreshock/core/fold";
import type { DataHealth } from "./data-health.ts";
import type {
  MetricPage,
  MetricPageQuery,
  NodePage,
  NodePageQuery,
  Overview,
  OverviewQuery,
} from "./page-rows.ts";
import type {
  AlarmFilter,
  AlarmRow,
  AnomalyFilter,
  AnomalyRow,
  ClusterRow,
  FindingRow,
  MetricRow,
  NodeRow,
  Page,
  Paged,
  PlaceFilter,
  PointsReply,
  RankingQuery,
  RankingReply,
  ScoresQuery,
  ScoresReply,
  SeriesRow,
} from "./tenant-rows.ts";
import type { TenantStanding, TenantSummary } from "./tenant-summary.ts";

/** What can be asked about one tenant. */
export interface TenantReads {
  /** Names the state that reads are computed from: while it stays, so do answers. */
  revision(): Promise<string>;
  summary(): Promise<TenantSummary>;
  standing(): Promise<TenantStanding>;
  clusters(): Promise<readonly ClusterRow[]>;
  nodes(filter: PlaceFilter): Promise<readonly NodeRow[]>;
  metrics(filter: PlaceFilter): Promise<readonly MetricRow[]>;
  series(filter: PlaceFilter, page: Page): Promise<Paged<SeriesRow>>;
  seriesById(seriesId: string): Promise<SeriesRow | undefined>;
  /** Down-sampled to at most `pointsMax` (each bucket keeps its min, max and worst score). */
  points(seriesId: string, range: TimeRange, pointsMax: number): Promise<PointsReply | undefined>;
  anomalies(filter: AnomalyFilter, page: Page): Promise<Paged<AnomalyRow>>;
  anomaly(anomalyId: string): Promise<AnomalyRow | undefined>;
  /** Newest opening first. */
  alarms(filter: AlarmFilter, page: Page): Promise<Paged<AlarmRow>>;
  findings(range: TimeRange, page: Page): Promise<Paged<FindingRow>>;
  finding(findingId: string): Promise<FindingRow | undefined>;
  /** Columnar scores of every entity of a level over time. */
  scores(query: ScoresQuery): Promise<ScoresReply>;
  rankings(query: RankingQuery): Promise<RankingReply>;
  health(): Promise<DataHealth>;
  /** Promised against realised alarms inside a range, from the stored history. */
  calibration(range: TimeRange): Promise<CalibrationReport>;
  /** What a page shows, in one question: of the tenant, of a node, of a metric of a node. */
  overview(query: OverviewQuery): Promise<Overview>;
  nodePage(query: NodePageQuery): Promise<NodePage>;
  metricPage(query: MetricPageQuery): Promise<MetricPage>;
}
