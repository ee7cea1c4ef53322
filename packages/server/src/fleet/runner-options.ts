import type { DurationMs } from "@foreshock/core/fold";
import type { TenantDirectory } from "../dispatch/directory.ts";
import type { FindingRecord } from "./finding-record.ts";
import type { DayShelf } from "./rollup-history.ts";

export interface RunnerEvents {
  /** The grid has been chosen: it must be remembered for good. */
  stepChosen(stepMs: DurationMs): void;
  findingChanged(finding: FindingRecord): void;
  findingRetracted(id: string): void;
}

export interface RunnerOptions {
  readonly directory: TenantDirectory;
  /** Asked with each advance, so that a change reaches the fold. */
  readonly settings: () => FoldSettings;
  /** The grid that the tenant's scores are kept on; undefined until it is chosen. */
  readonly stepMs: DurationMs | undefined;
  readonly savedFold: Uint8Array | undefined;
  /** Points that waited for the grid when they were saved. */
  readonly savedRuns: Uint8Array | undefined;
  readonly shelf: (stepMs: DurationMs) => DayShelf;
  readonly events: RunnerEvents;
}

/** What a tenant may choose about its fold. */
export interface FoldSettings {
  readonly budgetDays: number;
  /** 0 = found from the data. Not asked any more once the grid is chosen. */
  readonly stepMs: DurationMs;
}

/** A runner's state and where it belongs. */
export interface SavedRunner {
  readonly slot: "fold" | "runs";
  readonly bytes: Uint8Array;
}
