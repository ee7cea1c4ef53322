import type { DurationMs, Piece, PieceSource, RestingPiece } from "@foreshock/core/fold";
import type { TenantDirectory } from "../dispatch/directory.ts";
import type { FindingRecord } from "./finding-record.ts";
import type { DayShelf } from "./rollup-history.ts";

export interface RunnerEvents {
  stepFolded(): void;
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
  readonly shelf: (stepMs: DurationMs) => DayShelf;
  readonly events: RunnerEvents;
  /** Where the fold's saved pieces can be read again. */
  readonly savedPieces: PieceSource;
}

/** What a tenant may choose about its fold. */
export interface FoldSettings {
  readonly budgetDays: number;
  /** 0 = found from the data. Not asked any more once the grid is chosen. */
  readonly stepMs: DurationMs;
}

/** What is saved of a runner: its fold, or points that wait for the grid. */
export const SLOTS = ["fold", "runs"] as const;
export type Slot = (typeof SLOTS)[number];

/** A saved runner, as it is read back: piece by piece, in their order. */
export interface SavedRunner {
  readonly slot: Slot;
  readonly pieces: Iterable<Piece | RestingPiece>;
}

/** What a piece costs that is not read. */
const RESTING_BYTES = 256;

/** Bytes that taking a piece back costs. */
export function bytesRead({ bytes }: Piece | RestingPiece): number {
  return bytes?.length ?? RESTING_BYTES;
}
