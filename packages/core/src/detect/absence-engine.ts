import { FlatlineDetector } from "../engine/absence/flatline-detector.ts";
import { SilenceDetector } from "../engine/absence/silence-detector.ts";
import { watchedSteps } from "../engine/absence/watched-steps.ts";
import type { PointEngine } from "../engine/engine.ts";
import { explainEpisode } from "../explain/explain.ts";
import type { Classification } from "../explain/kind/classify.ts";
import { LABEL_OF_KIND } from "../model/anomaly-type.ts";
import type { Explanation } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import { scoreOfP } from "../score/rarity.ts";
import type { WindowToExplain } from "./explain-window.ts";
import { learntIntervalMs } from "./interval.ts";
import { type EngineOptions, windowEngine } from "./point-engine.ts";
import { type DetailedScores, mapColumns } from "./score-series.ts";

export interface AbsenceOptions extends Omit<EngineOptions, "explainer"> {
  /** Series were watched up to this instant; left out: each up to its own last point. */
  readonly untilMs?: EpochMs;
}

/** Scores of absence; expectations are unknown (NaN). */
export interface AbsenceScores extends DetailedScores {
  /** Since when the value has been stuck or the series silent; NaN where neither is claimed. */
  readonly since: Float64Array;
}

/** A series with its missing steps, and scores of the same length. */
export interface WatchedSteps {
  readonly series: MetricSeries;
  readonly scores: AbsenceScores;
}

/** An engine that judges what is not there. */
export interface AbsenceEngine extends PointEngine {
  readonly looksAhead: false;
  score(series: MetricSeries): AbsenceScores;
  /** The series with a missing point for every step in which it should have reported, scored. */
  steps(series: MetricSeries): WatchedSteps;
  /** The same engine for series that were watched up to an instant. */
  until(untilMs: EpochMs): AbsenceEngine;
}

const VERSION = 1;

/**
 * Missing, late, stuck and vanished series, each on the same scale of scores: `SilenceDetector` and
 * `FlatlineDetector` over every step, whichever is rarer. p is 1 while neither has an opinion.
 *
 * `detect` also gives results for windows without any point. `score` says of the point that ends a
 * silence how rare the silence was, of a missing value how rare it is so far, of a stuck value how
 * rare its run is so far. Causal. Quiet on: constants, series younger than 30 points, habitual gaps
 * and rests, after three days.
 *
 * Cost: O(1) per step, missing ones included; 100 bytes per step while it works.
 */
export function createAbsenceEngine(options: AbsenceOptions = {}): AbsenceEngine {
  const { untilMs = Number.NEGATIVE_INFINITY, intervalMs: known, windows } = options;
  const intervalOf = ({ timestamps }: MetricSeries) => known ?? learntIntervalMs(timestamps);
  const steps = (series: MetricSeries): WatchedSteps => {
    const ownMs = intervalOf(series);
    const watched = watchedSteps(series, ownMs, untilMs);
    return { series: watched, scores: columnsOf(watched, judgeSteps(watched, ownMs), ownMs) };
  };
  const parts = { name: "absence", version: VERSION, looksAhead: false as const };
  const overSteps = ({ scores }: WatchedSteps) =>
    windowEngine({
      ...parts,
      score: () => scores,
      options: { ...(windows === undefined ? {} : { windows }), explainer: explainAbsence },
    });
  return {
    ...parts,
    steps,
    until: (instantMs) => createAbsenceEngine({ ...options, untilMs: instantMs }),
    async detect(series) {
      const watched = steps(series);
      return overSteps(watched).detect(watched.series);
    },
    async explain(series, result) {
      const watched = steps(series);
      return overSteps(watched).explain(watched.series, result);
    },
    score(series) {
      const watched = steps(series);
      return atPoints(watched, series);
    },
  };
}

/** What happened at an alarm of the engine: `missing` or `flatline`. */
export function absenceClassification(
  { values }: MetricSeries,
  { since }: { readonly since: Float64Array },
  atIndex: number,
): Classification {
  const missing = Number.isNaN(values[atIndex]!) || Number.isNaN(values[atIndex - 1] ?? 0);
  const kind = missing ? "missing" : "flatline";
  const label = LABEL_OF_KIND[kind];
  const verdict = {
    kind,
    label,
    missedPeak: false,
    sinceMs: since[atIndex]!,
    evidence: {},
  } as const;
  return missing ? verdict : { ...verdict, stuckAt: values[atIndex]! };
}

interface Judged {
  readonly p: Float64Array;
  readonly since: Float64Array;
}

function judgeSteps({ timestamps, values }: MetricSeries, intervalMs: DurationMs): Judged {
  const flat = new FlatlineDetector(intervalMs);
  const silence = new SilenceDetector(intervalMs);
  const p = new Float64Array(values.length).fill(1);
  const since = new Float64Array(values.length).fill(Number.NaN);
  let silentP = Number.NaN;
  let lastMs = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const atMs = timestamps[i]!;
    // Steps are counted from the first point, so that jitter around the sender's own beat is none.
    const step = Math.round((atMs - timestamps[0]!) / intervalMs);
    const known = Number.isFinite(values[i]!);
    if (!known) silentP = silence.missed(step);
    const flatP = known ? flat.push(atMs, values[i]!) : Number.NaN;
    if (!Number.isNaN(silentP)) claim(i, silentP, lastMs);
    if (flatP < p[i]!) claim(i, flatP, flat.stuckSinceMs);
    if (!known) continue;
    silence.seen(step);
    silentP = Number.NaN;
    lastMs = atMs;
  }
  return { p, since };

  function claim(at: number, rarity: number, sinceMs: EpochMs): void {
    p[at] = rarity;
    since[at] = sinceMs;
  }
}

function columnsOf(
  { length }: MetricSeries,
  { p, since }: Judged,
  intervalMs: DurationMs,
): AbsenceScores {
  const unknown = () => new Float64Array(length).fill(Number.NaN);
  const none = () => new Float64Array(length);
  return {
    intervalMs,
    p,
    since,
    score: p.map((rarity) => (rarity < 1 ? scoreOfP(rarity, intervalMs) : 0)),
    nonconformity: p.map((rarity) => Math.max(0, -Math.log(rarity))),
    expected: unknown(),
    level: unknown(),
    scale: unknown(),
    lower: unknown(),
    upper: unknown(),
    sudden: none(),
    hour: none(),
    recent: none(),
    shift: none(),
  };
}

/** The columns at the series' own points, in their order. */
function atPoints({ series: steps, scores }: WatchedSteps, series: MetricSeries): AbsenceScores {
  if (steps === series) return scores;
  const places = new Int32Array(series.length);
  let place = 0;
  series.timestamps.forEach((atMs, i) => {
    while (steps.timestamps[place]! < atMs) place++;
    places[i] = place++;
  });
  return mapColumns(scores, (column) => Float64Array.from(places, (at) => column[at]!));
}

function explainAbsence({ series, scores, episode }: WindowToExplain): Explanation {
  const normal = episode.peakScore < ANOMALOUS_SCORE;
  const { metricName, nodeId, metadata } = series;
  const { since } = scores as AbsenceScores;
  const found = absenceClassification(series, { since }, episode.peakIndex);
  const explanation = explainEpisode({
    episode: { ...episode, absenceCount: normal ? 0 : episode.alarmCount },
    classification: normal ? NORMAL : found,
    pointCount: episode.peakIndex + 1,
    subject: { level: "metric", metricName, nodeId },
    unit: metadata.unit ?? "",
    intervalMs: scores.intervalMs,
  });
  return normal
    ? { ...explanation, text: `${metricName} on ${nodeId} reported as usual.` }
    : explanation;
}

const NORMAL: Classification = { kind: "normal", label: "normal", missedPeak: false, evidence: {} };
