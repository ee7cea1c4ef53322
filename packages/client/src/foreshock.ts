import type {
  AlarmRow,
  AnomalyLabel,
  AnomalyRow,
  CalibrationReply,
  ClusterRow,
  DataHealth,
  EngineRow,
  Explanation,
  FindingRow,
  IngestReport,
  Level,
  MetricPage,
  MetricRow,
  NodeColumns,
  NodePage,
  NodeRow,
  Overview,
  PointsReply,
  RankingReply,
  ScoresReply,
  SeriesRow,
  Summary,
  TenantRow,
  TruthRow,
} from "./api.gen.ts";
import { type IngestSeries, ingestRequests, mergedReport, REQUEST_POINTS_MAX } from "./ingest.ts";
import { type Page, type Pages, pages } from "./pages.ts";
import { type QueryValue, segment, type TimeInput } from "./query.ts";
import { type CallOptions, type ForeshockOptions, Transport } from "./transport.ts";

/** Half-open [from, to); the server's default is the last 24 hours. */
export interface RangeQuery {
  readonly from?: TimeInput | undefined;
  readonly to?: TimeInput | undefined;
}

export interface PlaceQuery {
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
  readonly metric?: string | undefined;
}

export interface LimitQuery {
  /** Rows of one page, at most 1000. */
  readonly limit?: number | undefined;
}

export interface AnomaliesQuery extends RangeQuery, PlaceQuery, LimitQuery {
  readonly minScore?: number | undefined;
  readonly label?: AnomalyLabel | undefined;
  readonly sort?: "score" | "time" | undefined;
}

export interface AlarmsQuery extends RangeQuery, PlaceQuery, LimitQuery {
  readonly minScore?: number | undefined;
  readonly state?: "open" | "closed" | undefined;
}

export interface PointsQuery extends RangeQuery {
  /** Down-sampled on the server to at most this many points. */
  readonly maxPoints?: number | undefined;
}

export interface ScoresQuery extends RangeQuery {
  readonly cluster?: string | undefined;
  /** Of the level "node" only. */
  readonly node?: string | undefined;
  readonly level: Exclude<Level, "metric">;
  /** Such as `5m` or `1h`. */
  readonly step?: string | undefined;
}

export interface RankingQuery extends RangeQuery, Omit<PlaceQuery, "metric"> {
  readonly level: Level;
  /** How many to name. */
  readonly n?: number | undefined;
}

export interface OverviewQuery extends RangeQuery {
  /** Of the lanes, such as `5m`; without it there are none. */
  readonly step?: string | undefined;
  /** Findings that were open since; default the last 30 days. */
  readonly findingsFrom?: TimeInput | undefined;
  /** Of the chart of each open finding; without it there are none. */
  readonly maxPoints?: number | undefined;
}

export interface NodePageQuery extends RangeQuery {
  readonly cluster: string;
  readonly node: string;
  /** Of the node's score over time; default `5m`. */
  readonly step?: string | undefined;
  /** Of each chart; the server gives fewer where there are many metrics. */
  readonly maxPoints?: number | undefined;
}

export interface MetricPageQuery extends PointsQuery {
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
}

/**
 * One client for one server and key; works in browsers and in Node. Every method takes
 * `{ signal }` last and throws `ForeshockError`s (see there); lists page themselves.
 */
export class Foreshock {
  readonly #transport: Transport;

  constructor(options: ForeshockOptions) {
    this.#transport = new Transport(options);
  }

  /** What the tenant is and how it fares now. */
  summary(options?: CallOptions): Promise<Summary> {
    return this.#get("/summary", {}, options);
  }

  /** How the key's own tenant stands, or all of them for an operator key without `tenant`; worst first. */
  async tenants(options?: CallOptions): Promise<readonly TenantRow[]> {
    return this.#rows("/tenants", {}, options);
  }

  /** Names of the tenants that the key may see, sorted; no tenant is asked. */
  async tenantNames(options?: CallOptions): Promise<readonly string[]> {
    const rows = await this.#rows<TenantRow>("/tenants", { names: true }, options);
    return rows.map(({ tenant }) => tenant);
  }

  /** Detection engines by name, also those that cannot run there, and why. */
  async engines(options?: CallOptions): Promise<readonly EngineRow[]> {
    return this.#rows("/engines", {}, options);
  }

  /** Is the data good: freshness, gaps, what is still learning, what was refused. */
  health(options?: CallOptions): Promise<DataHealth> {
    return this.#get("/health", {}, options);
  }

  /** The tenant on one page: summary, health, clusters, findings, lanes, charts of open findings. */
  overview(query: OverviewQuery = {}, options?: CallOptions): Promise<Overview> {
    return this.#get("/overview", { ...query }, options);
  }

  /** Promised against realised alarms of the tenant's nodes, clusters, itself, and its findings. */
  calibration(
    query: { readonly from?: TimeInput; readonly to?: TimeInput } = {},
    options?: CallOptions,
  ): Promise<CalibrationReply> {
    return this.#get("/calibration", { ...query }, options);
  }

  /** Columnar scores of every entity of a level over time. */
  scores(query: ScoresQuery, options?: CallOptions): Promise<ScoresReply> {
    return this.#get("/scores", { ...query }, options);
  }

  /** Who misbehaves most in the range, judged by what came before it. */
  rankings(query: RankingQuery, options?: CallOptions): Promise<RankingReply> {
    return this.#get("/rankings", { ...query }, options);
  }

  /** The answer key of the demo's injected faults. @throws NotFoundError outside the demo. */
  truth(options?: CallOptions): Promise<readonly TruthRow[]> {
    return this.#rows("/demo/truth", {}, options);
  }

  readonly clusters = {
    list: (options?: CallOptions): Promise<readonly ClusterRow[]> =>
      this.#rows("/clusters", {}, options),
  };

  readonly nodes = {
    list: (
      query: Omit<PlaceQuery, "metric"> = {},
      options?: CallOptions,
    ): Promise<readonly NodeRow[]> => this.#rows("/nodes", { ...query }, options),

    /** The same in columns, for large fleets: a tenth of the bytes. */
    columns: (
      query: Omit<PlaceQuery, "metric"> = {},
      options?: CallOptions,
    ): Promise<NodeColumns> => this.#get("/nodes/columns", { ...query }, options),

    /** A node on one page: its score over time, its metrics with small charts, its anomalies. */
    page: (query: NodePageQuery, options?: CallOptions): Promise<NodePage> =>
      this.#get("/nodes/page", { ...query }, options),
  };

  readonly metrics = {
    list: (
      query: Omit<PlaceQuery, "metric"> = {},
      options?: CallOptions,
    ): Promise<readonly MetricRow[]> => this.#rows("/metrics", { ...query }, options),

    /** A metric of a node on one page: its points, anomalies and alarms. */
    page: (query: MetricPageQuery, options?: CallOptions): Promise<MetricPage> =>
      this.#get("/metrics/page", { ...query }, options),
  };

  readonly series = {
    list: (query: PlaceQuery & LimitQuery = {}, options?: CallOptions): Pages<SeriesRow> =>
      this.#pages("/series", { ...query }, options),

    get: (id: string, options?: CallOptions): Promise<SeriesRow> =>
      this.#get(`/series/${segment(id)}`, {}, options),

    /** Values with the expected band and the score of each point. */
    points: (id: string, query: PointsQuery = {}, options?: CallOptions): Promise<PointsReply> =>
      this.#get(`/series/${segment(id)}/points`, { ...query }, options),
  };

  readonly anomalies = {
    list: (query: AnomaliesQuery = {}, options?: CallOptions): Pages<AnomalyRow> =>
      this.#pages("/anomalies", { ...query }, options),

    get: (id: string, options?: CallOptions): Promise<AnomalyRow> =>
      this.#get(`/anomalies/${segment(id)}`, {}, options),

    explain: (id: string, options?: CallOptions): Promise<Explanation> =>
      this.#get(`/anomalies/${segment(id)}/explanation`, {}, options),
  };

  /** Openings: one an episode, held while a fault lasts, newest first. */
  readonly alarms = {
    list: (query: AlarmsQuery = {}, options?: CallOptions): Pages<AlarmRow> =>
      this.#pages("/alarms", { ...query }, options),
  };

  readonly findings = {
    list: (query: RangeQuery & LimitQuery = {}, options?: CallOptions): Pages<FindingRow> =>
      this.#pages("/findings", { ...query }, options),

    get: (id: string, options?: CallOptions): Promise<FindingRow> =>
      this.#get(`/findings/${segment(id)}`, {}, options),
  };

  /**
   * Sends points, in as many requests as they need, oldest first. Safe to repeat: of two
   * points at one instant the later wins. Points that were refused are named in the report.
   */
  async ingest(series: readonly IngestSeries[], options?: CallOptions): Promise<IngestReport> {
    const reports: IngestReport[] = [];
    for (const request of ingestRequests(series, REQUEST_POINTS_MAX)) {
      const text = JSON.stringify({ series: request });
      reports.push(await this.#post("/ingest", { text, type: "application/json" }, options));
    }
    return mergedReport(reports);
  }

  /** Sends CSV: the columns are recognised by their header. */
  ingestCsv(text: string, options?: CallOptions): Promise<IngestReport> {
    return this.#post("/ingest/csv", { text, type: "text/csv" }, options);
  }

  #get<Reply>(path: string, query: Query, options: CallOptions | undefined): Promise<Reply> {
    return this.#transport.call({ method: "GET", path, query, signal: options?.signal });
  }

  #post<Reply>(
    path: string,
    body: { readonly text: string; readonly type: string },
    options: CallOptions | undefined,
  ): Promise<Reply> {
    return this.#transport.call({ method: "POST", path, body, signal: options?.signal });
  }

  async #rows<Row>(path: string, query: Query, options: CallOptions | undefined) {
    return (await this.#get<{ readonly data: readonly Row[] }>(path, query, options)).data;
  }

  #pages<Row>(path: string, query: Query, options: CallOptions | undefined): Pages<Row> {
    return pages((cursor) => this.#get<Page<Row>>(path, { ...query, cursor }, options));
  }
}

type Query = Readonly<Record<string, QueryValue>>;
