import type { ByteRoom, WhenOver } from "./admission.ts";
import type { IngestBatch } from "./ingest-batch.ts";
import type { IngestReport } from "./ingest-series.ts";
import type { PackedBatch } from "./packed-batch.ts";
import type { Read } from "./read.ts";
import type { Readiness } from "./readiness.ts";
import type { TenantReads } from "./tenant-reads.ts";

export type { ByteRoom, WhenOver } from "./admission.ts";
export type { DataHealth, EntityState } from "./data-health.ts";
export type { IngestBatch } from "./ingest-batch.ts";
export type { IngestReport, IngestSeries, RejectReason } from "./ingest-series.ts";
export type { PackedBatch } from "./packed-batch.ts";
export type { PipelineRow } from "./pipeline-row.ts";
export type { DataQualityFinding, RankingRow } from "./ranking-rows.ts";
export type { TenantReads } from "./tenant-reads.ts";
export type * from "./tenant-rows.ts";
export type { TenantStanding, TenantSummary, WorstPlace } from "./tenant-summary.ts";

/** What the routes ask of the rooms behind them. `serve/` wires what implements it; routes only translate. */
export interface Platform {
  /** Who holds a checked key sees this tenant and no other: no method takes a tenant name. */
  forTenant(tenantId: string): TenantDoor;
  /** Slugs of all tenants, sorted. For operator keys only. */
  tenantIds(): readonly string[];
  /** False while starting, replaying or shutting down: then nothing is asked of it. */
  ready(): boolean;
  /** Whether the tenant can be asked; false while a start has not come to it yet. */
  isServed(tenantId: string): boolean;
  /** Whether everything works, and what does not. Reads may go on where this says no. */
  readiness(): Readiness;
}

/** A tenant as those see it who stand before the threads: routes, demonstration, tools. */
export interface TenantDoor extends TenantView {
  /** Room for the body of one request, in this tenant's share of memory. */
  byteRoom(): ByteRoom;
  /** As `ingest`, for points whose columns are handed over: the caller must not touch them again. */
  ingestPacked(batch: PackedBatch, whenOver?: WhenOver): Promise<IngestReport>;
  /**
   * The reply to a question as bytes, made where the tenant lives. `known` is a revision that the asker
   * has a reply of; the signal says that nobody waits any more.
   *
   * @throws Unavailable | BadCursor | Refusal as the reads do; Abandoned after the signal.
   */
  answer(read: Read, ask?: Ask): Promise<Answer>;
}

export interface Ask {
  readonly known?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  /** Names the state that the reply was made from (see `TenantView.revision`) and the reply's bytes. */
  readonly revision: string;
  /** JSON in UTF-8; undefined where there is no such thing, or the asker knows it already. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  /** The asker has this very reply: nothing was read, or what was read gave the same bytes. */
  readonly isKnown: boolean;
}

/** A tenant: what can be asked about it, and the way in for its points. */
export interface TenantView extends TenantReads {
  /**
   * Resolves when the accepted points are durable. Every way in has the tenant's limits before it: one
   * that does not say otherwise waits for its turn.
   *
   * @throws OverRate where the points are over the tenant's rate and `whenOver` is "refuse".
   * @throws Unavailable when the store cannot take them now.
   */
  ingest(batch: IngestBatch, whenOver?: WhenOver): Promise<IngestReport>;
}
