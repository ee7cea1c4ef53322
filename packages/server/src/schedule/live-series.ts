import { createStreamEngine, SeriesFold, type SeriesKey } from "@foreshock/core";

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
  /** Fold not saved since it moved. */
  dirty: boolean;
  /** UTC day number of the newest day snapshot. */
  snapshotDay: number;
}

/** A fold of a series before its first point. */
export function freshFold(metadata: Readonly<Record<string, string>>): SeriesFold {
  return new SeriesFold({ open: () => ENGINE.open(), counter: metadata.type === "counter" });
}
