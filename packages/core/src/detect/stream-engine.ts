import type { StreamingEngine } from "../engine/engine.ts";
import type { StreamScorer } from "../engine/scorer.ts";
import { streamScorer } from "../engine/stream/stream-scorer.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import type { StateMemory } from "../model/state-memory.ts";
import { type Counterfactuals, type EngineOptions, windowEngine } from "./point-engine.ts";
import { counterfactualsOf } from "./rescoring.ts";
import { type DetailedScores, scoreSeries } from "./score-series.ts";
import { detectorsOf } from "./series-detector.ts";

/** A streaming engine whose point scores carry what explanations are made of. */
export interface DetailedEngine extends StreamingEngine {
  score(series: MetricSeries): DetailedScores;
}

/** The default engine, `stream`: see `streamScorer` for what it does, is good at and costs. */
export function createStreamEngine(options: EngineOptions = {}): DetailedEngine {
  return bindEngine(streamScorer(), options);
}

/**
 * Any streaming scorer, bound to the platform's calibration, labels and explanations. Only a window's
 * own past is looked at, so a prefix of a series gives the same results for its whole windows.
 */
export function bindEngine(scorer: StreamScorer, options: EngineOptions = {}): DetailedEngine {
  const detector = detectorsOf(scorer);
  const open = (intervalMs = options.intervalMs, memory?: StateMemory) =>
    detector(intervalMs, memory);
  const score = (series: MetricSeries) => scoreSeries(open(), series);
  const { name, version } = scorer;
  const counterfactuals: Counterfactuals = (series, { level }, episodes) =>
    counterfactualsOf(open(), series, level, episodes);
  const engine = { name, version, looksAhead: false, score, counterfactuals, options } as const;
  return { ...windowEngine(engine), open };
}
