import {
  createStreamEngine,
  type EpochMs,
  Refusal,
  SeriesFold,
  type SeriesFoldOptions,
  type SeriesKey,
  type StateMemory,
} from "@foreshock/core/fold";
import { isCounter } from "../platform/series-nature.ts";
import type { SavedState } from "../store/table/state-table.ts";

/** The engine whose results are stored; part of their keys. */
export const ENGINE = createStreamEngine();

/** Handle of a series whose tenant has no host at the moment. */
export const NO_HANDLE = -1;

/** A series as its partition's owner holds it. */
export interface LiveSeries {
  /** The number that the tenant's host has given it; NO_HANDLE while there is no host. */
  handle: number;
  /** The store's number for it. */
  readonly storeId: number;
  readonly key: SeriesKey;
  /** What its fold takes it for: `type` is "counter" for a counter. */
  metadata: Readonly<Record<string, string>>;
  fold: SeriesFold;
  lastScore: number;
  /** Batches up to this one were read from the store by a replay: their points are scored. */
  replayedUpTo: number;
  /** The oldest point that came late and that no replay has begun for; +Infinity without. */
  lateFromMs: EpochMs;
  /** Points that the newest saved state has seen. */
  savedPoints: number;
  /** UTC day number of the newest day snapshot. */
  snapshotDay: number;
}

/** A fold of a series before its first point; `memory` for those that stay as long as the process. */
export function freshFold(
  metadata: Readonly<Record<string, string>>,
  memory?: StateMemory,
): SeriesFold {
  const open: SeriesFoldOptions["open"] = (own) => ENGINE.open(undefined, own);
  const counter = isCounter(metadata);
  return new SeriesFold(memory === undefined ? { open, counter } : { open, counter, memory });
}

/** The fold that was saved. A fresh one where there is none, or another version of it wrote the bytes. */
export function foldOf(
  metadata: Readonly<Record<string, string>>,
  saved: SavedState | undefined,
  memory?: StateMemory,
): SeriesFold {
  const fold = freshFold(metadata, memory);
  if (saved === undefined) return fold;
  try {
    // The table's checksum has been looked at.
    fold.restore(saved.bytes, "outer");
    return fold;
  } catch (error) {
    if (error instanceof Refusal && error.code === "state/unreadable") return freshFold(metadata);
    throw error;
  }
}
