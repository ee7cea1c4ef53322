import { type Episode, type EpisodePoint, quietPointsMax } from "../alarm/episode-tracker.ts";
import { findOnset } from "../explain/kind/find-onset.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import type { DetailedScores } from "./score-series.ts";

/** What happened in one window of a scored series, as an episode cut at the window's end. */
export interface WindowEpisode extends Episode {
  /** Indices into the series: where the event began (maybe before the window), and its last alarm. */
  readonly onsetIndex: number;
  readonly lastIndex: number;
  readonly peakIndex: number;
  /** The window's end: nothing from there on has been looked at. */
  readonly endIndex: number;
}

/**
 * The episode of a window `[startIndex, endIndex)` (at least one point). Points after the window are
 * not looked at, so a longer series gives the same. Where no point reaches 0.5, all points count as
 * the event, which then says what the window looked like.
 */
export function windowEpisode(
  series: MetricSeries,
  scores: DetailedScores,
  startIndex: number,
  endIndex: number,
): WindowEpisode {
  const { timestamps, values } = series;
  const { score, p, nonconformity, level, scale } = scores;
  const peak = indexOfHighest(score, startIndex, endIndex);
  const floor = score[peak]! >= ANOMALOUS_SCORE ? ANOMALOUS_SCORE : 0;
  const event = eventOf(scores, floor, startIndex, endIndex);
  return {
    ...sumsOver(series, scores, event.alarms),
    open: endIndex === values.length || event.last === endIndex - 1,
    onsetIndex: event.onset,
    lastIndex: event.last,
    peakIndex: peak,
    endIndex,
    onsetMs: timestamps[event.onset]!,
    firstMs: timestamps[event.first]!,
    lastMs: timestamps[event.last]!,
    peakMs: timestamps[peak]!,
    peakScore: score[peak]!,
    peakP: p[peak]!,
    peakNonconformity: nonconformity[peak]!,
    peakValue: values[peak]!,
    peakLevel: level[peak]!,
    peakScale: scale[peak]!,
    absenceCount: 0,
    peakHabit: scores.habit?.[peak] ?? 0,
  };
}

/** Alarms of the window; the event's first alarm may lie before it, with few quiet points between. */
function eventOf(scores: DetailedScores, floor: number, startIndex: number, endIndex: number) {
  const { score, nonconformity } = scores;
  const quiet = quietPointsMax(scores.intervalMs);
  const alarms: number[] = [];
  for (let i = startIndex; i < endIndex; i++) if (score[i]! >= floor) alarms.push(i);
  const last = alarms[alarms.length - 1]!;
  let first = alarms[0]!;
  if (floor > 0) {
    for (let i = first - 1; i >= 0 && i >= first - quiet - 1; i--) {
      if (score[i]! >= floor) first = i;
    }
  }
  return { alarms, first, last, onset: floor > 0 ? findOnset(nonconformity, first) : first };
}

function sumsOver(series: MetricSeries, scores: DetailedScores, alarms: readonly number[]) {
  const sum = { sudden: 0, hour: 0, recent: 0, shift: 0 };
  let farthest: EpisodePoint = {
    atMs: Number.NaN,
    value: Number.NaN,
    level: Number.NaN,
    scale: Number.NaN,
  };
  let reach = Number.NEGATIVE_INFINITY;
  for (const i of alarms) {
    if (Number.isNaN(scores.nonconformity[i]!)) continue;
    sum.sudden += scores.sudden[i]!;
    sum.hour += scores.hour[i]!;
    sum.recent += scores.recent[i]!;
    sum.shift += scores.shift[i]!;
    const value = series.values[i]!;
    const level = scores.level[i]!;
    const scale = scores.scale[i]!;
    const distance = value === level ? 0 : Math.abs(value - level) / scale;
    if (distance > reach) {
      reach = distance;
      farthest = { atMs: series.timestamps[i]!, value, level, scale };
    }
  }
  return { alarmCount: alarms.length, sumParts: sum, farthest };
}

function indexOfHighest(column: Float64Array, startIndex: number, endIndex: number): number {
  let best = startIndex;
  for (let i = startIndex + 1; i < endIndex; i++) if (column[i]! > column[best]!) best = i;
  return best;
}
