import type { PointEngine } from "../engine/engine.ts";
import { AnomalyResult } from "../model/anomaly-result.ts";
import { LABEL_OF_KIND } from "../model/anomaly-type.ts";
import type { Counterfactual, Explanation } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { Refusal } from "../model/refusal.ts";
import { seriesKey } from "../model/series-key.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import { type DurationMs, HOUR_MS } from "../model/time.ts";
import { magnitudeOf } from "../score/magnitude.ts";
import { firstAtOrAfter } from "../stats/bisect.ts";
import { TimeBasedWindowExtractor } from "../window/time-based-window-extractor.ts";
import type { TimeWindow, WindowExtractor } from "../window/time-window.ts";
import { type Explainer, explainWindow } from "./explain-window.ts";
import type { DetailedScores } from "./score-series.ts";
import { type WindowEpisode, windowEpisode } from "./window-episode.ts";

/** Points that a default window holds at least. */
const WINDOW_POINTS_MIN = 12;

export interface EngineOptions {
  /** How `detect` cuts a series; left out: tumbling windows as `defaultWindows` gives them. */
  readonly windows?: WindowExtractor;
  /** Nominal sampling interval; left out: learnt from each series' first points. */
  readonly intervalMs?: DurationMs;
  /** How results come to their kind and words; left out: the platform's own. */
  readonly explainer?: Explainer;
}

/** An engine whose point scores carry what explanations are made of. */
export interface ScoredEngine extends PointEngine {
  score(series: MetricSeries): DetailedScores;
}

/** One answer per episode, in their order; undefined where no value would do. */
export type Counterfactuals = (
  series: MetricSeries,
  scores: DetailedScores,
  episodes: readonly WindowEpisode[],
) => readonly (Counterfactual | undefined)[];

export interface PointScorer<LooksAhead extends boolean> {
  readonly name: string;
  readonly version: number;
  readonly looksAhead: LooksAhead;
  readonly score: (series: MetricSeries) => DetailedScores;
  /** For which values windows would have been normal; left out: not reported. */
  readonly counterfactuals?: Counterfactuals;
  readonly options: EngineOptions;
}

/**
 * The upper floor of anything that gives scored points: one result per window, explained.
 *
 * `detect` gives one result per window: its score is that of its highest point, its label is `normal`
 * below 0.5, and only anomalous results carry their explanation. The series is not changed. An empty
 * series has no windows.
 */
export function windowEngine<LooksAhead extends boolean>({
  name,
  version,
  looksAhead,
  score,
  counterfactuals = () => [],
  options,
}: PointScorer<LooksAhead>): ScoredEngine & { readonly looksAhead: LooksAhead } {
  const explainer = options.explainer ?? explainWindow;
  return { name, version, looksAhead, score, detect, explain };

  async function detect(series: MetricSeries): Promise<AnomalyResult[]> {
    const scores = score(series);
    const extractor = options.windows ?? defaultWindows(scores.intervalMs);
    const windows = extractor.extract(series);
    const episodes = windows.map(({ startIndex, endIndex }) =>
      windowEpisode(series, scores, startIndex, endIndex),
    );
    const explanations = explained(series, scores, episodes.filter(isAnomalous));
    return windows.map((window, k) => {
      const episode = episodes[k]!;
      return resultOf(name, series, scores, window, episode, explanations.get(episode));
    });
  }

  async function explain(series: MetricSeries, result: AnomalyResult) {
    const [startIndex, endIndex] = indicesOf(series, result);
    const scores = score(series);
    const episode = windowEpisode(series, scores, startIndex, endIndex);
    return explained(series, scores, [episode]).get(episode)!;
  }

  function explained(
    series: MetricSeries,
    scores: DetailedScores,
    episodes: readonly WindowEpisode[],
  ): Map<WindowEpisode, Explanation> {
    const anomalous = episodes.filter(isAnomalous);
    const found = counterfactuals(series, scores, anomalous);
    const byEpisode = new Map(anomalous.map((episode, k) => [episode, found[k]]));
    return new Map(
      episodes.map((episode) => {
        const counterfactual = byEpisode.get(episode);
        return [episode, explainer({ series, scores, episode, counterfactual })];
      }),
    );
  }
}

function isAnomalous({ peakScore }: WindowEpisode): boolean {
  return peakScore >= ANOMALOUS_SCORE;
}

function resultOf(
  engine: string,
  series: MetricSeries,
  scores: DetailedScores,
  window: TimeWindow,
  episode: WindowEpisode,
  explanation: Explanation | undefined,
): AnomalyResult {
  const kind = explanation?.kind ?? "normal";
  return new AnomalyResult({
    ...seriesKey(series),
    engine,
    windowStart: window.startMs,
    windowEnd: window.endMs,
    intervalMs: scores.intervalMs,
    anomalyScore: episode.peakScore,
    anomalyLabel: LABEL_OF_KIND[kind],
    kind,
    magnitude: explanation === undefined ? 0 : magnitudeOf(episode.farthest),
    ...(explanation === undefined ? {} : { explanation }),
  });
}

/** Tumbling windows of an hour, or of 12 points where those take longer, aligned to the epoch. */
export function defaultWindows(intervalMs: DurationMs): WindowExtractor {
  const windowMs = Math.max(HOUR_MS, WINDOW_POINTS_MIN * intervalMs);
  return new TimeBasedWindowExtractor({ windowMs });
}

/** Points of the series inside the result's window. @throws Refusal "range/empty" without any. */
function indicesOf(series: MetricSeries, result: AnomalyResult): [number, number] {
  const { timestamps } = series;
  const start = firstAtOrAfter(timestamps, result.windowStart);
  const end = firstAtOrAfter(timestamps, result.windowEnd, start);
  if (end === start) {
    throw new Refusal("range/empty", "the series has no point in this result's window", {
      windowStart: result.windowStart,
      windowEnd: result.windowEnd,
    });
  }
  return [start, end];
}
