import type { ColumnSummaries, DurationMs, EpochMs, TimeRange } from "@foreshock/core/fold";
import type { PutPoints } from "../platform/ingest-series.ts";
import type { Failure } from "../platform/platform-errors.ts";
import type { DamageKind } from "../store/sqlite/damage.ts";
import type { AlarmCursor } from "../store/table/alarm-table.ts";
import type { EpisodeCursor } from "../store/table/episode-table.ts";
import type {
  ChartPoints,
  ExplainedEpisode,
  ExplainedSeries,
  FoundAlarm,
  FoundAnomaly,
  SeriesHistory,
} from "./answers.ts";
import type { AnnounceQuestion, FreshSeries, NameQuestion } from "./fresh-series.ts";
import type { QuarantineMessage, TenantFailedMessage } from "./quarantine.ts";
import type { WindowGrid } from "./read/window-summaries.ts";
import type { StoredSeries } from "./stored-series.ts";

/** Client to worker. Columns are handed over (transferred), so the sender must not touch them again. */
export type ToWorker = AppendMessage | AskMessage | QuarantineMessage;

/** Points for the partitions of one worker; all columns lie in one buffer. */
export interface AppendMessage {
  readonly type: "append";
  readonly ticket: number;
  readonly parts: readonly AppendPart[];
}

/** Points of several series of one partition; run k is [ends[k-1], ends[k]) of the columns. */
export interface AppendPart {
  readonly partition: number;
  /** Series the worker has not seen since it started, before their first run. */
  readonly fresh: readonly FreshSeries[];
  /** Known series that are something else from now on, counter or gauge: they are folded again as that. */
  readonly retold?: readonly FreshSeries[];
  readonly handles: Int32Array;
  readonly ends: Int32Array;
  readonly times: Float64Array;
  /** NaN = missing, +Infinity = the series ended here (staleness marker). */
  readonly values: Float64Array;
}

/** A question with one answer. */
export interface AskMessage {
  readonly type: "ask";
  readonly id: number;
  readonly question: Question;
}

export type Question =
  | { readonly what: "open" }
  | NameQuestion
  | AnnounceQuestion
  | { readonly what: "begin-checkpoint"; readonly checkpoint: number }
  | EndCheckpointQuestion
  | { readonly what: "drain" }
  | DropBeforeQuestion
  | {
      readonly what: "points";
      readonly handle: number;
      readonly range: TimeRange;
      readonly pointsMax: number;
    }
  | { readonly what: "anomalies"; readonly tenantId: string; readonly query: AnomalyQuery }
  | AlarmQuestion
  | { readonly what: "anomaly"; readonly handle: number; readonly windowStart: EpochMs }
  | ExplainQuestion
  | StrongestQuestion
  | { readonly what: "count-stored"; readonly runs: readonly StoredQuestion[] }
  | { readonly what: "history"; readonly handles: readonly number[]; readonly range: TimeRange }
  | { readonly what: "summaries"; readonly handles: readonly number[]; readonly grid: WindowGrid }
  | { readonly what: "close" };

/** How far each partition of an owner has come, by partition: log position up to which all is scored. */
export type Positions = Readonly<Record<number, number>>;

/** The second half of a checkpoint. */
export interface EndCheckpointQuestion {
  readonly what: "end-checkpoint";
  /** False where the tenants' folds could not be saved. */
  readonly save: boolean;
  /** The owner is closed next: all states are saved, so that the start folds nothing again. */
  readonly isLast?: boolean | undefined;
}

/** Delete all points before the UTC day of an instant. */
export interface DropBeforeQuestion {
  readonly what: "drop-before";
  readonly atMs: EpochMs;
}

/** What a checkpoint wrote. */
export interface SavedStates {
  readonly seriesCount: number;
  /** Of detector states. */
  readonly bytes: number;
}

/** Points of a series: how many of them are stored with just these values? */
export interface StoredQuestion {
  readonly handle: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** The strongest episodes of some series in a range, and whether they reported at an instant. */
export interface ExplainQuestion {
  readonly what: "explain";
  readonly handles: readonly number[];
  readonly range: TimeRange;
  /** The newest point before this instant is given. */
  readonly asOfMs: EpochMs;
  /** Episodes that began by then come before later ones, which may be the return. Left out: the highest does. */
  readonly beganByMs?: EpochMs;
}

/** The strongest episode of each group of series in a range. */
export interface StrongestQuestion {
  readonly what: "strongest";
  readonly tenantId: string;
  readonly range: TimeRange;
  readonly minScore: number;
  /** Handles of one partition's series; "all" = every series that the owner holds of the tenant. */
  readonly groups: readonly (readonly number[] | "all")[];
}

/** Which series are meant; what is left out does not narrow. */
export interface SeriesFilter {
  readonly clusterId?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly metricName?: string | undefined;
  /** Exactly these series, whatever the names above say. */
  readonly handles?: readonly number[] | undefined;
}

/** A page of a tenant's alarms. */
export interface AlarmQuestion {
  readonly what: "alarms";
  readonly tenantId: string;
  readonly query: AlarmQuery;
}

export interface AlarmQuery extends SeriesFilter {
  readonly range: TimeRange;
  readonly minScore: number;
  readonly state?: "open" | "closed" | undefined;
  readonly limit: number;
  /** Continue strictly after these places, by partition. */
  readonly after?: Readonly<Record<number, AlarmCursor>> | undefined;
}

export interface AnomalyQuery extends SeriesFilter {
  readonly range: TimeRange;
  readonly minScore: number;
  readonly label?: string | undefined;
  readonly sort: "score" | "time";
  readonly limit: number;
  /** Continue strictly after these places, by partition. */
  readonly after?: Readonly<Record<number, EpisodeCursor>> | undefined;
}

export interface Answers {
  readonly open: OpenAnswer;
  readonly name: undefined;
  readonly announce: boolean;
  readonly "begin-checkpoint": Positions;
  readonly "end-checkpoint": SavedStates;
  /** The days (since 1970) that were deleted. */
  readonly "drop-before": readonly number[];
  readonly drain: undefined;
  readonly points: ChartPoints;
  readonly anomalies: readonly FoundAnomaly[];
  readonly alarms: readonly FoundAlarm[];
  readonly anomaly: ExplainedEpisode | undefined;
  readonly explain: readonly ExplainedSeries[];
  /** Those that were found, with the index of their group. */
  readonly strongest: readonly FoundStrongest[];
  readonly history: readonly SeriesHistory[];
  /** Columns in the order of the handles. */
  readonly summaries: ColumnSummaries;
  /** One count per run. */
  readonly "count-stored": readonly number[];
  readonly close: undefined;
}

export interface FoundStrongest {
  readonly group: number;
  readonly episode: ExplainedEpisode;
}

/** What a worker holds of the tenants of a host, which gives handles. */
export interface OpenAnswer {
  /** Up to where detection had come when that was last noted; beyond everything once folding goes on. */
  readonly detected: Positions;
  readonly stored: readonly StoredSeries[];
}

export interface AnswerMessage {
  readonly type: "answer";
  readonly id: number;
  readonly value: unknown;
  /** What making it has cost, in points that are detected: about 1 µs each. */
  readonly points: number;
}

/** Worker to client. */
export type FromWorker =
  | MarkMessage
  | TenantFailedMessage
  | { readonly type: "durable"; readonly ticket: number; readonly put: PutPoints }
  | { readonly type: "failed"; readonly ticket: number; readonly failure: Failure }
  | ScoredMessage
  | DamageMessage
  | SlowCommitMessage
  | DiskMessage
  | AnswerMessage
  | { readonly type: "refused"; readonly id: number; readonly failure: Failure };

/** All that was scored up to these positions has been sent before this: a checkpoint begins here. */
export interface MarkMessage {
  readonly type: "mark";
  readonly checkpoint: number;
  readonly positions: Positions;
}

/** Something stored could not be read back: found at opening, by a read or by the scrub. */
export interface DamageReport {
  readonly item: DamageKind;
  readonly file: string;
  /** Undefined when a whole file is meant, or the series' name is lost as well. */
  readonly tenantId?: string | undefined;
  /** Public id. */
  readonly seriesId?: string | undefined;
  /** The points lost; undefined where not even that is known. */
  readonly range?: TimeRange | undefined;
  readonly points?: number | undefined;
  readonly reason: string;
  /** What became of the bytes: where they were put, or "dropped". */
  readonly action: string;
}

export interface DamageMessage extends DamageReport {
  readonly type: "damage";
  readonly partition: number;
}

/** Whether a partition can write; sent when that changes. Reads go on in any case. */
export interface DiskMessage {
  readonly type: "disk";
  readonly partition: number;
  readonly state: "writes" | "full" | "silent";
}

/** Points waited long for the disk. */
export interface SlowCommitMessage {
  readonly type: "slow-commit";
  readonly partition: number;
  readonly tookMs: DurationMs;
}

/** Points that have been scored, in detection order; tickets listed are scored whole. */
export interface ScoredMessage {
  readonly type: "scored";
  readonly tickets: readonly number[];
  readonly handles: Int32Array;
  readonly ends: Int32Array;
  readonly times: Float64Array;
  /** Calibrated tail probability of the stream engine; NaN where the point is missing. */
  readonly p: Float64Array;
  /** Tail probability of the flatline detector; NaN while it has no opinion. */
  readonly flat: Float64Array;
  /** Phase of the series' alarm (ALARM_PHASE). */
  readonly phase: Uint8Array;
  /** LATEST_LENGTH numbers per run: the state of its series after the run. */
  readonly latest: Float64Array;
}

export const LATEST = {
  atMs: 0,
  value: 1,
  score: 2,
  pointCount: 3,
  intervalMs: 4,
  firstMs: 5,
  /** Onset of the open episode or opening of the held alarm; 0 when there is neither. */
  sinceMs: 6,
  /** Peak score of the open episode or score of the held alarm, the larger; 0 without. */
  episodeScore: 7,
  /** 1 when the series reported that it ended. */
  ended: 8,
} as const;
export const LATEST_LENGTH = 9;
