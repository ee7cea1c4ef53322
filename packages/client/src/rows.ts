/** An instant, RFC 3339 in UTC. */
export type Instant = string;

export type Severity = "none" | "low" | "moderate" | "major" | "critical";
export type Level = "metric" | "node" | "cluster" | "tenant";
export type AnomalyLabel = "spike" | "trend" | "seasonal" | "normal";
export type AnomalyKind =
  | "spike"
  | "dip"
  | "variance"
  | "shift_up"
  | "shift_down"
  | "trend"
  | "flatline"
  | "seasonal"
  | "missing"
  | "normal";
/** live = scored; learning = younger than three days; silent = stopped reporting. */
export type EntityState = "live" | "learning" | "silent";
/** sudden = against the prediction, hour = against this hour of the day, recent = against the last hours, shift = sustained. */
export type FactorName = "sudden" | "hour" | "recent" | "shift" | "absence";
export type RejectReason =
  | "future"
  | "too-late"
  | "infinite"
  | "series-limit"
  | "invalid-time"
  | "invalid-labels";

export interface TenantRow {
  readonly tenant: string;
}

export interface TenantSummary {
  readonly tenant: string;
  readonly clusters: number;
  readonly nodes: number;
  readonly series: number;
  readonly points: number;
  /** Event time of the newest scored point; null where there is none. */
  readonly watermark: Instant | null;
  readonly score: number | null;
  readonly severity: Severity;
  readonly openFindings: number;
  /** "At most one finding in so many days." */
  readonly budgetDays: number;
  /** Findings opened in the last 30 days, beside what the budget promises for as long as it was watched. */
  readonly findings30d: number;
  readonly promised30d: number;
}

export interface ClusterRow {
  readonly cluster: string;
  readonly nodes: number;
  readonly series: number;
  readonly score: number | null;
  readonly severity: Severity;
  readonly anomalousNodes: number;
  readonly lastAt: Instant | null;
}

export interface NodeRow {
  readonly cluster: string;
  readonly node: string;
  readonly metrics: number;
  readonly score: number | null;
  readonly severity: Severity;
  readonly numAnomalies: number;
  readonly topMetrics: readonly { readonly metric: string; readonly score: number | null }[];
  /** Onset of what is going on now; null when nothing is. */
  readonly since: Instant | null;
  readonly lastAt: Instant | null;
  readonly state: EntityState;
  /** 0..1: how settled the models of its series are. */
  readonly confidence: number;
}

export interface MetricRow {
  readonly metric: string;
  readonly series: number;
  readonly score: number | null;
  readonly severity: Severity;
}

export interface SeriesRow {
  readonly id: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly intervalMs: number | null;
  readonly points: number;
  readonly firstAt: Instant | null;
  readonly lastAt: Instant | null;
  readonly lastValue: number | null;
  readonly score: number | null;
  readonly severity: Severity;
  readonly state: EntityState;
  readonly confidence: number;
}

type Column = readonly (number | null)[];

export interface PointsReply {
  readonly series: SeriesRow;
  readonly stepMs: number;
  /** Columns of equal length, `at` in epoch ms; null = missing. `min` and `max` differ from `value` only where down-sampled. */
  readonly columns: {
    readonly at: readonly number[];
    readonly value: Column;
    readonly min: Column;
    readonly max: Column;
    readonly expected: Column;
    readonly lower: Column;
    readonly upper: Column;
    readonly score: Column;
  };
}

/** Why a window is anomalous, as numbers that re-derive from stored data. null = not known. */
export interface Explanation {
  readonly text: string;
  readonly kind: AnomalyKind;
  readonly direction: "up" | "down" | "none";
  readonly onset: Instant | null;
  /** The instant of the highest score. */
  readonly peak: Instant | null;
  readonly actual: number | null;
  readonly typical: {
    readonly low: number | null;
    readonly high: number | null;
    readonly level: number | null;
  };
  readonly deviation: {
    readonly absolute: number | null;
    readonly percent: number | null;
    readonly sigma: number | null;
  };
  /** "About once in so many days for this metric." */
  readonly returnPeriodDays: number | null;
  /** Share of the evidence by view; sums to 1. */
  readonly factors: readonly { readonly name: FactorName; readonly share: number }[];
  readonly confidence: number | null;
}

export interface AnomalyRow {
  readonly id: string;
  readonly seriesId: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly engine: string;
  readonly windowStart: Instant;
  readonly windowEnd: Instant;
  readonly score: number;
  readonly severity: Severity;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly magnitude: number | null;
  readonly explanation: Explanation;
  /** Still going on at the watermark. */
  readonly open: boolean;
}

export interface FindingPart {
  readonly node: string;
  readonly metric: string;
  readonly seriesId: string;
  readonly score: number;
  readonly share: number;
  readonly onset: Instant | null;
  readonly kind: AnomalyKind;
  readonly text: string;
}

/** What is put before a person under the tenant's alert budget. */
export interface FindingRow {
  readonly id: string;
  readonly level: "node" | "cluster";
  readonly cluster: string;
  /** Null for a cluster finding. */
  readonly node: string | null;
  readonly openedAt: Instant;
  /** Null while open. */
  readonly closedAt: Instant | null;
  readonly onset: Instant | null;
  readonly score: number;
  readonly severity: Severity;
  readonly entityReturnPeriodDays: number | null;
  readonly fleetReturnPeriodDays: number | null;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly text: string;
  /** In onset order; shares add up to 1. */
  readonly contributions: readonly FindingPart[];
  /** Worst first; one for a node finding. */
  readonly nodes: readonly { readonly node: string; readonly score: number | null }[];
  readonly confidence: number;
}

/** `score[e * times.length + i]` = highest calibrated score of entity e in step i; null where there is none. */
export interface ScoresReply {
  readonly level: Exclude<Level, "metric">;
  readonly strategy: "max" | "mean" | "weighted" | "p95" | "auto";
  /** Start of each step, epoch ms. */
  readonly times: readonly number[];
  readonly entities: { readonly cluster: readonly string[]; readonly node: readonly string[] };
  readonly score: Column;
}

export interface RankingReply {
  readonly level: Level;
  readonly range: { readonly startMs: number; readonly endMs: number };
  /** How many of the ranked are anomalous, and how many would be by chance. */
  readonly anomalous: number;
  readonly expectedByChance: number;
  readonly data: readonly RankingRow[];
}

export interface RankingRow {
  readonly rank: number;
  readonly cluster: string | null;
  readonly node: string | null;
  readonly metric: string | null;
  readonly seriesId: string | null;
  readonly score: number;
  readonly severity: Severity;
  readonly value: number | null;
  readonly numMetricsAnalyzed: number;
  readonly numAnomaliesDetected: number;
  readonly onset: Instant | null;
  readonly confidence: number;
  readonly why: string;
}

export interface DataHealth {
  readonly watermark: Instant | null;
  readonly series: number;
  readonly learning: number;
  readonly late: number;
  readonly silent: number;
  readonly freshShare: number | null;
  readonly acceptedPoints: number;
  readonly rejectedPoints: Readonly<Partial<Record<RejectReason, number>>>;
  readonly detectionLagMs: number | null;
  readonly backlogPoints: number;
  /** 0..1 while history is being scored, else 1. */
  readonly backfill: number;
  readonly worst: readonly {
    readonly seriesId: string;
    readonly cluster: string;
    readonly node: string;
    readonly metric: string;
    readonly lastAt: Instant | null;
    readonly state: EntityState;
  }[];
}

export interface IngestReport {
  readonly acceptedPoints: number;
  readonly rejectedPoints: number;
  readonly rejected: readonly {
    readonly reason: RejectReason;
    readonly points: number;
    readonly examples: readonly string[];
  }[];
}

/** One injected fault of the demonstration's answer key. */
export interface TruthRow {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly cluster: string;
  /** Empty when the whole cluster is meant. */
  readonly nodes: readonly string[];
  readonly metrics: readonly string[];
  readonly from: Instant;
  readonly to: Instant | null;
  /** True for the decoys, which must not be found. */
  readonly silent: boolean;
}
