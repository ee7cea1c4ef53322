import { INCIDENT_NUMBERS } from "../stats/incident-tail.ts";

/** Numbers of one entity's memory besides the histogram of its own past. */
export const SCALAR = {
  total: 0,
  growth: 1,
  shapeSum: 2,
  shapeWeight: 3,
  run: 4,
  quiet: 5,
  steps: 6,
  mean: 7,
  variance: 8,
} as const;
/** The law of the entity's incidents comes after them. */
export const INCIDENT_AT = 9;
export const SCALAR_COUNT = INCIDENT_AT + INCIDENT_NUMBERS;

/** Histogram of V = sqrt(-log2 p): 86 bins of 1/12, up to p = 1e-15 and beyond. */
export const BIN_COUNT = 86;
export const BINS_PER_UNIT = 12;

/** The prior is the law of a perfect p and weighs as much as this many steps. */
const PRIOR_STEPS = 1000;
/** Mean excess of V above its 98 % point for a perfect p, and the weight of that belief. */
export const PRIOR_SHAPE = 0.28;
export const PRIOR_SHAPE_WEIGHT = 50;
/** Correlation of the children that the variance of their mean starts from. */
const MOMENT_CORRELATION = 0.1;

const PRIOR_HISTOGRAM = Float64Array.from({ length: BIN_COUNT }, (_, bin) => {
  const above = 2 ** -((bin / BINS_PER_UNIT) ** 2);
  const beyond = bin + 1 === BIN_COUNT ? 0 : 2 ** -(((bin + 1) / BINS_PER_UNIT) ** 2);
  return PRIOR_STEPS * (above - beyond);
});

/**
 * Memory of one or many entities side by side: entity e owns histogram [86 e, 86 e + 86) and
 * scalars [15 e, 15 e + 15). 808 bytes an entity.
 */
export interface EntityStates {
  readonly histogram: Float64Array;
  readonly scalars: Float64Array;
}

export function entityStates(entityCount: number): EntityStates {
  return {
    histogram: new Float64Array(entityCount * BIN_COUNT),
    scalars: new Float64Array(entityCount * SCALAR_COUNT),
  };
}

/** Sets entity `e` to what is believed before its first step; `children` shape only the voice `many`. */
export function resetEntity(states: EntityStates, e: number, children: number): void {
  states.histogram.set(PRIOR_HISTOGRAM, e * BIN_COUNT);
  const s = states.scalars;
  const o = e * SCALAR_COUNT;
  s[o + SCALAR.total] = PRIOR_STEPS;
  s[o + SCALAR.growth] = 1;
  s[o + SCALAR.shapeSum] = PRIOR_SHAPE * PRIOR_SHAPE_WEIGHT;
  s[o + SCALAR.shapeWeight] = PRIOR_SHAPE_WEIGHT;
  s.fill(0, o + INCIDENT_AT, o + SCALAR_COUNT);
  s[o + SCALAR.run] = 0;
  s[o + SCALAR.quiet] = 0;
  s[o + SCALAR.steps] = 0;
  s[o + SCALAR.mean] = 1;
  s[o + SCALAR.variance] = (1 + (children - 1) * MOMENT_CORRELATION) / children;
}
