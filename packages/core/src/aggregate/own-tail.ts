import { DAY_MS } from "../model/time.ts";
import { P_MIN } from "./closed/closed-form.ts";
import {
  BIN_COUNT,
  BINS_PER_UNIT,
  type EntityStates,
  PRIOR_SHAPE,
  PRIOR_SHAPE_WEIGHT,
  SCALAR,
  SCALAR_COUNT,
} from "./entity-state.ts";

// Source of all constants: spec of detection, section 14, "Stage B".
const TAIL_SHARE = 0.02;
const SHAPE_FORGETTING = 0.002;
const EXCESS_MAX = 6;
const HALF_LIFE_STEPS = 20_000;
const STEP_GROWTH = 2 ** (1 / HALF_LIFE_STEPS);
const GROWTH_MAX = 1e6;
const RUN_P = 5e-3;
const RUN_QUIET_STEPS = 10;
const RUN_DISCOUNT = 2;
const COLD_DAYS = 3;

/** Steps until an entity learns at full weight: three days. */
export function coldStepsOf(intervalMs: number): number {
  return (COLD_DAYS * DAY_MS) / intervalMs;
}

/**
 * Stage B: how rare a stage A p is on this same entity, by its own past. First `ask`, then `learn` what
 * was asked. One instance serves any number of entities, one after the other.
 *
 * Cost: one pass over the upper part of the histogram, about 100 ns.
 */
export class OwnTail {
  /** Histogram bin of the last p asked; learning changes this bin and the scalars (see `rescales`). */
  bin = 0;
  #p = 1;
  #excess = 0;
  #shape = PRIOR_SHAPE;

  /** Calibrated p of `stageP`, which must not be NaN. Changes no state. */
  ask({ histogram, scalars }: EntityStates, e: number, stageP: number): number {
    const h = e * BIN_COUNT;
    const s = e * SCALAR_COUNT;
    const total = scalars[s + SCALAR.total]!;
    const position = BINS_PER_UNIT * Math.sqrt(-Math.log2(Math.min(Math.max(stageP, P_MIN), 1)));
    const own = Math.min(Math.floor(position), BIN_COUNT - 1);
    const wanted = TAIL_SHARE * total;
    let above = 0;
    let top = BIN_COUNT - 1;
    while (top > 0 && above + histogram[h + top]! < wanted) {
      above += histogram[h + top]!;
      top--;
    }
    const inTop = histogram[h + top]!;
    const part = inTop > 0 ? (wanted - above) / inTop : 0;
    this.bin = own;
    this.#excess = (position - (top + 1 - part)) / BINS_PER_UNIT;
    this.#shape = scalars[s + SCALAR.shapeSum]! / scalars[s + SCALAR.shapeWeight]!;
    if (this.#excess > 0) {
      let seen = 0.5 * histogram[h + own]!;
      for (let bin = own + 1; bin < BIN_COUNT; bin++) seen += histogram[h + bin]!;
      this.#p = Math.max(TAIL_SHARE * Math.exp(-this.#excess / this.#shape), seen / total);
    } else {
      let mass = above;
      for (let bin = top; bin > own; bin--) mass += histogram[h + bin]!;
      const share = (mass + histogram[h + own]! * (1 - (position - own))) / total;
      this.#p = Math.min(Math.max(share, TAIL_SHARE), 1);
    }
    return this.#p;
  }

  /** Learns the p that was asked last for this entity; young entities and long incidents weigh less. */
  learn({ histogram, scalars }: EntityStates, e: number, coldSteps: number): void {
    const s = e * SCALAR_COUNT;
    if (this.#p < RUN_P) {
      scalars[s + SCALAR.run]!++;
      scalars[s + SCALAR.quiet] = 0;
    } else {
      scalars[s + SCALAR.quiet]!++;
      if (scalars[s + SCALAR.quiet]! > RUN_QUIET_STEPS) scalars[s + SCALAR.run] = 0;
    }
    scalars[s + SCALAR.steps]!++;
    const run = Math.max(scalars[s + SCALAR.run]! - 1, 0);
    const weight = Math.min(1, scalars[s + SCALAR.steps]! / coldSteps) / (1 + RUN_DISCOUNT * run);
    const growth = scalars[s + SCALAR.growth]! * STEP_GROWTH;
    scalars[s + SCALAR.growth] = growth;
    histogram[e * BIN_COUNT + this.bin]! += growth * weight;
    scalars[s + SCALAR.total]! += growth * weight;
    if (growth > GROWTH_MAX) rescale(histogram, scalars, e);
    if (this.#excess > 0) this.#learnShape(scalars, s, weight);
  }

  /** Learns the mean excess, pulled back a little to the prior. */
  #learnShape(scalars: Float64Array, s: number, weight: number): void {
    const pull = SHAPE_FORGETTING * weight;
    const sum =
      scalars[s + SCALAR.shapeSum]! + weight * Math.min(this.#excess, EXCESS_MAX * this.#shape);
    const mass = scalars[s + SCALAR.shapeWeight]! + weight;
    scalars[s + SCALAR.shapeSum] = sum - pull * (sum - PRIOR_SHAPE * PRIOR_SHAPE_WEIGHT);
    scalars[s + SCALAR.shapeWeight] = mass - pull * (mass - PRIOR_SHAPE_WEIGHT);
  }
}

/** Whether learning one more step will rescale the whole histogram (once in 400,000 steps). */
export function rescales({ scalars }: EntityStates, e: number): boolean {
  return scalars[e * SCALAR_COUNT + SCALAR.growth]! * STEP_GROWTH > GROWTH_MAX;
}

function rescale(histogram: Float64Array, scalars: Float64Array, e: number): void {
  const s = e * SCALAR_COUNT;
  const growth = scalars[s + SCALAR.growth]!;
  const h = e * BIN_COUNT;
  for (let bin = 0; bin < BIN_COUNT; bin++) histogram[h + bin]! /= growth;
  scalars[s + SCALAR.total]! /= growth;
  scalars[s + SCALAR.growth] = 1;
}
