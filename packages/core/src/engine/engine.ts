import type { AnomalyResult } from "../model/anomaly-result.ts";
import type { Explanation } from "../model/explanation.ts";
import type { MetricSeries } from "../model/metric-series.ts";
import type { Checksum } from "../model/state-bytes.ts";
import type { StateMemory } from "../model/state-memory.ts";
import type { DurationMs, EpochMs } from "../model/time.ts";
import type { Baseline } from "./scorer.ts";

/** An engine's upper floor: results with calibrated scores, labels and explanation. */
export interface AnomalyDetectionEngine {
  readonly name: string;
  readonly version: number;
  /** One result per window of the series; labels other than `normal` where the score reaches 0.5. */
  detect(series: MetricSeries): Promise<AnomalyResult[]>;
  /** Why `result`, which `detect` gave for `series`, has its score. */
  explain(series: MetricSeries, result: AnomalyResult): Promise<Explanation>;
}

/** Point by point, calibrated. All columns as long as the series. */
export interface PointScores {
  readonly intervalMs: DurationMs;
  /** Calibrated tail probability; 1 where missing. */
  readonly p: Float64Array;
  /** p before the second look at the series' own promises: what orders. Left out: `p`. */
  readonly tailP?: Float64Array;
  /** The same with records, which one metric of many may set: evidence for its node. Left out: `tailP`. */
  readonly childP?: Float64Array;
  /** Score in [0, 1]; 0 where missing. */
  readonly score: Float64Array;
  /** HabitMarks: what comes again by the clock. Left out: the engine knows no habits. */
  readonly habit?: Float64Array;
  readonly nonconformity: Float64Array;
  readonly expected: Float64Array;
  readonly level: Float64Array;
  /** Usual range: level -+ 2.5 scales. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * What orders and attributes: p before the second look, whose corrections keep a promise and say nothing of what is
 * stranger. `FoldRow.evidenceP` where points are folded one by one.
 */
export function evidenceOf({ p, tailP = p }: Pick<PointScores, "p" | "tailP">): Float64Array {
  return tailP;
}

/** What a metric passes up to its node. `FoldRow.valueP` where points are folded one by one. */
export function childOf(scores: Pick<PointScores, "p" | "tailP" | "childP">): Float64Array {
  return scores.childP ?? evidenceOf(scores);
}

/** An engine that also says what it thinks of every point. */
export interface PointEngine extends AnomalyDetectionEngine {
  /** Whether what it says of a point depends on later points: not for live alarms. */
  readonly looksAhead: boolean;
  score(series: MetricSeries): PointScores;
}

/** An engine that also judges points one by one as they arrive; ours does. */
export interface StreamingEngine extends PointEngine {
  readonly looksAhead: false;
  /** The fold of `open().push` over the points, bit for bit. */
  score(series: MetricSeries): PointScores;
  /**
   * Leave the interval out where it is not known: it is learnt from the first points, causally.
   * `memory`: for many long-lived detectors.
   */
  open(intervalMs?: DurationMs, memory?: StateMemory): SeriesDetector;
}

/** Columns that a detector fills for one point; continues SCORER_OUT. */
export const DETECTOR_OUT = {
  p: 8,
  score: 9,
  /** A HabitMark: what comes again by the clock, and what of it did not; 0 = nothing. */
  habit: 10,
} as const;
export const DETECTOR_OUT_LENGTH = 11;

/** Scorer and calibrator of one series, joined; its saved bytes hold both. */
export interface SeriesDetector {
  /** Known points seen: a missing one says nothing. */
  readonly pointCount: number;
  /** 0 until it is known. */
  readonly intervalMs: DurationMs;
  /** As after the latest point; undefined before the second one and for scorers that keep none. */
  readonly baseline: Baseline | undefined;
  /** Of the latest point, as in `PointScores`. Left out: the p of the point. */
  readonly tailP?: number;
  /** How often the models began again: see `OpenScorer`. Left out: never. */
  readonly restartCount?: number;
  readonly childP?: number;
  push(atMs: EpochMs, value: number, out: Float64Array): void;
  /** @param checksum "outer" where what they are kept in has one: see `sealState` */
  save(checksum?: Checksum): Uint8Array;
  restore(bytes: Uint8Array, checksum?: Checksum): void;
}
