// Made by packages/client/tooling/generate.ts from openapi.gen.json. Do not edit: change
// packages/server/src/api/schema, then run packages/server/tooling/openapi.ts and the generator.
// Instants are RFC 3339 text in UTC; in columns they are epoch milliseconds. null = not known.

export type AggregationStrategy = "max" | "mean" | "weighted" | "p95" | "auto";

/** One page; hand `nextCursor` back as `cursor` for the next */
export interface AlarmList {
  readonly data: readonly AlarmRow[];
  readonly nextCursor: string | null;
}

/** open: evidence keeps it up; held: the fault lasts though it is learnt; accepted: the new normal after three days; recovered: back in the old normal; ended: closed, and no longer unusual */
export type AlarmOutcome = "open" | "held" | "accepted" | "recovered" | "ended";

export interface AlarmRow {
  readonly id: string;
  readonly seriesId: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  /** RFC 3339 instant in UTC */
  readonly openedAt: string;
  /** Newest point that kept it up */
  readonly lastAt: string;
  /** Null while open */
  readonly closedAt: string | null;
  /** Rarity of the opening point in days */
  readonly evidenceDays: number;
  /** Highest alarm score: the plain score, held up while the fault lasts */
  readonly score: number;
  readonly severity: Severity;
  readonly outcome: AlarmOutcome;
  /** Null where it was never held */
  readonly heldFrom: string | null;
  readonly heldTo: string | null;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind | null;
  readonly text: string;
}

export type AnomalyKind = "spike" | "dip" | "variance" | "shift_up" | "shift_down" | "trend" | "flatline" | "seasonal" | "missing" | "normal";

export type AnomalyLabel = "spike" | "trend" | "seasonal" | "normal";

/** One page; hand `nextCursor` back as `cursor` for the next */
export interface AnomalyList {
  readonly data: readonly AnomalyRow[];
  readonly nextCursor: string | null;
}

export interface AnomalyRow {
  readonly id: string;
  readonly seriesId: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly engine: string;
  /** RFC 3339 instant in UTC */
  readonly windowStart: string;
  /** RFC 3339 instant in UTC */
  readonly windowEnd: string;
  readonly score: number;
  readonly severity: Severity;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly magnitude: number | null;
  readonly explanation: Explanation;
  /** Still going on at the watermark */
  readonly open: boolean;
}

export interface CalibrationReply {
  /** RFC 3339 instant in UTC */
  readonly from: string;
  /** RFC 3339 instant in UTC */
  readonly to: string;
  readonly levels: readonly {
    readonly level: RollupLevel;
    readonly entities: number;
    /** Days times entities */
    readonly watchedDays: number;
    readonly rows: readonly PromiseRow[];
  }[];
  /** Findings under the alert budget */
  readonly findings: readonly PromiseRow[];
}

/** Columns of equal length; null = missing. Values are rounded to a thousandth of their reach, scores cut off after four digits */
export interface ChartColumns {
  readonly at: readonly number[];
  readonly value: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  readonly score: readonly (number | null)[];
  /** The score, held up while a sustained fault lasts */
  readonly alarmScore: readonly (number | null)[];
}

export interface ClusterList {
  readonly data: readonly ClusterRow[];
  readonly nextCursor: null;
}

export interface ClusterRow {
  readonly cluster: string;
  /** Nodes that live: they sent something within an hour, or four of their intervals */
  readonly nodes: number;
  /** Nodes that are known and have sent nothing for longer: they left, or sleep */
  readonly nodesAsleep: number;
  readonly series: number;
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
  readonly anomalousNodes: number;
  readonly lastAt: string | null;
}

export interface DataHealth {
  readonly watermark: string | null;
  readonly pipeline: PipelineRow;
  /** Series that live; the other counts and shares are of these */
  readonly series: number;
  /** Series that have sent nothing for six hours or four of their intervals */
  readonly seriesAsleep: number;
  readonly learning: number;
  readonly late: number;
  readonly silent: number;
  /** Of living series that are not silent; 0 while the pipeline is stopped */
  readonly freshShare: number;
  readonly acceptedPoints: number;
  /** Accepted points that were there before, with the same value */
  readonly duplicatePoints: number;
  /** Accepted points that replaced another value */
  readonly overwrittenPoints: number;
  /** Native histograms of remote write, which are not scored */
  readonly skippedHistograms: number;
  /** Exemplars of remote write, which are not kept */
  readonly skippedExemplars: number;
  readonly rejectedPoints: Readonly<Partial<Record<RejectReason, number>>>;
  readonly detectionLagMs: number | null;
  readonly backlogPoints: number;
  /** While history loads, the judged share of the time from the oldest point to now; else 1 */
  readonly backfill: number;
  readonly worst: readonly {
    readonly seriesId: string;
    readonly cluster: string;
    readonly node: string;
    readonly metric: string;
    readonly lastAt: string | null;
    readonly state: EntityState;
  }[];
}

export interface DataQualityFinding {
  readonly metric: string;
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly {
    readonly cluster: string;
    readonly node: string;
  }[];
  readonly reason: string;
}

export interface EngineList {
  readonly data: readonly EngineRow[];
  readonly nextCursor: null;
}

export interface EngineRow {
  readonly engine: string;
  readonly summary: string;
  readonly available: boolean;
  /** What is missing; null where it can run here */
  readonly reason: string | null;
  /** The command that installs it */
  readonly install: string | null;
  /** Whether this server judges points by it as they come */
  readonly live: boolean;
}

export type EntityState = "live" | "learning" | "silent";

export interface Explanation {
  /** One sentence for people */
  readonly text: string;
  readonly kind: AnomalyKind;
  readonly direction: "up" | "down" | "none";
  readonly onset: string | null;
  readonly peak: string | null;
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
  readonly returnPeriodDays: number | null;
  readonly factors: readonly {
    readonly name: "sudden" | "hour" | "recent" | "shift" | "absence";
    readonly share: number;
  }[];
  /** The nearest value with which a point would have scored below 0.5, re-scored. Null where no single value would do, and in lists: ask for the one anomaly */
  readonly counterfactual: {
    /** The point of the highest score, or the first one of the anomaly */
    readonly at: string;
    readonly value: number;
    readonly bound: "at-most" | "at-least";
    /** What the point scores with that value */
    readonly score: number;
  } | null;
  /** Beside the same metric of the cluster's other nodes. Null with fewer than four of them, and in lists: ask for the one anomaly */
  readonly peers: {
    /** Distance from their median at the peak, in usual distances */
    readonly z: number | null;
    /** Other nodes that were looked at */
    readonly compared: number;
    /** Those that were anomalous too; 0 = alone */
    readonly anomalous: number;
  } | null;
  readonly confidence: number;
}

export interface FindingChart {
  readonly findingId: string;
  readonly seriesId: string;
  /** Epoch milliseconds */
  readonly startMs: number;
  /** Epoch milliseconds */
  readonly endMs: number;
  readonly stepMs: number;
  readonly columns: ChartColumns;
}

/** One page; hand `nextCursor` back as `cursor` for the next */
export interface FindingList {
  readonly data: readonly FindingRow[];
  readonly nextCursor: string | null;
}

export interface FindingPart {
  readonly node: string;
  readonly metric: string;
  readonly seriesId: string;
  readonly score: number;
  readonly share: number;
  readonly onset: string | null;
  readonly kind: AnomalyKind;
  readonly text: string;
}

export interface FindingRow {
  readonly id: string;
  readonly level: "node" | "cluster";
  readonly cluster: string;
  /** Null for a cluster finding */
  readonly node: string | null;
  /** RFC 3339 instant in UTC */
  readonly openedAt: string;
  /** Null while open */
  readonly closedAt: string | null;
  readonly outcome: AlarmOutcome;
  readonly onset: string | null;
  /** How rare it is in this fleet; severity and sentence say the same */
  readonly score: number;
  readonly severity: Severity;
  /** Return period that the score stands for */
  readonly fleetReturnPeriodDays: number | null;
  /** How rare it is for the place itself */
  readonly entityReturnPeriodDays: number | null;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly text: string;
  /** In onset order; shares add up to 1 */
  readonly contributions: readonly FindingPart[];
  /** Nodes that did what the sentence says */
  readonly nodesMoved: number;
  /** Nodes that the cluster had; 1 for a node finding */
  readonly nodesTotal: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly score: number;
  }[];
  readonly confidence: number;
}

export interface IngestBody {
  readonly series: readonly {
    readonly cluster: string;
    readonly node: string;
    readonly metric: string;
    readonly metadata?: Readonly<Record<string, string>>;
    /** A counter is cumulative and scored as a rate per second. Left out: by the metric's name (_total) */
    readonly type?: "counter" | "gauge";
    /** The same as type: true for a counter */
    readonly counter?: boolean;
    /** [epoch milliseconds, value]; null = missing */
    readonly points: readonly (readonly [number, number | null])[];
  }[];
}

export interface IngestReport {
  /** Taken: the sum of the next three */
  readonly acceptedPoints: number;
  /** New: the store held no point of the series at their instant */
  readonly storedPoints: number;
  /** Came twice in this body, or were stored before, with the same value: nothing changed */
  readonly duplicatePoints: number;
  /** Replaced another value at the same instant, of this body or stored before */
  readonly overwrittenPoints: number;
  readonly rejectedPoints: number;
  readonly rejected: readonly {
    readonly reason: RejectReason;
    readonly points: number;
    /** The first few places: cluster/node/metric */
    readonly examples: readonly string[];
  }[];
}

export interface LabelMapping {
  /** Labels that name the cluster; of those that a series has the first */
  readonly cluster: readonly string[];
  /** Labels that name the node; of those that a series has the first */
  readonly node: readonly string[];
  /** Whether 10.0.0.7:9100 becomes the node 10.0.0.7 */
  readonly stripPort: boolean;
}

export interface LabelMappingChange {
  /** Labels that name the cluster; of those that a series has the first */
  readonly cluster?: readonly string[];
  /** Labels that name the node; of those that a series has the first */
  readonly node?: readonly string[];
  /** Whether 10.0.0.7:9100 becomes the node 10.0.0.7 */
  readonly stripPort?: boolean;
}

export type Level = "metric" | "node" | "cluster" | "tenant";

export interface MetricList {
  readonly data: readonly MetricRow[];
  readonly nextCursor: null;
}

export interface MetricPage {
  /** Null where there is no such metric */
  readonly points: PointsReply | null;
  /** Worst first, at most 500 */
  readonly anomalies: readonly AnomalyRow[];
  /** Newest first, at most 500 */
  readonly alarms: readonly AlarmRow[];
}

export interface MetricRow {
  readonly metric: string;
  readonly series: number;
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
}

/** Columns of equal length, a row for each node */
export interface NodeColumns {
  readonly clusters: readonly string[];
  readonly metricNames: readonly string[];
  readonly states: readonly string[];
  /** Newest point of all these nodes; 0 where there is none */
  readonly newestMs: number;
  /** Index into `clusters` */
  readonly cluster: readonly number[];
  readonly node: readonly string[];
  readonly metrics: readonly number[];
  /** Cut off after three digits; severities follow from it */
  readonly score: readonly (number | null)[];
  readonly numAnomalies: readonly number[];
  /** Onset of what is going on now, epoch milliseconds; null: nothing */
  readonly since: readonly (number | null)[];
  /** Newest point, in seconds before `newestMs`; null: none */
  readonly lagS: readonly (number | null)[];
  /** Index into `states`: live, learning, silent */
  readonly state: readonly number[];
  /** Rounded to two digits */
  readonly confidence: readonly number[];
  /** The heaviest metrics of nodes that have any at 0.25 or more */
  readonly top: readonly {
    /** Index into the columns */
    readonly row: number;
    /** Indices into `metricNames`, heaviest first */
    readonly metrics: readonly number[];
    readonly scores: readonly (number | null)[];
  }[];
}

export interface NodeList {
  readonly data: readonly NodeRow[];
  readonly nextCursor: null;
}

export interface NodePage {
  /** Null where there is no such node; all else is empty then */
  readonly node: NodeRow | null;
  readonly lane: ScoresReply;
  /** At most 500 */
  readonly series: readonly SeriesRow[];
  /** One for each series, in the same order */
  readonly charts: readonly SmallChart[];
  /** Worst first, at most 500 */
  readonly anomalies: readonly AnomalyRow[];
}

export interface NodeRow {
  readonly cluster: string;
  readonly node: string;
  readonly metrics: number;
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
  readonly numAnomalies: number;
  readonly topMetrics: readonly {
    readonly metric: string;
    /** Calibrated score in [0, 1] */
    readonly score: number | null;
  }[];
  /** Onset of what is going on now; null when nothing is */
  readonly since: string | null;
  readonly lastAt: string | null;
  readonly state: EntityState;
  readonly confidence: number;
}

export interface Overview {
  readonly summary: Summary;
  readonly health: DataHealth;
  readonly clusters: readonly ClusterRow[];
  /** Newest first, at most 200 */
  readonly findings: readonly FindingRow[];
  /** Of the first contributing metric of each open finding, at most 12 */
  readonly charts: readonly FindingChart[];
  /** Null where no step was asked for */
  readonly tenantLane: ScoresReply | null;
  /** Of at most 24 clusters: the highest scores */
  readonly clusterLanes: ScoresReply | null;
}

export interface PipelineRow {
  /** stopped: no point of any node for three steps more than the usual lag, by the clock */
  readonly state: "none" | "flowing" | "stopped";
  /** Time of the newest point that came; while stopped: since then */
  readonly newestAt: string | null;
  /** How old that is: all that is said of now is as old as this */
  readonly ageMs: number | null;
  /** How old the newest point usually becomes before the next */
  readonly usualLagMs: number;
  /** One sentence for people; empty while points flow */
  readonly text: string;
}

export interface PointsReply {
  readonly series: SeriesRow;
  readonly stepMs: number;
  /** Columns of equal length; null = missing */
  readonly columns: {
    readonly at: readonly number[];
    readonly value: readonly (number | null)[];
    readonly min: readonly (number | null)[];
    readonly max: readonly (number | null)[];
    readonly expected: readonly (number | null)[];
    readonly lower: readonly (number | null)[];
    readonly upper: readonly (number | null)[];
    readonly score: readonly (number | null)[];
    /** The score, held up while a sustained fault lasts */
    readonly alarmScore: readonly (number | null)[];
  };
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable and machine-readable */
  readonly code: string;
  readonly detail: string;
  /** What to do about it */
  readonly hint?: string;
  readonly requestId: string;
  /** Which parts of the request are wrong */
  readonly errors?: readonly {
    readonly pointer: string;
    readonly detail: string;
  }[];
}

export interface PromiseRow {
  /** The promise: one alarm in this many days */
  readonly onceInDays: number;
  /** Alarms promised over everything that was watched */
  readonly promised: number;
  /** Alarms that came: runs of steps, ten steps apart at most */
  readonly realised: number;
  /** Realised over promised */
  readonly ratio: number | null;
  /** 95 % range of the ratio, if alarms came independently */
  readonly ratioLow: number | null;
  readonly ratioHigh: number | null;
}

export interface RankingReply {
  readonly level: Level;
  readonly range: {
    /** Epoch milliseconds */
    readonly startMs: number;
    /** Epoch milliseconds */
    readonly endMs: number;
  };
  readonly anomalous: number;
  readonly expectedByChance: number;
  /** Left out of the ranking of metrics: their recording changed, no node did */
  readonly dataQuality: readonly DataQualityFinding[];
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
  /** When it began; of a metric also before the range, if drawn late */
  readonly onset: string | null;
  /** Of a metric: how much of its node's value it makes up; the shares of a node sum to 1 */
  readonly share: number | null;
  readonly confidence: number;
  readonly why: string;
}

export type RejectReason = "future" | "too-late" | "infinite" | "series-limit" | "memory-limit" | "invalid-time" | "invalid-labels";

export type RollupLevel = "node" | "cluster" | "tenant";

export interface ScoresReply {
  readonly level: RollupLevel;
  readonly strategy: AggregationStrategy;
  readonly times: readonly number[];
  readonly entities: {
    readonly cluster: readonly string[];
    readonly node: readonly string[];
  };
  /** score[e * times.length + i]: highest calibrated score of entity e in step i */
  readonly score: readonly (number | null)[];
}

/** One page; hand `nextCursor` back as `cursor` for the next */
export interface SeriesList {
  readonly data: readonly SeriesRow[];
  readonly nextCursor: string | null;
}

export interface SeriesRow {
  readonly id: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  /** Of its values: as its sender or its name says, per second for counters; or empty */
  readonly unit: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly intervalMs: number | null;
  readonly points: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  readonly lastValue: number | null;
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
  readonly state: EntityState;
  readonly confidence: number;
}

export type Severity = "none" | "low" | "moderate" | "major" | "critical";

export interface SmallChart {
  readonly seriesId: string;
  /** Epoch milliseconds */
  readonly startMs: number;
  /** Epoch milliseconds */
  readonly endMs: number;
  readonly stepMs: number;
  readonly columns: ChartColumns;
}

export interface Summary {
  readonly tenant: string;
  readonly clusters: number;
  /** Nodes that live: they sent something within an hour, or four of their intervals */
  readonly nodes: number;
  /** Nodes that are known and have sent nothing for longer: they left, or sleep */
  readonly nodesAsleep: number;
  /** Series that live: the limit of active series counts these */
  readonly series: number;
  /** Series that have sent nothing for six hours or four of their intervals */
  readonly seriesAsleep: number;
  readonly points: number;
  /** Event time of the newest scored point */
  readonly watermark: string | null;
  /** History is being taken in: what is judged ends at the watermark, long before now */
  readonly isLoading: boolean;
  readonly pipeline: PipelineRow;
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
  readonly openFindings: number;
  /** Alert budget: at most one finding in this many days */
  readonly budgetDays: number;
  readonly findings30d: number;
  /** Findings that the budget promises for as long as it watched */
  readonly promised30d: number;
  /** Why points are stored and not judged at the moment; null where they are judged */
  readonly quarantine: string | null;
}

export interface TenantList {
  readonly data: readonly TenantRow[];
  readonly nextCursor: null;
}

export interface TenantRow {
  readonly tenant: string;
  /** All but served have no numbers: starting = not taken up yet, unavailable = started again or too busy, unasked = names only */
  readonly state: "served" | "starting" | "unavailable" | "unasked";
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
  readonly openFindings: number | null;
  readonly clusters: number | null;
  /** Nodes that live: they sent something within an hour, or four of their intervals */
  readonly nodes: number | null;
  /** Of those, nodes anomalous now or in an open finding */
  readonly anomalousNodes: number | null;
  readonly series: number | null;
  /** Event time of the newest scored point */
  readonly watermark: string | null;
  /** History is being taken in */
  readonly isLoading: boolean | null;
  readonly pipeline: PipelineRow | null;
  /** Why points are stored and not judged */
  readonly quarantine: string | null;
  /** The worst open finding; without one, the most anomalous node now; null where none is */
  readonly worst: WorstPlace | null;
}

export interface TruthList {
  readonly data: readonly TruthRow[];
  readonly nextCursor: null;
}

export interface TruthRow {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly cluster: string;
  /** Empty when the whole cluster is meant */
  readonly nodes: readonly string[];
  readonly metrics: readonly string[];
  /** RFC 3339 instant in UTC */
  readonly from: string;
  readonly to: string | null;
  /** True for the decoys, which must not be found */
  readonly silent: boolean;
}

export interface WorstPlace {
  readonly cluster: string;
  /** Null where it is the whole cluster */
  readonly node: string | null;
  /** Calibrated score in [0, 1] */
  readonly score: number | null;
  readonly severity: Severity;
  /** When it began */
  readonly since: string | null;
  /** The open finding; null for a node without one */
  readonly findingId: string | null;
  /** A finding's sentence; for a node the names of its metrics */
  readonly why: string;
}
