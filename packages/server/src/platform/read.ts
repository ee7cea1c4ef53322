import type { CalibrationReport, TimeRange } from "@foreshock/core/fold";
import type { DataHealth } from "./data-health.ts";
import type { TenantReads } from "./tenant-reads.ts";
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
import type { TenantSummary } from "./tenant-summary.ts";

/** A question about one tenant, as data, so that it can cross to the thread that knows the answer. */
export type Read =
  | { readonly what: "summary" }
  | { readonly what: "health" }
  | { readonly what: "clusters" }
  | { readonly what: "nodes"; readonly filter: PlaceFilter }
  | { readonly what: "metrics"; readonly filter: PlaceFilter }
  | { readonly what: "series"; readonly filter: PlaceFilter; readonly page: Page }
  | { readonly what: "one-series"; readonly id: string }
  | {
      readonly what: "points";
      readonly id: string;
      readonly range: TimeRange;
      readonly pointsMax: number;
    }
  | { readonly what: "anomalies"; readonly filter: AnomalyFilter; readonly page: Page }
  | { readonly what: "anomaly"; readonly id: string }
  | { readonly what: "explanation"; readonly id: string }
  | { readonly what: "alarms"; readonly filter: AlarmFilter; readonly page: Page }
  | { readonly what: "findings"; readonly range: TimeRange; readonly page: Page }
  | { readonly what: "finding"; readonly id: string }
  | { readonly what: "scores"; readonly query: ScoresQuery }
  | { readonly what: "rankings"; readonly query: RankingQuery }
  | { readonly what: "calibration"; readonly range: TimeRange };

/** What each question is answered with; undefined where there is no such thing. */
export interface ReadRows {
  readonly summary: TenantSummary;
  readonly health: DataHealth;
  readonly clusters: readonly ClusterRow[];
  readonly nodes: readonly NodeRow[];
  readonly metrics: readonly MetricRow[];
  readonly series: Paged<SeriesRow>;
  readonly "one-series": SeriesRow | undefined;
  readonly points: PointsReply | undefined;
  readonly anomalies: Paged<AnomalyRow>;
  readonly anomaly: AnomalyRow | undefined;
  readonly explanation: AnomalyRow | undefined;
  readonly alarms: Paged<AlarmRow>;
  readonly findings: Paged<FindingRow>;
  readonly finding: FindingRow | undefined;
  readonly scores: ScoresReply;
  readonly rankings: RankingReply;
  readonly calibration: CalibrationReport;
}

/** A question with the rows that answer it. */
export type Answered = {
  [What in Read["what"]]: {
    readonly read: Extract<Read, { readonly what: What }>;
    readonly rows: NonNullable<ReadRows[What]>;
  };
}[Read["what"]];

/** Puts a question to what knows the tenant. */
export function rowsOf<Q extends Read>(view: TenantReads, read: Q): Promise<ReadRows[Q["what"]]> {
  return answerOf(view, read) as Promise<ReadRows[Q["what"]]>;
}

function answerOf(view: TenantReads, read: Read): Promise<unknown> {
  switch (read.what) {
    case "summary":
      return view.summary();
    case "health":
      return view.health();
    case "clusters":
      return view.clusters();
    case "nodes":
      return view.nodes(read.filter);
    case "metrics":
      return view.metrics(read.filter);
    case "series":
      return view.series(read.filter, read.page);
    case "one-series":
      return view.seriesById(read.id);
    case "points":
      return view.points(read.id, read.range, read.pointsMax);
    case "anomalies":
      return view.anomalies(read.filter, read.page);
    case "anomaly":
    case "explanation":
      return view.anomaly(read.id);
    case "alarms":
      return view.alarms(read.filter, read.page);
    case "findings":
      return view.findings(read.range, read.page);
    case "finding":
      return view.finding(read.id);
    case "scores":
      return view.scores(read.query);
    case "rankings":
      return view.rankings(read.query);
    case "calibration":
      return view.calibration(read.range);
  }
}
