import { DAY_MS } from "@foreshock/core";
import type { Points } from "../codec/chunk-codec.ts";
import { merge, NO_POINTS } from "../codec/merge.ts";
import type { SeriesHeads } from "../head/series-heads.ts";
import type { SealedPoints } from "../sealed/sealed-points.ts";

/** Points of a series in [startMs, endMs): what lies behind the recent points, then those. */
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
  // Recent points are the complete end of the series, so only what is older can lie elsewhere.
  if (startMs >= recentFromMs || heads.firstMs[id]! >= recentFromMs) return recentPart;
  return merge([sealed.read(id, startMs, Math.min(endMs, recentFromMs)), recentPart]);
}

/** The newest `count` points of a series. */
export function readRecentPoints(
  heads: SeriesHeads,
  sealed: SealedPoints,
  id: number,
  count: number,
): Points {
  const { recent } = heads;
  const length = recent.length(id);
  const firstMs = heads.firstMs[id]!;
  if (length >= count || heads.pointCount[id] === 0) {
    return recent.copy(id, Math.max(0, length - count), length);
  }
  let startMs = recentFrom(heads, id);
  if (startMs === Number.POSITIVE_INFINITY) startMs = heads.lastMs[id]! + 1;
  let points = NO_POINTS;
  for (let spanMs = DAY_MS; points.values.length < count && startMs > firstMs; spanMs *= 2) {
    startMs = Math.max(firstMs, startMs - spanMs);
    points = readPoints(heads, sealed, id, startMs, Number.POSITIVE_INFINITY);
  }
  if (points.values.length === 0) points = recent.copy(id, 0, length);
  const from = Math.max(0, points.values.length - count);
  return { timestampsMs: points.timestampsMs.subarray(from), values: points.values.subarray(from) };
}

/** Time of the oldest point in memory; Infinity when there is none. */
function recentFrom({ recent }: SeriesHeads, id: number): number {
  return recent.length(id) === 0 ? Number.POSITIVE_INFINITY : recent.timeAt(id, 0);
}
