import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { SeriesDirectory } from "../dispatch/series-directory.ts";
import type { FoldStore } from "../store/fleet/fleet-shards.ts";
import type { FindingRecord } from "./finding-record.ts";
import type { FoldSettings } from "./runner-options.ts";

/** Hears what becomes of a tenant's fold. */
export interface FleetFollower {
  findingChanged(finding: FindingRecord): void;
  findingRetracted(id: string): void;
  /** Points were scored, or will never be. */
  changed(): void;
  /** The fold was moved on as far as it goes. */
  advanced(): void;
}

export interface FleetHostOptions {
  readonly directory: SeriesDirectory;
  readonly store: FoldStore;
  readonly settingsOf: (tenantId: string) => FoldSettings;
  /** A tenant's grid has been chosen, or was before: it can no longer be changed. */
  readonly gridFixed: (tenantId: string, gridMs: DurationMs) => void;
  /**
   * A tenant's fold has another grid from now on: what was saved of it is gone, and its tenant is to be taken up
   * again. Where this is left out grids stay what they are.
   */
  readonly gridOutgrown?: (tenantId: string) => void;
  readonly now: () => EpochMs;
  /** A tenant's state could not be saved: it takes longer to catch up after the next start. */
  readonly saveFailed: (tenantId: string, error: unknown) => void;
  /**
   * A tenant's saved state is of another version, or not whole: its points are scored again. The same is done
   * where the store has found it damaged, and reported that.
   */
  readonly stateLost?: (tenantId: string, error: unknown) => void;
  /**
   * Folding a tenant's points threw: its fold in memory is not to be used any more. Where this is left out
   * the error is thrown.
   */
  readonly foldFailed?: (tenantId: string, error: unknown) => void;
  /** A step of a tenant was folded. Called often. */
  readonly stepFolded?: () => void;
  readonly follower: (tenantId: string) => FleetFollower;
  /** Nothing is folded of the tenant, and what is saved of it stays as it is. */
  readonly isOff?: (tenantId: string) => boolean;
  /** A unit of work of the tenant begins. Called often. */
  readonly progress?: (what: string, tenantId: string) => void;
}
