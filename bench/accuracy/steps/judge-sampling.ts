import {
  DAY_MS,
  quietPointsMax,
  type StreamingEngine,
  upperMedianOfSorted,
} from "@foreshock/core/fold";
import { METRIC_KINDS, type MetricKind } from "@foreshock/core/generator";
import { FAULT_SIZE, type FaultyPoints, seriesOfPoints } from "./faulty-series.ts";
import { SAMPLED_KINDS, type Sampling } from "./samplings.ts";

/** A fault is over three points of the slowest series later. */
const BEHIND_SHARE = 1;
const WARM_UP_POINTS = 21;
/** Most points a day that count: at coarser steps an alarm needs p <= 1/20. */
const POINTS_A_DAY_MIN = 20;

/** How one way of sampling compares with the regular one. */
export interface SamplingFigures {
  readonly name: string;
  readonly cases: number;
  /** Median of the faults' highest scores, and of the regular series'. */
  readonly score: number;
  readonly regularScore: number;
  /** Share of faults that score at most .1 below the regular series, case by case. */
  readonly within: number;
  /** Share of faults at .75 or more. */
  readonly found: number;
  /** Clean runs at .5 and at .75: realised against promised. */
  readonly cleanHalf: number;
  readonly cleanMajor: number;
}

/** Every kind and seed of one sampling, with and without the fault. */
export function judgeSampling(
  engine: StreamingEngine,
  sampling: Sampling,
  seeds: readonly number[],
  kinds: readonly MetricKind[] = SAMPLED_KINDS,
): SamplingFigures {
  const scores: number[] = [];
  const regular: number[] = [];
  const clean = { half: 0, major: 0, days: 0 };
  for (const kind of kinds) {
    for (const seed of seeds) {
      scores.push(faultScore(engine, sampling.points(kind, seed, FAULT_SIZE)));
      regular.push(faultScore(engine, sampling.regular(kind, seed, FAULT_SIZE)));
    }
  }
  for (const kind of METRIC_KINDS) {
    for (const seed of seeds) countClean(engine, sampling.points(kind, seed, 0), clean);
  }
  const share = (holds: (score: number, i: number) => boolean) =>
    scores.filter(holds).length / scores.length;
  return {
    name: sampling.name,
    cases: scores.length,
    score: middleOf(scores),
    regularScore: middleOf(regular),
    within: share((score, i) => score >= regular[i]! - 0.1),
    found: share((score) => score >= 0.75),
    cleanHalf: clean.half / clean.days,
    cleanMajor: clean.major / (clean.days / 5.5),
  };
}

/** Highest score from the fault's first point until as long after its last as it lasted. */
export function faultScore(engine: StreamingEngine, points: FaultyPoints): number {
  const { score } = engine.score(seriesOfPoints(points));
  const { firstMs, lastMs, timestampsMs } = points;
  const endMs = lastMs + BEHIND_SHARE * (lastMs - firstMs);
  let highest = 0;
  for (let i = 0; i < score.length; i++) {
    if (timestampsMs[i]! < firstMs || timestampsMs[i]! > endMs) continue;
    highest = Math.max(highest, score[i]!);
  }
  return highest;
}

function countClean(
  engine: StreamingEngine,
  points: FaultyPoints,
  into: { half: number; major: number; days: number },
): void {
  const { score, intervalMs } = engine.score(seriesOfPoints(points));
  const quietMax = quietPointsMax(intervalMs);
  into.half += runsAt(score, 0.5, quietMax);
  into.major += runsAt(score, 0.75, quietMax);
  const known = points.values.filter((value) => !Number.isNaN(value)).length;
  const spanDays = (points.timestampsMs.at(-1)! - points.timestampsMs[0]!) / DAY_MS;
  into.days += Math.min(spanDays, known / POINTS_A_DAY_MIN);
}

/** Runs of scores at or above a level, merged over quiet points as episodes are. */
function runsAt(score: Float64Array, level: number, quietMax: number): number {
  let runs = 0;
  let quiet = quietMax + 1;
  for (let i = WARM_UP_POINTS; i < score.length; i++) {
    if (score[i]! < level) {
      quiet++;
      continue;
    }
    if (quiet > quietMax) runs++;
    quiet = 0;
  }
  return runs;
}

function middleOf(values: readonly number[]): number {
  return upperMedianOfSorted(Float64Array.from(values).sort());
}
