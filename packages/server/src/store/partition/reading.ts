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
  if (isAllRecent(heads, id, startMs)) return recentPart;
  return merge([sealed.read(id, startMs, Math.min(endMs, recentFromMs)), recentPart]);
}

/** See `PartitionStore.readNext`. */
export function readPiece(
  heads: SeriesHeads,
  sealed: SealedPoints,
  id: number,
  { fromMs, untilMs, pointsMax }: Record<"fromMs" | "untilMs" | "pointsMax", number>,
): { readonly points: Points; readonly isLast: boolean } {
  // Most series that a start folds again have what it needs in memory: no file is asked.
  const isRecent = isAllRecent(heads, id, fromMs);
  const endMs = isRecent ? untilMs : (sealed.pieceEnd(id, fromMs, pointsMax) ?? untilMs);
  const points = readPoints(heads, sealed, id, fromMs, Math.min(endMs, untilMs));
  return { points, isLast: endMs >= untilMs };
}

/**
 * Whether all points of a series from `startMs` on are in memory: recent points are the complete end of the
 * series, so only what is older can be elsewhere.
 */
function isAllRecent(heads: SeriesHeads, id: number, startMs: number): boolean {
  const recentFromMs = recentFrom(heads, id);
  return startMs >= recentFromMs || heads.firstMs[id]! >= recentFromMs;
}

/** Time of the oldest point in memory; Infinity when there is none. */
function recentFrom({ recent }: SeriesHeads, id: number): number {
  return recent.length(id) === 0 ? Number.POSITIVE_INFINITY : recent.timeAt(id, 0);
}
