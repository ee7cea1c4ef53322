import { type Classification, classify } from "../explain/classify.ts";
import { explainEpisode } from "../explain/explain.ts";
import { formatRange } from "../explain/format-value.ts";
import type { Explanation } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import type { DetailedScores } from "./score-series.ts";
import type { WindowEpisode } from "./window-episode.ts";

/** A window of a scored series that wants explaining. */
export interface WindowToExplain {
  readonly series: MetricSeries;
  readonly scores: DetailedScores;
  readonly episode: WindowEpisode;
}

/** How results come to their kind and words; the default is `explainWindow`. */
export type Explainer = (window: WindowToExplain) => Explanation;

const NORMAL: Classification = { kind: "normal", label: "normal", missedPeak: false, evidence: {} };

/**
 * Kind by the classifier's rules, numbers from the scored columns, the sentence from both. A window
 * whose highest score is below 0.5 is `normal`, and the sentence says so.
 */
export function explainWindow({ series, scores, episode }: WindowToExplain): Explanation {
  const normal = episode.peakScore < ANOMALOUS_SCORE;
  const { metricName, nodeId, metadata } = series;
  const { unit = "" } = metadata;
  const explanation = explainEpisode({
    episode,
    classification: normal ? NORMAL : classificationOf(series, scores, episode),
    pointCount: episode.peakIndex + 1,
    subject: { level: "metric", metricName, nodeId },
    unit,
    intervalMs: scores.intervalMs,
  });
  return normal ? { ...explanation, text: usualText(explanation, series, unit) } : explanation;
}

/** Only points up to the last alarm are looked at, so the kind too depends on the past alone. */
function classificationOf(
  series: MetricSeries,
  scores: DetailedScores,
  { onsetIndex, lastIndex }: WindowEpisode,
): Classification {
  return classify({
    timestampsMs: series.timestamps.subarray(0, lastIndex + 1),
    values: (scores.judged ?? series.values).subarray(0, lastIndex + 1),
    firstIndex: onsetIndex,
    lastIndex,
    intervalMs: scores.intervalMs,
  });
}

function usualText(explanation: Explanation, series: MetricSeries, unit: string): string {
  const { actual, typical } = explanation;
  const place = `${series.metricName} on ${series.nodeId}`;
  if (Number.isNaN(actual) || Number.isNaN(typical.low)) return `${place} sent nothing to judge.`;
  const { range, value } = formatRange(typical.low, typical.high, actual, unit);
  return `${place} was as usual: ${value} at its least usual point, typically ${range}.`;
}
