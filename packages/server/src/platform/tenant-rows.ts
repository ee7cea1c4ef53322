import type {
  AggregationStrategy,
  AnomalyKind,
  AnomalyLabel,
  EpochMs,
  Explanation,
  Level,
  Severity,
  TimeRange,
  ToldOutcome,
} from "@foreshock/core/fold";
import type { EntityState } from "./data-health.ts";
import type { DataQualityFinding, RankingRow } from "./ranking-rows.ts";

export interface PlaceFilter {
  readonly clusterId?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly metricName?: string | undefined;
}

export interface Page {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Paged<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | undefined;
}

export interface ClusterRow {
  readonly cluster: string;
  /** Nodes that live, and those that are known and have left. */
  readonly nodes: number;
  readonly nodesAsleep: number;
  readonly series: number;
  readonly score: number;
  readonly severity: Severity;
  readonly anomalousNodes: number;
  readonly lastAt: EpochMs;
}

export interface NodeRow {
  readonly cluster: string;
  readonly node: string;
  readonly metrics: number;
  readonly score: number;
  readonly severity: Severity;
  readonly numAnomalies: number;
  readonly topMetrics: readonly { readonly metric: string; readonly score: number }[];
  /** Onset of what is going on now; 0 when nothing is. */
  readonly since: EpochMs;
  readonly lastAt: EpochMs;
  readonly state: EntityState;
  /** 0..1: how settled the models of its series are. */
  readonly confidence: number;
}

export interface MetricRow {
  readonly metric: string;
  readonly series: number;
  readonly score: number;
  readonly severity: Severity;
}

export interface SeriesRow {
  readonly id: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  /** Of its values: see `unitOf`. Empty where it is not known. */
  readonly unit: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  readonly points: number;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  readonly lastValue: number;
  readonly score: number;
  readonly severity: Severity;
  readonly state: EntityState;
  readonly confidence: number;
}

export interface PointsReply {
  readonly series: SeriesRow;
  readonly stepMs: number;
  /** Columns of equal length; null = missing. `min`/`max` differ from `value` only where down-sampled. */
  readonly columns: {
    readonly at: readonly EpochMs[];
    readonly value: readonly (number | null)[];
    readonly min: readonly (number | null)[];
    readonly max: readonly (number | null)[];
    readonly expected: readonly (number | null)[];
    readonly lower: readonly (number | null)[];
    readonly upper: readonly (number | null)[];
    readonly score: readonly (number | null)[];
    /** The score, held up while a sustained fault lasts. */
    readonly alarmScore: readonly (number | null)[];
  };
}

export interface AnomalyFilter extends PlaceFilter {
  readonly range: TimeRange;
  readonly minScore: number;
  readonly label?: AnomalyLabel | undefined;
  readonly sort: "score" | "time";
}

export interface AnomalyRow {
  readonly id: string;
  readonly seriesId: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly engine: string;
  readonly windowStart: EpochMs;
  readonly windowEnd: EpochMs;
  readonly score: number;
  readonly severity: Severity;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly magnitude: number;
  readonly explanation: Explanation;
  /** Still going on at the watermark. */
  readonly open: boolean;
}

export interface AlarmFilter extends PlaceFilter {
  /** Alarms that were open at some time in it. */
  readonly range: TimeRange;
  readonly minScore: number;
  readonly state?: "open" | "closed" | undefined;
}

/** One episode of a series that is worth an alarm: opened once, however long it lasts. */
export interface AlarmRow {
  readonly id: string;
  readonly seriesId: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly openedAt: EpochMs;
  /** The newest point that kept it up; while it is open, the newest point. */
  readonly lastAt: EpochMs;
  /** Null while open. */
  readonly closedAt: EpochMs | null;
  /** How rare the opening point was. */
  readonly evidenceDays: number;
  /** Highest alarm score: the plain score, held up while the fault lasts. */
  readonly score: number;
  readonly severity: Severity;
  readonly outcome: ToldOutcome;
  /** Null where it was never held. */
  readonly heldFrom: EpochMs | null;
  readonly heldTo: EpochMs | null;
  readonly label: AnomalyLabel;
  /** Null where nothing was seen that has a shape. */
  readonly kind: AnomalyKind | null;
  readonly text: string;
}

export interface FindingRow {
  readonly id: string;
  readonly level: "node" | "cluster";
  readonly cluster: string;
  /** Null for a cluster finding. */
  readonly node: string | null;
  readonly openedAt: EpochMs;
  /** Null while open. */
  readonly closedAt: EpochMs | null;
  /** What keeps it open; closed, what it came to. */
  readonly outcome: ToldOutcome;
  readonly onset: EpochMs;
  /** How rare it is in this fleet, at its worst: score, severity and sentence say the same. */
  readonly score: number;
  readonly severity: Severity;
  readonly fleetReturnPeriodDays: number;
  /** How rare it is for the place itself, which is the claim of its own page. */
  readonly entityReturnPeriodDays: number;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly text: string;
  /** Contributing metrics in onset order, shares add up to 1. */
  readonly contributions: readonly FindingPart[];
  /** Nodes that did what the sentence says, of those that the cluster had; 1 of 1 for a node finding. */
  readonly nodesMoved: number;
  readonly nodesTotal: number;
  /** Nodes that are in it, worst first (one for a node finding). */
  readonly nodes: readonly { readonly node: string; readonly score: number }[];
  readonly confidence: number;
}

export interface FindingPart {
  readonly node: string;
  readonly metric: string;
  readonly seriesId: string;
  readonly score: number;
  readonly share: number;
  readonly onset: EpochMs;
  readonly kind: AnomalyKind;
  readonly text: string;
}

export interface ScoresQuery {
  readonly level: Exclude<Level, "metric">;
  readonly range: TimeRange;
  readonly stepMs: number;
  readonly filter: PlaceFilter;
}

/** score[e * times.length + i] = highest calibrated score of entity e in step i; null where there is none. */
export interface ScoresReply {
  readonly level: Exclude<Level, "metric">;
  readonly strategy: AggregationStrategy;
  readonly times: readonly EpochMs[];
  readonly entities: {
    readonly cluster: readonly string[];
    readonly node: readonly string[];
  };
  readonly score: readonly (number | null)[];
}

export interface RankingQuery {
  readonly level: Level;
  readonly range: TimeRange;
  readonly limit: number;
  readonly filter: PlaceFilter;
}

export interface RankingReply {
  readonly level: Level;
  readonly range: TimeRange;
  /** How many of the ranked are anomalous, and how many would be by chance. */
  readonly anomalous: number;
  readonly expectedByChance: number;
  /** What the ranking left out because the data, not a node, changed. Metrics only. */
  readonly dataQuality: readonly DataQualityFinding[];
  readonly data: readonly RankingRow[];
}
