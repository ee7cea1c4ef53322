import { BAND_SCALES, type Episode, HOUR_MS, type TimeRange } from "@foreshock/core/fold";
import type { PartitionStore } from "../../store/partition/partition-store.ts";
import type { EpisodeEntry } from "../../store/table/episode-table.ts";
import { rowOfEpisode } from "../episode-rows.ts";
import type { LiveSeries } from "../live-series.ts";
import { scoredPoints } from "./chart.ts";

/** What adds to a finding may be too little to be an anomaly by itself; its last hours are looked at. */
const LOOK_BACK_MS = 3 * HOUR_MS;
/** Points below this are the series' everyday. Source: "low" of the severity words. */
const NOTABLE_SCORE = 0.25;

/**
 * The stretch of a range in which a series was oddest, in the form of an episode, where it has none:
 * several metrics that are each a little odd make a finding together. Never stored. Undefined where
 * the series has no point in the range.
 */
export function impliedEpisode(
  store: PartitionStore,
  series: LiveSeries,
  range: TimeRange,
): EpisodeEntry | undefined {
  const startMs = Math.max(range.startMs, range.endMs - LOOK_BACK_MS);
  const { at, value, expected, upper, score, p } = scoredPoints(store, series, {
    ...range,
    startMs,
  });
  if (at.length === 0 || at.at(-1)! < range.endMs - LOOK_BACK_MS) return undefined;
  const { first, peak, last } = stretchOf(score);
  const scale = (upper[peak]! - expected[peak]!) / BAND_SCALES;
  const folded: Episode = {
    open: false,
    onsetMs: at[first]!,
    firstMs: at[first]!,
    lastMs: at[last]!,
    alarmCount: last - first + 1,
    peakMs: at[peak]!,
    peakScore: score[peak]!,
    peakP: p[peak]!,
    peakNonconformity: Number.NaN,
    peakValue: value[peak]!,
    peakLevel: expected[peak]!,
    peakScale: scale,
    sumParts: { sudden: 0, hour: 0, recent: 0, shift: 0 },
    absenceCount: 0,
    farthest: { atMs: at[peak]!, value: value[peak]!, level: expected[peak]!, scale },
  };
  return rowOfEpisode(series, folded, series.fold.pointCount);
}

/** Indices of the highest score and of the notable ones around it. */
function stretchOf(score: Float64Array): { first: number; peak: number; last: number } {
  let peak = 0;
  for (let i = 1; i < score.length; i++) if (score[i]! > score[peak]!) peak = i;
  let first = peak;
  while (first > 0 && score[first - 1]! >= NOTABLE_SCORE) first--;
  let last = peak;
  while (last + 1 < score.length && score[last + 1]! >= NOTABLE_SCORE) last++;
  return { first, peak, last };
}
