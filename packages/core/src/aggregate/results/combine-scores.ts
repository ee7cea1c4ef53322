import type { DurationMs } from "../../model/time.ts";
import { pOfScore, scoreOfP } from "../../stats/return-period.ts";
import { quantileInPlace } from "../../stats/select.ts";
import { sidak } from "../closed/closed-form.ts";
import { entityStates, resetEntity } from "../entity-state.ts";
import { ChildGatherer, learnStageA } from "../stage-a.ts";
import type { AggregationRule } from "./aggregation-options.ts";

const P95 = 0.95;

/** One child of a roll-up: a metric of a node, a node of a cluster, a cluster of a tenant. */
export interface Child {
  readonly score: number;
  readonly weight: number;
}

/** The score of a parent by the rule; children are not empty. All scores are of windows of `windowMs`. */
export function combineScores(
  children: readonly Child[],
  rule: AggregationRule,
  windowMs: DurationMs,
): number {
  return rule.calibrated
    ? scoreOfP(combinedP(children, rule, windowMs), windowMs)
    : rawScore(children, rule);
}

/**
 * Score of a series in a window in which its point score was `score`: how rare such a point is in a
 * whole window of `pointCount` points, on the same scale.
 */
export function windowScoreOf(score: number, intervalMs: DurationMs, windowMs: DurationMs): number {
  const pointCount = Math.max(1, Math.round(windowMs / intervalMs));
  return scoreOfP(sidak(pOfScore(score, intervalMs), pointCount), windowMs);
}

/** Closed form with the moments every entity starts with: what a window says does not depend on others. */
function combinedP(
  children: readonly Child[],
  { strategy }: AggregationRule,
  windowMs: DurationMs,
): number {
  const states = entityStates(1);
  resetEntity(states, 0, children.length);
  const p = Float64Array.from(children, ({ score }) => pOfScore(score, windowMs));
  const weights = Float64Array.from(children, ({ weight }) => weight);
  return learnStageA(states, new ChildGatherer(), 0, p, 0, p.length, strategy, weights);
}

function rawScore(children: readonly Child[], { strategy }: AggregationRule): number {
  const scores = Float64Array.from(children, ({ score }) => score);
  switch (strategy) {
    case "max":
      return scores.reduce((a, b) => Math.max(a, b), 0);
    case "p95":
      return quantileInPlace(scores, scores.length, P95);
    case "weighted":
      return weightedMean(children);
    default:
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
}

/** 0 where all weights are 0. */
function weightedMean(children: readonly Child[]): number {
  let sum = 0;
  let total = 0;
  for (const { score, weight } of children) {
    sum += weight * score;
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
