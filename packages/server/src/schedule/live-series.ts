import { createStreamEngine, Refusal, SeriesFold, type SeriesKey } from "@foreshock/core";
import type { SavedState } from "../store/state-table.ts";

/** The engine whose results are stored; part of their keys. */
export const ENGINE = createStreamEngine();

/** A series as its partition's owner holds it. */
export interface LiveSeries {
  readonly handle: number;
  /** The store's number for it. */
  readonly storeId: number;
  readonly key: SeriesKey;
  readonly metadata: Readonly<Record<string, string>>;
  fold: SeriesFold;
  lastScore: number;
  /** Batches up to this ticket were read from the store by a replay: their points are scored. */
  replayedTicket: number;
  /** Points that the newest saved state has seen. */
  savedPoints: number;
  /** UTC day number of the newest day snapshot. */
  snapshotDay: number;
}

/** A fold of a series before its first point. */
export function freshFold(metadata: Readonly<Record<string, string>>): SeriesFold {
  return new SeriesFold({ open: () => ENGINE.open(), counter: metadata.type === "counter" });
}

/** The fold that was saved. A fresh one where there is none, or another version of it wrote the bytes. */
export function foldOf(
  metadata: Readonly<Record<string, string>>,
  saved: SavedState | undefined,
): SeriesFold {
  const fold = freshFold(metadata);
  if (saved === undefined) return fold;
  try {
    fold.restore(saved.bytes);
    return fold;
  } catch (error) {
    if (error instanceof Refusal && error.code === "state/unreadable") return freshFold(metadata);
    throw error;
  }
}
