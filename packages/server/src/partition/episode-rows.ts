import type { Classification, Episode as FoldedEpisode } from "@foreshock/core";
import type { Episode } from "../store/table/episode-table.ts";
import { ENGINE, type LiveSeries } from "./live-series.ts";

/** What the store keeps of an episode beside its columns: the fold's numbers, to explain it from. */
export interface EpisodePayload {
  readonly folded: FoldedEpisode;
  /** Points seen of the series by then. */
  readonly pointCount: number;
  /** What a closed episode was called when it was first asked for. */
  readonly classification?: Classification;
}

const DAYS_TO_SETTLE_MS = 3 * 86_400_000;

/** The episode that is open, or the one that has just closed, as the store keeps it. */
export function episodeRow({ storeId: seriesId, fold }: LiveSeries): Episode {
  const folded = fold.episode();
  if (folded === undefined) throw new Error("a series without an episode has no row");
  const { intervalMs } = fold;
  const payload: EpisodePayload = { folded, pointCount: fold.pointCount };
  const scale = folded.peakScale;
  const away = Math.abs(folded.peakValue - folded.peakLevel);
  return {
    seriesId,
    engine: ENGINE.name,
    windowStartMs: folded.firstMs,
    windowEndMs: folded.lastMs + intervalMs,
    onsetMs: folded.onsetMs,
    peakMs: folded.peakMs,
    score: Math.min(1, folded.peakScore),
    p: folded.peakP,
    intervalMs,
    label: null,
    kind: null,
    magnitude: scale > 0 && Number.isFinite(away) ? away / scale : 0,
    open: folded.open,
    payload: JSON.stringify(payload),
  };
}

/** 0..1: three days of points settle a series. Source: detection spec, cold start. */
export function confidenceOf(pointCount: number, intervalMs: number): number {
  return Math.min(1, (pointCount * intervalMs) / DAYS_TO_SETTLE_MS);
}
