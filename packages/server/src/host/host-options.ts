import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { DamageReport } from "../partition/protocol.ts";
import type { Failure } from "../platform/platform-errors.ts";
import type { Disk } from "../store/sqlite/disk.ts";
import type { HostMemoryPart } from "./host-memory.ts";

export interface TenantHostOptions {
  /** This host's number among the clients of partition owners: 1 and up. */
  readonly client: number;
  readonly clientCount: number;
  /** How often it was started before in this process. */
  readonly life: number;
  readonly dataDir: string;
  readonly partitionCount: number;
  readonly ownerCount: number;
  readonly now: () => EpochMs;
  readonly monotonicMs: () => number;
  /** Runs work in a turn of its own. */
  readonly later: (work: () => void) => void;
  /** Runs work after a while. */
  readonly after: (delayMs: DurationMs, work: () => void) => void;
  readonly disk?: Disk | undefined;
  /** Whether work of a tenant may go on, or gives way to others for now; all may without it. */
  readonly mayGo?: ((tenantId: string) => boolean) | undefined;
  /** A unit of work begins: what, and for which tenant. Called often. */
  readonly progress: (what: string, tenantId: string) => void;
  readonly events: HostEvents;
  /** What it may use of the process' memory; without it there is no bound. */
  readonly memory?: HostMemoryPart | undefined;
}

/** What whoever runs a host hears of it. */
export interface HostEvents {
  scored(points: number): void;
  /** A step of a tenant was folded. */
  stepFolded(): void;
  /** A read has cost so many cells of 20 ns in this thread. */
  read(tenantId: string, cells: number): void;
  /** An owner has looked at so many points for a read. */
  looked(tenantId: string, points: number): void;
  /** A unit of a checkpoint's folds is saved. */
  saving(): void;
  /** Points that were not taken in. */
  notTaken(tenantId: string, reason: string, points: number): void;
  damage(found: DamageReport): void;
  /** A tenant's state could not be saved: it catches up for longer after the next start. */
  notSaved(tenantId: string, error: unknown): void;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  gridFixed(tenantId: string, gridMs: DurationMs): void;
  /** The tenant is where it was before the start: it may be asked and sent points. */
  tenantReady(tenantId: string): void;
  /** Reading back, folding or (in an owner) detecting this tenant threw; it is tried again. */
  tenantFailed(tenantId: string, error: unknown, owner?: number): void;
  /** The host cannot go on: it has to be ended and started again. */
  hostFailed(error: unknown): void;
  ownerFailed(owner: number, failure: Failure): void;
}
