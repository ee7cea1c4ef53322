import { BAND_SCALES, HOUR_MS, magnitudeOf, type TimeRange } from "@foreshock/core";
import type { PartitionStore } from "../../store/partition/partition-store.ts";
import type { EpisodeEntry } from "../../store/table/episode-table.ts";
import type { EpisodePayload } from "../episode-rows.ts";
import { ENGINE, type LiveSeries } from "../live-series.ts";
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
  const { intervalMs, pointCount } = series.fold;
  if (at.length === 0 || at.at(-1)! < range.endMs - LOOK_BACK_MS) return undefined;
  let peak = 0;
  for (let i = 1; i < at.length; i++) if (score[i]! > score[peak]!) peak = i;
  let first = peak;
  while (first > 0 && score[first - 1]! >= NOTABLE_SCORE) first--;
  let last = peak;
  while (last + 1 < at.length && score[last + 1]! >= NOTABLE_SCORE) last++;
  const scale = (upper[peak]! - expected[peak]!) / BAND_SCALES;
  const none = { sudden: 0, hour: 0, recent: 0, shift: 0 };
  const point = { atMs: at[peak]!, value: value[peak]!, level: expected[peak]!, scale };
  const folded: EpisodePayload["folded"] = {
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
    sumParts: none,
    absenceCount: 0,
    farthest: point,
  };
  const payload: EpisodePayload = { folded, pointCount };
  return {
    seriesId: series.storeId,
    engine: ENGINE.name,
    windowStartMs: at[first]!,
    windowEndMs: at[last]! + intervalMs,
    onsetMs: at[first]!,
    peakMs: at[peak]!,
    score: Math.min(1, score[peak]!),
    p: p[peak]!,
    intervalMs,
    label: null,
    kind: null,
    magnitude: magnitudeOf(point),
    open: false,
    payload: JSON.stringify(payload),
  };
}
