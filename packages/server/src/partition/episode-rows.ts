import { type Classification, type Episode, magnitudeOf } from "@foreshock/core/fold";
import type { EpisodeEntry } from "../store/table/episode-table.ts";
import { ENGINE, type LiveSeries } from "./live-series.ts";

/** What the store keeps of an episode beside its columns: the fold's numbers, to explain it from. */
export interface EpisodePayload {
  readonly folded: Episode;
  /** Points of the series up to the episode's last. */
  readonly pointCount: number;
  /** What a closed episode was called when it was first asked for. */
  readonly classification?: Classification;
}

/** The episode that is open, or the one that has just closed, as the store keeps it. */
export function episodeRow(series: LiveSeries): EpisodeEntry {
  const folded = series.fold.episode();
  if (folded === undefined) throw new Error("a series without an episode has no row");
  return rowOfEpisode(series, folded, series.fold.episodePointCount);
}

/**
 * An episode of a series as the store keeps it.
 *
 * @param pointCount of the series up to the episode's last point: not up to now, which depends on when it is asked.
 */
export function rowOfEpisode(
  { storeId, fold }: LiveSeries,
  folded: EpisodePayload["folded"],
  pointCount: number,
): EpisodeEntry {
  const { intervalMs } = fold;
  const payload: EpisodePayload = { folded, pointCount };
  return {
    seriesId: storeId,
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
    magnitude: magnitudeOf(folded.farthest),
    open: folded.open,
    payload: JSON.stringify(payload),
  };
}

/** JSON has no NaN: what was not known comes back as null. */
export function payloadOf({ payload }: Pick<EpisodeEntry, "payload">): EpisodePayload {
  return JSON.parse(payload, (_, value) => (value === null ? Number.NaN : value)) as EpisodePayload;
}
