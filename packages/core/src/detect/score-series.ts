import {
  DETECTOR_OUT,
  DETECTOR_OUT_LENGTH,
  type PointScores,
  type SeriesDetector,
} from "../engine/engine.ts";
import { SCORER_OUT } from "../engine/scorer.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import { BAND_SCALES } from "../score/usual-range.ts";
import { INTERVAL_BEFORE_MS } from "./interval.ts";

/** Scores and, beside them, the parts of the nonconformity: they add up to it, NaN where missing. */
export interface DetailedScores extends PointScores {
  /** Typical size of a deviation from `level`. */
  readonly scale: Float64Array;
  readonly sudden: Float64Array;
  readonly hour: Float64Array;
  readonly recent: Float64Array;
  readonly shift: Float64Array;
  /** What the models judged, where it is not the value itself; its shape decides the kind. */
  readonly judged?: Float64Array;
}

/**
 * The fold of `detector.push` over the points of a series. The detector continues from its
 * present state, so a series may come in pieces.
 */
export function scoreSeries(detector: SeriesDetector, series: MetricSeries): DetailedScores {
  const { timestamps, values, length } = series;
  const columns = emptyColumns(length);
  const out = new Float64Array(DETECTOR_OUT_LENGTH);
  for (let i = 0; i < length; i++) {
    detector.push(timestamps[i]!, values[i]!, out);
    columns.p[i] = out[DETECTOR_OUT.p]!;
    columns.tailP[i] = detector.tailP ?? columns.p[i]!;
    columns.childP[i] = detector.childP ?? columns.tailP[i]!;
    columns.score[i] = out[DETECTOR_OUT.score]!;
    columns.habit[i] = out[DETECTOR_OUT.habit]!;
    columns.nonconformity[i] = out[SCORER_OUT.nonconformity]!;
    columns.expected[i] = out[SCORER_OUT.expected]!;
    const level = out[SCORER_OUT.level]!;
    const scale = out[SCORER_OUT.scale]!;
    columns.level[i] = level;
    columns.scale[i] = scale;
    columns.lower[i] = level - BAND_SCALES * scale;
    columns.upper[i] = level + BAND_SCALES * scale;
    columns.sudden[i] = out[SCORER_OUT.sudden]!;
    columns.hour[i] = out[SCORER_OUT.hour]!;
    columns.recent[i] = out[SCORER_OUT.recent]!;
    columns.shift[i] = out[SCORER_OUT.shift]!;
  }
  return { intervalMs: detector.intervalMs || INTERVAL_BEFORE_MS, ...columns };
}

/** Scores of the same kind with every column replaced; other fields are kept. */
export function mapColumns<Scores extends DetailedScores>(
  scores: Scores,
  replaced: (column: Float64Array, name: keyof Scores) => Float64Array,
): Scores {
  const entries = Object.entries(scores).map(([name, column]) => [
    name,
    column instanceof Float64Array ? replaced(column, name as keyof Scores) : (column as unknown),
  ]);
  return Object.fromEntries(entries) as Scores;
}

function emptyColumns(length: number) {
  const column = () => new Float64Array(length);
  return {
    p: column(),
    tailP: column(),
    childP: column(),
    score: column(),
    habit: column(),
    nonconformity: column(),
    expected: column(),
    level: column(),
    scale: column(),
    lower: column(),
    upper: column(),
    sudden: column(),
    hour: column(),
    recent: column(),
    shift: column(),
  };
}
