import type { Points } from "../codec/chunk-codec.ts";
import { merge, NO_POINTS } from "../codec/merge.ts";
import type { SeriesHeads } from "../head/series-heads.ts";
import type { SealedPoints } from "../sealed/sealed-points.ts";

/** Points of a series in [startMs, endMs): what is older than the recent points, then those. */
export function readPoints(
  heads: SeriesHeads,
  sealed: SealedPoints,
  id: number,
  startMs: number,
  endMs: number,
): Points {
  const { recent } = heads;
  const recentFromMs = recentFrom(heads, id);
  const recentPart =
    endMs > recentFromMs
      ? recent.copy(id, recent.indexOf(id, startMs), recent.indexOf(id, endMs))
      : NO_POINTS;
  // Recent points are the complete end of the series, so only what is older can be elsewhere.
  if (startMs >= recentFromMs || heads.firstMs[id]! >= recentFromMs) return recentPart;
  return merge([sealed.read(id, startMs, Math.min(endMs, recentFromMs)), recentPart]);
}

/** Time of the oldest point in memory; Infinity when there is none. */
function recentFrom({ recent }: SeriesHeads, id: number): number {
  return recent.length(id) === 0 ? Number.POSITIVE_INFINITY : recent.timeAt(id, 0);
}
