import { batchScorer } from "../engine/batch/batch-scorer.ts";
import type { BatchScorer } from "../engine/scorer.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import type { DurationMs } from "../model/time.ts";
import { scoreOfP } from "../score/rarity.ts";
import { BAND_SCALES } from "../score/usual-range.ts";
import { wholeTail } from "../score/whole-tail.ts";
import { medianIntervalMs, medianOfSteps, timeWithoutStepsMs } from "./interval.ts";
import { type EngineOptions, type ScoredEngine, windowEngine } from "./point-engine.ts";
import type { DetailedScores } from "./score-series.ts";

/** The engine `batch`: see `batchScorer` for what it does, is good at and costs. It looks ahead. */
export function createBatchEngine(options: EngineOptions = {}): ScoredEngine {
  return bindBatchEngine(batchScorer(), options);
}

/**
 * Any batch scorer, bound to the platform's calibration, labels and explanations. Its nonconformity is
 * compared with the whole series, see `wholeTail`; results of a window depend on all of the series.
 */
export function bindBatchEngine(scorer: BatchScorer, options: EngineOptions = {}): ScoredEngine {
  const score = (series: MetricSeries) => scoreWhole(scorer, series, options.intervalMs);
  const { name, version } = scorer;
  return windowEngine({ name, version, looksAhead: true, score, options });
}

function scoreWhole(
  scorer: BatchScorer,
  series: MetricSeries,
  known: DurationMs | undefined,
): DetailedScores {
  const { timestamps, values } = series;
  const stepless = known === undefined && medianOfSteps(timestamps) === 0;
  const intervalMs = known ?? medianIntervalMs(timestamps);
  const timesMs = stepless ? timestamps.map((_, i) => timeWithoutStepsMs(i)) : timestamps;
  const scored = scorer.score(timesMs, values, intervalMs);
  const { nonconformity, expected, level, scale, parts = {} } = scored;
  const p = wholeTail(nonconformity);
  const unknown = () => new Float64Array(values.length).fill(Number.NaN);
  const band = (scales: number) => level.map((usual, i) => usual + scales * scale[i]!);
  return {
    intervalMs,
    p,
    score: p.map((rarity, i) =>
      Number.isNaN(nonconformity[i]!) ? 0 : scoreOfP(rarity, intervalMs),
    ),
    nonconformity,
    expected,
    level,
    scale,
    lower: band(-BAND_SCALES),
    upper: band(BAND_SCALES),
    sudden: parts.sudden ?? unknown(),
    hour: parts.hour ?? unknown(),
    recent: parts.recent ?? unknown(),
    shift: parts.shift ?? new Float64Array(values.length),
  };
}
