import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type {
  DamageReport,
  DiskMessage,
  SavedStates,
  SlowCommitMessage,
} from "../partition/protocol.ts";
import type { Stall } from "../watch/stall-clock.ts";

/** What the running platform reports to whoever operates it. Calls come often and must be cheap. */
export interface PlatformEvents {
  /** Something stored could not be read back; it has been quarantined. */
  damage(found: DamageReport & { readonly partition?: number }): void;
  /** A commit kept senders waiting. */
  slowCommit(commit: SlowCommitMessage): void;
  /** A partition's disk is full or does not answer, or writes again. */
  disk(state: Pick<DiskMessage, "partition" | "state">): void;
  checkpoint(saved: SavedStates & { readonly tookMs: DurationMs }): void;
  /** Retention deleted everything before an instant. */
  daysDropped(dropped: { readonly beforeMs: EpochMs; readonly dayCount: number }): void;
  /** Points that were not taken in. */
  refused(tenantId: string, reason: string, points: number): void;
  scored(points: number): void;
  /** An owner ended; it is started again after `againInMs`. */
  ownerEnded(partitions: readonly number[], error: Error, againInMs: DurationMs): void;
  ownerStarted(partitions: readonly number[]): void;
  /** The thread of these tenants ended; it is started again after `againInMs`. */
  hostEnded(tenantIds: readonly string[], error: Error, againInMs: DurationMs): void;
  hostStarted(tenantIds: readonly string[]): void;
  /** A thread shows no sign of life while it works for a tenant ("" for nobody's work). */
  stalled(thread: string, stall: Stall): void;
  /** A tenant's work ended a thread; in quarantine its points are stored and not judged. */
  struck(tenantId: string, reason: string, strikes: number, isQuarantined: boolean): void;
  /** A tenant was let out of quarantine. */
  released(tenantId: string): void;
  /** Nothing was lost: it is tried again. */
  checkpointFailed(error: unknown, againInMs: DurationMs): void;
  /** A tenant's state could not be saved: it catches up for longer after the next start. */
  stateNotSaved(tenantId: string, error: unknown): void;
}
