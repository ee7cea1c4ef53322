import type { PointEngine } from "../engine/engine.ts";
import {
  type PeerForm,
  peerResidual,
  type SettledForm,
  settledForm,
} from "../engine/peer/peer-form.ts";
import { PEERS_MIN, type PeerColumns, peerMedian } from "../engine/peer/peer-median.ts";
import { streamScorer } from "../engine/stream/stream-scorer.ts";
import { MetricSeries } from "../model/metric-series.ts";
import { seriesKey } from "../model/series-key.ts";
import { learntIntervalMs } from "./interval.ts";
import { type EngineOptions, type ScoredEngine, windowEngine } from "./point-engine.ts";
import { type DetailedScores, mapColumns, scoreSeries } from "./score-series.ts";
import { openSeriesDetector } from "./series-detector.ts";

export { PEERS_MIN };

/** Scores of one node against the others, in the metric's own unit. */
export interface PeerScores extends DetailedScores {
  /** Median of the others; NaN where fewer than four of them had a value. */
  readonly median: Float64Array;
  readonly peerCount: Int32Array;
  /** How the node is compared with the median from the end of its first day on. */
  readonly form: PeerForm;
}

export interface AmongPeers extends ScoredEngine {
  score(series: MetricSeries): PeerScores;
}

/** An engine that judges a series against its peers. */
export interface PeerEngine extends PointEngine {
  /**
   * The engine that compares with these series: the same metric on the other nodes of the cluster.
   * A series is never its own peer (recognised by its node). At least four others must have a value at an
   * instant, or nothing is said there.
   */
  among(group: readonly MetricSeries[]): AmongPeers;
}

const VERSION = 1;

/**
 * What only one node does: the stream engine on the difference or, where nodes differ in size, the
 * ratio to the median of the others (chosen by the data of the first day). A move of the whole cluster
 * cancels out. Causal in event time: it looks at others up to 0.6 intervals ahead, never further.
 * By itself it has no peers and says nothing: every point has p 1. Use `among`.
 *
 * Good at: shifts and drifts of one node that its own noise and daily load hide. Blind to: what most
 * nodes do, clusters of fewer than five. Cost: the stream engine's and O(others) per point.
 * Source: spec/detection.md section 8.
 */
export function createPeerEngine(options: EngineOptions = {}): PeerEngine {
  const alone = boundTo([], options);
  return { ...alone, among: (group) => boundTo(group, options) };
}

function boundTo(group: readonly MetricSeries[], options: EngineOptions): AmongPeers {
  const score = (series: MetricSeries): PeerScores => {
    const others = group.filter(({ nodeId }) => nodeId !== series.nodeId);
    return scoreAmong(series, others, options);
  };
  const parts = { name: "peer", version: VERSION, looksAhead: false as const, options };
  return { ...windowEngine({ ...parts, score }), score };
}

function scoreAmong(
  series: MetricSeries,
  others: readonly PeerColumns[],
  { intervalMs: known }: EngineOptions,
): PeerScores {
  const { timestamps, values } = series;
  const intervalMs = known ?? learntIntervalMs(timestamps);
  const { median, count } = peerMedian(timestamps, others, intervalMs);
  const settled = settledForm(values, median, intervalMs);
  const scored = (form: PeerForm) => {
    const judged = peerResidual(values, median, { ...settled, form });
    const residuals = new MetricSeries({ ...seriesKey(series), timestamps, values: judged });
    const scores = scoreSeries(openSeriesDetector(streamScorer(), intervalMs), residuals);
    return inUnit({ ...scores, judged }, median, form);
  };
  const before = scored("difference");
  const scores = settled.form === "ratio" ? joined(before, scored("ratio"), settled) : before;
  return { ...scores, median, peerCount: count, form: settled.form };
}

/** Expectations of a residual as expectations of the metric. */
function inUnit(scores: DetailedScores, median: Float64Array, form: PeerForm): DetailedScores {
  const place = (column: Float64Array) =>
    column.map((number, i) => (form === "ratio" ? number * median[i]! : number + median[i]!));
  const size = (column: Float64Array) =>
    column.map((number, i) => (form === "ratio" ? number * median[i]! : number));
  return {
    ...scores,
    expected: place(scores.expected),
    level: place(scores.level),
    lower: place(scores.lower),
    upper: place(scores.upper),
    scale: size(scores.scale),
  };
}

/** Before the form was settled differences count, as they did when the points came. */
function joined(
  before: DetailedScores,
  behind: DetailedScores,
  { fromIndex }: SettledForm,
): DetailedScores {
  return mapColumns(behind, (column, name) => {
    const first = before[name];
    if (name === "judged" || !(first instanceof Float64Array)) return column;
    return column.map((number, i) => (i < fromIndex ? first[i]! : number));
  });
}
