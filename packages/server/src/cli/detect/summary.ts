import {
  ANOMALOUS_SCORE,
  type AnomalyKind,
  type AnomalyLabel,
  DAY_MS,
  daysOfScore,
  EPISODE_ROW,
  EPISODE_ROW_LENGTH,
  type Episode,
  EpisodeTracker,
  type Explanation,
  type Severity,
  severityOf,
} from "@foreshock/core/fold";
import { explained } from "./explained.ts";
import type { OpeningRecord } from "./openings.ts";
import type { ScoredNode, ScoredSeries, ScoredTable } from "./score-table.ts";

/** Scores of coarser series count each point as the 20th part of a day: see `scoreOfP`. */
const COUNTED_POINTS_A_DAY = 20;

/** What one file held and what was odd in it; plain data, so that a worker can post it. */
export interface FileSummary {
  readonly file: string;
  /** What people should know about how it was read, in sentences. */
  readonly remarks?: readonly string[] | undefined;
  readonly rows: number;
  /** Values present. */
  readonly points: number;
  readonly series: number;
  readonly nodes: number;
  /** Anomalies of metrics and of nodes at the threshold, and how many chance explains. */
  readonly metricCount: number;
  readonly metricByChance: number;
  readonly nodeCount: number;
  readonly nodeByChance: number;
  /** Worst first, at most `count` each. */
  readonly anomalies: readonly AnomalyRecord[];
  readonly nodeAnomalies: readonly NodeRecord[];
  /** Alarms of metrics; left out where nobody asked or the engine has none. */
  readonly openings?: readonly OpeningRecord[] | undefined;
}

export interface AnomalyRecord {
  readonly file: string;
  readonly cluster: string;
  readonly node: string;
  readonly metric: string;
  readonly engine: string;
  /** Half-open, epoch ms. */
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly score: number;
  readonly severity: Severity;
  readonly label: AnomalyLabel;
  readonly kind: AnomalyKind;
  readonly magnitude: number;
  readonly explanation: Explanation;
}

export interface NodeRecord {
  readonly file: string;
  readonly cluster: string;
  readonly node: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly score: number;
  readonly severity: Severity;
  readonly numMetricsAnalyzed: number;
  readonly numAnomaliesDetected: number;
  /** Anomalous metrics in the order of their onset, and what each adds to the evidence. */
  readonly contributions: readonly Contribution[];
  /** The sentence of the strongest of them. */
  readonly text: string;
}

export interface Contribution {
  readonly metric: string;
  readonly score: number;
  readonly share: number;
  readonly onset: number;
}

export interface SummaryOptions {
  readonly file: string;
  readonly engine: string;
  readonly threshold: number;
  readonly count: number;
}

/** What was odd in a file. Sentences are made for the worst `count` only. */
export function summaryOf(scored: ScoredTable, options: SummaryOptions): FileSummary {
  const { threshold, count } = options;
  const found = scored.series.flatMap((series) =>
    series.episodes
      .filter(({ peakScore }) => peakScore >= threshold)
      .map((episode) => ({ series, episode, score: episode.peakScore })),
  );
  const foundNodes = scored.nodes.flatMap((node) =>
    nodeEpisodes(node)
      .filter(({ peakScore }) => peakScore >= threshold)
      .map((episode) => ({ node, episode, score: episode.peakScore })),
  );
  return {
    file: options.file,
    rows: scored.table.rowCount,
    points: scored.series.reduce((sum, { series }) => sum + knownCount(series.values), 0),
    series: scored.series.length,
    nodes: scored.nodes.length,
    metricCount: found.length,
    metricByChance: dueByChance(
      scored.series.map(({ series }) => series.timestamps),
      threshold,
    ),
    nodeCount: foundNodes.length,
    nodeByChance: dueByChance(
      scored.nodes.map(({ steps }) => steps.timestampsMs),
      threshold,
    ),
    anomalies: worst(found, count).map(({ series, episode }) =>
      anomalyOf(series, episode, options),
    ),
    nodeAnomalies: worst(foundNodes, count).map(({ node, episode }) =>
      nodeRecordOf(node, episode, options),
    ),
  };
}

/** Highest score first; of equal ones the earlier. */
export function worst<Item extends { readonly score: number }>(
  items: readonly Item[],
  count: number,
) {
  return items.toSorted((a, b) => b.score - a.score).slice(0, count);
}

/**
 * How many runs a healthy entity raises: one per return period of the threshold, in which at most 20 points a
 * day count.
 */
function dueByChance(times: readonly Float64Array[], threshold: number): number {
  const perDay = 1 / Math.max(daysOfScore(threshold), Number.MIN_VALUE);
  return times.reduce((sum, stamps) => {
    const days = stamps.length === 0 ? 0 : (stamps.at(-1)! - stamps[0]!) / DAY_MS;
    return sum + Math.min(days, stamps.length / COUNTED_POINTS_A_DAY) * perDay;
  }, 0);
}

function knownCount(values: Float64Array): number {
  let count = 0;
  for (const value of values) count += Number.isNaN(value) ? 0 : 1;
  return count;
}

function nodeEpisodes({ steps, intervalMs, p, score }: ScoredNode): Episode[] {
  const tracker = new EpisodeTracker(intervalMs);
  const row = new Float64Array(EPISODE_ROW_LENGTH).fill(Number.NaN);
  const episodes: Episode[] = [];
  for (let i = 0; i < score.length; i++) {
    row[EPISODE_ROW.p] = p[i]!;
    row[EPISODE_ROW.score] = score[i]!;
    if (tracker.push(steps.timestampsMs[i]!, score[i]!, row) === "closed") {
      episodes.push(tracker.episode()!);
    }
  }
  if (tracker.isOpen) episodes.push(tracker.episode()!);
  return episodes;
}

function anomalyOf(scored: ScoredSeries, episode: Episode, options: SummaryOptions): AnomalyRecord {
  const { clusterId, nodeId, metricName } = scored.series;
  const { label, kind, magnitude, explanation } = explained(scored, episode);
  return {
    file: options.file,
    cluster: clusterId,
    node: nodeId,
    metric: metricName,
    engine: options.engine,
    windowStart: episode.firstMs,
    windowEnd: episode.lastMs + scored.points.intervalMs,
    score: episode.peakScore,
    severity: severityOf(episode.peakScore),
    label,
    kind,
    magnitude,
    explanation,
  };
}

function nodeRecordOf(node: ScoredNode, episode: Episode, options: SummaryOptions): NodeRecord {
  const parts = node.metrics
    .map((metric) => ({ metric, peak: strongestIn(metric, episode) }))
    .filter(({ peak }) => peak !== undefined && peak.peakScore >= ANOMALOUS_SCORE)
    .map(({ metric, peak }) => ({ metric, peak: peak!, evidence: -Math.log(peak!.peakP) }));
  const whole = parts.reduce((sum, { evidence }) => sum + evidence, 0);
  const [first] = parts.toSorted((a, b) => b.evidence - a.evidence);
  const agreement = { count: parts.length, total: node.metrics.length };
  return {
    file: options.file,
    cluster: node.cluster,
    node: node.node,
    windowStart: episode.firstMs,
    windowEnd: episode.lastMs + node.intervalMs,
    score: episode.peakScore,
    severity: severityOf(episode.peakScore),
    numMetricsAnalyzed: node.metrics.length,
    numAnomaliesDetected: parts.length,
    contributions: parts
      .map(({ metric, peak, evidence }) => ({
        metric: metric.series.metricName,
        score: peak.peakScore,
        share: evidence / whole,
        onset: peak.onsetMs,
      }))
      .toSorted((a, b) => a.onset - b.onset),
    text:
      first === undefined
        ? `${node.metrics.length} metrics a little off at once, none by itself`
        : explained(first.metric, first.peak, agreement).explanation.text,
  };
}

/** The metric's worst episode that touches the node's. */
function strongestIn(
  { episodes }: ScoredSeries,
  { onsetMs, lastMs }: Episode,
): Episode | undefined {
  return episodes
    .filter((one) => one.onsetMs <= lastMs && one.lastMs >= onsetMs)
    .toSorted((a, b) => b.peakScore - a.peakScore)[0];
}
