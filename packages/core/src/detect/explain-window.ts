import { valueTells } from "../explain/counterfactual.ts";
import { explainEpisode } from "../explain/explain.ts";
import type { Classification } from "../explain/kind/classify.ts";
import { classifyEpisode } from "../explain/kind/classify-episode.ts";
import { formatRange } from "../explain/sentence/format-value.ts";
import type { Counterfactual, Explanation } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import type { DetailedScores } from "./score-series.ts";
import type { WindowEpisode } from "./window-episode.ts";

/** A window of a scored series that wants explaining. */
export interface WindowToExplain {
  readonly series: MetricSeries;
  readonly scores: DetailedScores;
  readonly episode: WindowEpisode;
  /** For which value its point would have been normal; undefined where none would do. */
  readonly counterfactual?: Counterfactual | undefined;
}

/** How results come to their kind and words; the default is `explainWindow`. */
export type Explainer = (window: WindowToExplain) => Explanation;

const NORMAL: Classification = { kind: "normal", label: "normal", missedPeak: false, evidence: {} };

/**
 * Kind by the classifier's rules, numbers from the scored columns, the sentence from both. A window
 * whose highest score is below 0.5 is `normal`, and the sentence says so.
 */
export function explainWindow(window: WindowToExplain): Explanation {
  const { series, scores, episode, counterfactual } = window;
  const normal = episode.peakScore < ANOMALOUS_SCORE;
  const { metricName, nodeId, metadata } = series;
  const { unit = "" } = metadata;
  const classification = normal ? NORMAL : classificationOf(series, scores, episode);
  const tells = !normal && valueTells(classification.kind);
  const explanation = explainEpisode({
    episode,
    classification,
    counterfactual: tells ? counterfactual : undefined,
    pointCount: episode.peakIndex + 1,
    subject: { level: "metric", metricName, nodeId },
    unit,
    intervalMs: scores.intervalMs,
  });
  return normal ? { ...explanation, text: usualText(explanation, series, unit) } : explanation;
}

/** Only points up to the window's end are looked at, so the kind too depends on the past alone. */
function classificationOf(
  series: MetricSeries,
  { intervalMs, judged = series.values }: DetailedScores,
  episode: WindowEpisode,
): Classification {
  const timestampsMs = series.timestamps.subarray(0, episode.endIndex);
  const values = judged.subarray(0, episode.endIndex);
  return classifyEpisode({ timestampsMs, values, intervalMs }, episode);
}

function usualText(explanation: Explanation, series: MetricSeries, unit: string): string {
  const { actual, typical } = explanation;
  const place = `${series.metricName} on ${series.nodeId}`;
  if (Number.isNaN(actual) || Number.isNaN(typical.low)) return `${place} sent nothing to judge.`;
  const { range, value } = formatRange(typical.low, typical.high, actual, unit);
  return `${place} was as usual: ${value} at its least usual point, typically ${range}.`;
}
