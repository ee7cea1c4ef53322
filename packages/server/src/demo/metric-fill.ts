import { DAY_MS } from "@foreshock/core/fold";
import type { Dice } from "@foreshock/core/generator";
import type { MetricShape } from "./metric-catalog.ts";

/** Of the shared part of a metric's noise, the cluster has half and the node the other. */
const CLUSTER_SHARE = 1 / 2;
const PARETO_SHAPE = 3;

/** What a metric of a node is made of in one chunk; columns of equal length. */
export interface Ingredients {
  /** How busy the users are. */
  readonly load: Float64Array;
  /** Swings that the whole cluster has in common, and those of the node; standard deviation 1. */
  readonly common: Float64Array;
  readonly own: Float64Array;
  /** This metric's level on this node. */
  readonly base: number;
  /** This metric's own stream: the same numbers whatever the size of the chunks. */
  readonly dice: Dice;
}

/** Fills `column`; returns the state of the autoregressive noise, to be handed in for the next chunk. */
export function fillMetric(
  shape: MetricShape,
  ingredients: Ingredients,
  state: number,
  column: Float64Array,
): number {
  const next = fillNoise(shape, ingredients, state, column);
  if (shape.form === "linear") toLinear(shape, ingredients, column);
  else toLog(shape, ingredients, column);
  return next;
}

/** Mean of the metric without noise at a given load. */
export function levelOf(shape: MetricShape, base: number, load: number): number {
  if (shape.form === "linear") return base + shape.swing * load;
  const variance = shape.noise ** 2 + shape.white ** 2;
  return base * (Math.exp(shape.swing * load + variance / 2) + shape.heavy / (PARETO_SHAPE - 1));
}

/** Moves steps [from, to) by `sizes` sizes of the metric's noise. */
export function shiftMetric(
  shape: MetricShape,
  column: Float64Array,
  from: number,
  to: number,
  sizes: number,
): void {
  const factor = Math.exp(shape.noise * sizes);
  const summand = shape.noise * sizes;
  for (let i = from; i < to; i++) {
    column[i] = shape.form === "linear" ? column[i]! + summand : column[i]! * factor;
  }
}

/** Adds growth since `ageMs` before the first step. */
export function growMetric(
  shape: MetricShape,
  column: Float64Array,
  ageMs: number,
  stepMs: number,
): void {
  if (shape.growth === 0) return;
  for (let i = 0; i < column.length; i++) {
    column[i]! += (shape.growth * (ageMs + i * stepMs)) / DAY_MS;
  }
}

/** Limits and rounds as the sensor does. */
export function finishMetric({ min, max, grain }: MetricShape, column: Float64Array): void {
  const per = 1 / grain;
  for (let i = 0; i < column.length; i++) {
    const value = Math.min(Math.max(column[i]!, min), max);
    column[i] = grain === 0 ? value : Math.round(value * per) / per;
  }
}

/** Noise in units (linear) or exponents (log); heavy tails of log metrics follow in their own loop. */
function fillNoise(
  { noise, white, memory, shared }: MetricShape,
  { common, own, dice }: Ingredients,
  state: number,
  column: Float64Array,
): number {
  const fresh = Math.sqrt(1 - memory * memory);
  const ofCluster = noise * Math.sqrt(shared * CLUSTER_SHARE);
  const ofNode = noise * Math.sqrt(shared * (1 - CLUSTER_SHARE));
  const ofMetric = noise * Math.sqrt(1 - shared);
  let value = state;
  for (let i = 0; i < column.length; i++) {
    value = memory * value + fresh * dice.gaussian();
    column[i] =
      ofCluster * common[i]! + ofNode * own[i]! + ofMetric * value + white * dice.gaussian();
  }
  return value;
}

function toLinear({ swing }: MetricShape, { load, base }: Ingredients, column: Float64Array): void {
  for (let i = 0; i < column.length; i++) column[i] = base + swing * load[i]! + column[i]!;
}

/** Many independent users: the more load, the smaller its relative noise, as a count's. */
function toLog({ swing }: MetricShape, { load, base }: Ingredients, column: Float64Array): void {
  for (let i = 0; i < column.length; i++) {
    const busy = Math.exp(swing * load[i]!);
    column[i] = base * busy * Math.exp(column[i]! / busy);
  }
}

/** Rare large values on top, from their own stream of dice. */
export function addBursts(
  { heavy }: MetricShape,
  base: number,
  dice: Dice,
  column: Float64Array,
): void {
  if (heavy === 0) return;
  for (let i = 0; i < column.length; i++) column[i]! += heavy * base * dice.pareto(PARETO_SHAPE);
}
