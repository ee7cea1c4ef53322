import type { AggregationStrategy } from "../model/aggregated-anomaly-score.ts";
import { assert } from "../model/refusal.ts";
import {
  binomialTail,
  cauchyOfThree,
  gammaTail,
  P_MIN,
  sidak,
  weightedCauchy,
} from "./closed/closed-form.ts";
import { fewP } from "./closed/few-table.ts";
import { type EntityStates, SCALAR, SCALAR_COUNT } from "./entity-state.ts";

/** The contract's strategies, and the voice `few` of `auto` on its own. */
export type RollupStrategy = AggregationStrategy | "few";

// Source: spec of detection, section 14, voice `many`.
const MOMENT_TAU_STEPS = 4000;
const MOMENT_PRIOR_STEPS = 100;
const MOMENT_CLIP_SD = 4;
/** `p95` asks for the k-th smallest p, k = ceil(0.05 m). */
const P95_SHARE = 0.05;
/** A product of p values is turned into a sum of logs before it could underflow. */
const PRODUCT_MIN = 1e-280;

/** What the voices need to know of the children of one step; one for all callers, never kept. */
export interface ChildSummary {
  /** Children with a value. */
  count: number;
  smallest: number;
  /** Sum of the three largest -ln p. */
  fewTotal: number;
  /** Sum of -ln p. */
  total: number;
}

/**
 * Collects children one after the other; their order is part of the result's last bit, so callers
 * keep it fixed. p is clipped to [1e-15, 1]; NaN children are left out. O(1) per child.
 */
export class ChildGatherer implements ChildSummary {
  count = 0;
  smallest = 1;
  fewTotal = 0;
  total = 0;
  #second = 1;
  #third = 1;
  #product = 1;

  start(): void {
    this.count = 0;
    this.smallest = 1;
    this.#second = 1;
    this.#third = 1;
    this.#product = 1;
    this.total = 0;
  }

  add(child: number): void {
    if (!(child >= 0)) {
      assert(Number.isNaN(child), "a child has a p or none: it was read beyond its column");
      return;
    }
    const p = Math.min(Math.max(child, P_MIN), 1);
    this.count++;
    if (p < this.#third) this.#addSmall(p);
    this.#product *= p;
    if (this.#product < PRODUCT_MIN) {
      this.total -= Math.log(this.#product);
      this.#product = 1;
    }
  }

  finish(): ChildSummary {
    this.total -= Math.log(this.#product);
    this.fewTotal = -Math.log(this.smallest * this.#second * this.#third);
    return this;
  }

  #addSmall(p: number): void {
    if (p < this.smallest) {
      this.#third = this.#second;
      this.#second = this.smallest;
      this.smallest = p;
    } else if (p < this.#second) {
      this.#third = this.#second;
      this.#second = p;
    } else {
      this.#third = p;
    }
  }
}

/** p of the mean -ln p under the Gamma law with the learned moments of entity `e`. Asks only. */
function manyOf({ scalars }: EntityStates, e: number, meanRarity: number): number {
  const s = e * SCALAR_COUNT;
  const mean = scalars[s + SCALAR.mean]!;
  const variance = scalars[s + SCALAR.variance]!;
  return gammaTail((mean * mean) / variance, (meanRarity * mean) / variance);
}

function learnMoments(scalars: Float64Array, e: number, meanRarity: number): void {
  const s = e * SCALAR_COUNT;
  const variance = scalars[s + SCALAR.variance]!;
  const steps = scalars[s + SCALAR.steps]!;
  const rate = Math.max(1 / MOMENT_TAU_STEPS, 1 / (MOMENT_PRIOR_STEPS + steps));
  const distance = meanRarity - scalars[s + SCALAR.mean]!;
  const d = Math.min(distance, MOMENT_CLIP_SD * Math.sqrt(variance));
  scalars[s + SCALAR.mean]! += rate * d;
  scalars[s + SCALAR.variance] = variance + rate * (d * d - variance);
}

/** Stage A `auto`: Cauchy of `one`, `few`, `many`. NaN without children. Asks only. */
export function autoOf(states: EntityStates, e: number, children: ChildSummary): number {
  const { count } = children;
  if (count === 0) return Number.NaN;
  const many = manyOf(states, e, children.total / count);
  return cauchyOfThree(sidak(children.smallest, count), fewP(children.fewTotal, count), many);
}

/** The same, then learns the moments of `many`. A step without children teaches nothing. */
export function learnAuto(states: EntityStates, e: number, children: ChildSummary): number {
  const p = autoOf(states, e, children);
  if (children.count > 0) learnMoments(states.scalars, e, children.total / children.count);
  return p;
}

/**
 * Stage A of any strategy over the children `p[start, end)` of entity `e`; learns the moments.
 *
 * `weights` (one a child) count for `weighted` only. NaN children are left out; a step without
 * children gives NaN and teaches nothing. `gatherer` is the caller's, for this call. Cost: O(m), `p95` over more than 20 children O(m log m).
 */
export function learnStageA(
  states: EntityStates,
  gatherer: ChildGatherer,
  e: number,
  p: Float64Array,
  start: number,
  end: number,
  strategy: RollupStrategy = "auto",
  weights?: Float64Array,
): number {
  if (strategy === "weighted") return weightedCauchy(p, start, end, weights);
  gatherer.start();
  for (let i = start; i < end; i++) gatherer.add(p[i]!);
  const children = gatherer.finish();
  if (strategy === "auto") return learnAuto(states, e, children);
  const { count } = children;
  if (count === 0) return Number.NaN;
  const many = manyOf(states, e, children.total / count);
  learnMoments(states.scalars, e, children.total / count);
  if (strategy === "max") return sidak(children.smallest, count);
  if (strategy === "few") return fewP(children.fewTotal, count);
  if (strategy === "p95") return p95Of(p, start, end, children);
  return many;
}

function p95Of(p: Float64Array, start: number, end: number, children: ChildSummary): number {
  const k = Math.ceil(P95_SHARE * children.count);
  if (k === 1) return binomialTail(children.count, 1, children.smallest);
  // Typed sort puts NaN last.
  return binomialTail(children.count, k, p.slice(start, end).sort()[k - 1]!);
}
