import type { SeriesHeads } from "../head/series-heads.ts";
import type { SeriesDictionary, SeriesName } from "../series/series-dictionary.ts";

/** Everything known about a series without reading points. */
export interface SeriesEntry extends SeriesName {
  readonly seriesId: number;
  /** NaN before the first point. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly pointCount: number;
  /** Value at lastMs; NaN when it is missing or there is none. */
  readonly lastValue: number;
}

/** @throws RangeError for a number that was never assigned. */
export function entryOf(
  dictionary: SeriesDictionary,
  { firstMs, lastMs, pointCount, recent }: SeriesHeads,
  seriesId: number,
): SeriesEntry {
  const name = dictionary.name(seriesId);
  const length = recent.length(seriesId);
  const none = pointCount[seriesId] === 0;
  return {
    ...name,
    seriesId,
    firstMs: firstMs[seriesId]!,
    lastMs: none ? Number.NaN : lastMs[seriesId]!,
    pointCount: pointCount[seriesId]!,
    lastValue: length === 0 ? Number.NaN : recent.valueAt(seriesId, length - 1),
  };
}
