import type { TimeRange } from "@foreshock/core/fold";
import type { MetricPageQuery, NodePageQuery, OverviewQuery } from "./page-rows.ts";
import type { TenantReads } from "./tenant-reads.ts";
import type {
  AlarmFilter,
  AnomalyFilter,
  Page,
  PlaceFilter,
  RankingQuery,
  ScoresQuery,
} from "./tenant-rows.ts";

/** A question about one tenant, as data, so that it can cross to the thread that knows the answer. */
export type Read =
  | { readonly what: "summary" }
  | { readonly what: "standing" }
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
  | { readonly what: "calibration"; readonly range: TimeRange }
  | { readonly what: "node-columns"; readonly filter: PlaceFilter }
  | { readonly what: "overview"; readonly query: OverviewQuery }
  | { readonly what: "node-page"; readonly query: NodePageQuery }
  | { readonly what: "metric-page"; readonly query: MetricPageQuery };

/** What a read of a tenant comes to. */
type Rows<Name extends keyof TenantReads> = Awaited<ReturnType<TenantReads[Name]>>;

/** What each question is answered with; undefined where there is no such thing. */
export interface ReadRows {
  readonly summary: Rows<"summary">;
  readonly standing: Rows<"standing">;
  readonly health: Rows<"health">;
  readonly clusters: Rows<"clusters">;
  readonly nodes: Rows<"nodes">;
  readonly metrics: Rows<"metrics">;
  readonly series: Rows<"series">;
  readonly "one-series": Rows<"seriesById">;
  readonly points: Rows<"points">;
  readonly anomalies: Rows<"anomalies">;
  readonly anomaly: Rows<"anomaly">;
  readonly explanation: Rows<"anomaly">;
  readonly alarms: Rows<"alarms">;
  readonly findings: Rows<"findings">;
  readonly finding: Rows<"finding">;
  readonly scores: Rows<"scores">;
  readonly rankings: Rows<"rankings">;
  readonly calibration: Rows<"calibration">;
  readonly "node-columns": Rows<"nodes">;
  readonly overview: Rows<"overview">;
  readonly "node-page": Rows<"nodePage">;
  readonly "metric-page": Rows<"metricPage">;
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
    case "standing":
      return view.standing();
    case "health":
      return view.health();
    case "clusters":
      return view.clusters();
    case "nodes":
    case "node-columns":
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
    case "overview":
      return view.overview(read.query);
    case "node-page":
      return view.nodePage(read.query);
    case "metric-page":
      return view.metricPage(read.query);
  }
}
