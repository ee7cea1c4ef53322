import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { HostEnd } from "../partition/owner-link.ts";
import type { DamageReport } from "../partition/protocol.ts";
import type { WhenOver } from "../platform/admission.ts";
import type { IngestReport } from "../platform/ingest-series.ts";
import type { PackedBatch } from "../platform/packed-batch.ts";
import type { Answer } from "../platform/platform.ts";
import type { Failure } from "../platform/platform-errors.ts";
import type { Read } from "../platform/read.ts";
import type { TenantSettings } from "../tenant/tenant-settings.ts";
import type { HostFailure } from "./host-failure.ts";

/** Main thread to host. */
export type ToHost =
  | AskHost
  /** Nobody waits for this answer any more. */
  | { readonly type: "cancel"; readonly id: number }
  /** Tenants that are new, or whose settings have changed. */
  | { readonly type: "tenants"; readonly tenants: readonly HostedTenant[] }
  /** A line to a partition owner, in place of the one before. */
  | { readonly type: "owner"; readonly owner: number; readonly line: HostEnd }
  /** An owner has ended; what it was asked will not be answered. */
  | { readonly type: "owner-ended"; readonly owner: number; readonly reason: string };

export interface AskHost {
  readonly type: "ask";
  readonly id: number;
  /** The main thread's clock. */
  readonly nowMs: EpochMs;
  readonly question: HostQuestion;
}

export interface HostedTenant {
  readonly tenantId: string;
  readonly settings: TenantSettings;
  /** Why its points are stored and not judged; undefined where they are. */
  readonly quarantine: string | undefined;
}

export type HostQuestion =
  | { readonly what: "start" }
  | IngestQuestion
  | ReadQuestion
  | { readonly what: "rows"; readonly tenantId: string; readonly read: Read }
  | { readonly what: "revision"; readonly tenantId: string }
  /** Answered when the line to a partition owner is ready for points and questions. */
  | { readonly what: "owner-open"; readonly owner: number }
  /** Saves all folds as they were at a checkpoint's mark. */
  | { readonly what: "save"; readonly checkpoint: number }
  | { readonly what: "settle" }
  /** Forgets scores before a UTC day (since 1970). */
  | { readonly what: "drop-before"; readonly day: number }
  | { readonly what: "state" }
  /** Nothing more is taken in. */
  | { readonly what: "close-door" }
  | { readonly what: "close" };

export interface IngestQuestion {
  readonly what: "ingest";
  readonly tenantId: string;
  readonly batch: PackedBatch;
  readonly whenOver: WhenOver;
}

/** The reply to a read, as bytes; none where the asker's revision is the present one. */
export interface ReadQuestion {
  readonly what: "read";
  readonly tenantId: string;
  readonly read: Read;
  readonly known: string | undefined;
}

export interface HostAnswers {
  readonly start: undefined;
  readonly ingest: IngestReport;
  readonly read: Answer;
  /** By the kind of the read; see `ReadRows`. */
  readonly rows: unknown;
  readonly revision: string;
  readonly "owner-open": undefined;
  readonly save: undefined;
  readonly settle: undefined;
  readonly "drop-before": undefined;
  readonly state: HostState;
  readonly "close-door": undefined;
  readonly close: undefined;
}

/** What a host reports of itself. */
export interface HostState {
  readonly seriesCount: number;
  /** Time of the newest point of all tenants; -Infinity before the first one. */
  readonly newestMs: EpochMs;
  /** Points that were taken in and are not scored yet. */
  readonly backlogPoints: number;
  readonly tenants: readonly TenantState[];
}

export interface TenantState {
  readonly tenantId: string;
  readonly activeSeries: number;
  readonly openFindings: number;
  /** How long after its newest point a tenant was moved on last; NaN before the first time. */
  readonly detectionDelayMs: DurationMs;
  /** 0 until the grid is chosen. */
  readonly stepMs: DurationMs;
  /** What it is charged for what stays: series, names, states. */
  readonly memoryBytes: number;
}

/** What was done since the last time that it was told. */
export interface Scored {
  readonly points: number;
  /** Steps of tenants that were folded, again where points came late. */
  readonly steps: number;
}

/** Host to main thread. */
export type FromHost =
  | {
      readonly type: "answer";
      readonly id: number;
      readonly value: unknown;
      readonly scored?: Scored;
    }
  | { readonly type: "refused"; readonly id: number; readonly failure: HostFailure }
  | HostReport;

/** What a host tells without being asked. */
export type HostReport =
  | ({ readonly type: "scored" } & Scored)
  /** What reads of a tenant have cost since the last time, in cells of 20 ns. */
  | { readonly type: "read-cost"; readonly tenantId: string; readonly cells: number }
  /** A unit of a checkpoint's folds is saved. */
  | { readonly type: "saving" }
  | {
      readonly type: "not-taken";
      readonly tenantId: string;
      readonly reason: string;
      readonly points: number;
    }
  | { readonly type: "damage"; readonly found: DamageReport }
  | { readonly type: "not-saved"; readonly tenantId: string; readonly failure: HostFailure }
  | { readonly type: "grid-fixed"; readonly tenantId: string; readonly gridMs: DurationMs }
  /** The tenant is where it was before the start: it may be asked. */
  | { readonly type: "tenant-ready"; readonly tenantId: string }
  /** The tenant's own work threw; it is tried again. */
  | {
      readonly type: "tenant-failed";
      readonly tenantId: string;
      /** Where its detection threw; undefined where it was the host's own work. */
      readonly owner: number | undefined;
      readonly failure: HostFailure;
    }
  /** The host itself cannot go on. */
  | { readonly type: "host-failed"; readonly failure: HostFailure }
  /** A partition owner cannot go on: it has to be ended and started again. */
  | { readonly type: "owner-failed"; readonly owner: number; readonly failure: Failure };
