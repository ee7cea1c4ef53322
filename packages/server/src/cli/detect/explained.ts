import {
  type AnomalyKind,
  type AnomalyLabel,
  absenceClassification,
  classifyEpisode,
  type Episode,
  type Explanation,
  explainEpisode,
  firstAtOrAfter,
  magnitudeOf,
  type WatchedSteps,
} from "@foreshock/core/fold";
import type { ScoredSeries } from "./score-table.ts";

export interface Explained {
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  /** Size of the effect in typical scales of the series. */
  readonly magnitude: number;
  readonly explanation: Explanation;
}

/**
 * What an episode is and the sentence that says so.
 *
 * @param agreement how many of the node's metrics are anomalous too, this one included; said in the
 *   sentence where it is given.
 */
export function explained(
  scored: ScoredSeries,
  episode: Episode,
  agreement?: { readonly count: number; readonly total: number },
): Explained {
  const { series, points, watched } = scored;
  if (watched !== undefined) return explainedSteps(watched, episode);
  const { timestamps: timestampsMs, metricName, nodeId } = series;
  const values = points.judged ?? series.values;
  const { intervalMs } = points;
  const lastIndex = firstAtOrAfter(timestampsMs, episode.lastMs);
  const classification = classifyEpisode({ timestampsMs, values, intervalMs }, episode);
  const explanation = explainEpisode({
    subject: { level: "metric", metricName, nodeId },
    episode,
    classification,
    intervalMs,
    pointCount: lastIndex + 1,
    readAtMs: timestampsMs.at(-1)!,
    ...(agreement === undefined ? {} : { agreement }),
  });
  const { kind, label } = classification;
  return { kind, label, magnitude: magnitudeOf(episode.farthest), explanation };
}

/** A silence or a stuck value: its values have no magnitude. */
function explainedSteps({ series, scores }: WatchedSteps, episode: Episode): Explained {
  const { timestamps, metricName, nodeId } = series;
  const peak = firstAtOrAfter(timestamps, episode.peakMs);
  const classification = absenceClassification(series, scores, peak);
  const { alarmCount } = episode;
  const explanation = explainEpisode({
    subject: { level: "metric", metricName, nodeId },
    episode: { ...episode, absenceCount: alarmCount },
    classification,
    intervalMs: scores.intervalMs,
    pointCount: peak + 1,
    readAtMs: timestamps.at(-1)!,
  });
  const { kind, label } = classification;
  return { kind, label, magnitude: 0, explanation };
}
