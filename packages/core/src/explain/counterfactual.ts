import type { AnomalyKind } from "../model/anomaly-type.ts";
import type { Counterfactual } from "../model/explanation.ts";
import { ANOMALOUS_SCORE } from "../model/severity.ts";
import type { EpochMs } from "../model/time.ts";

/** Values tried between the actual one and as far beyond the usual level, to find a normal one. */
const TRIES = 16;
/** Halvings between the last normal and the first anomalous value: to 1e-4 of their distance. */
const HALVINGS = 14;
/** Digits of the reported value: as few as keep it normal ... */
const DIGITS = [2, 3, 4, 5] as const;
/** ... and move it by no more than this share of its distance from the actual value and the level. */
const ROUNDING_SHARE = 0.1;

export interface CounterfactualPoint {
  readonly atMs: EpochMs;
  readonly actual: number;
  /** What is usual there; the search goes from the actual value to it and beyond. */
  readonly level: number;
  /** Score of the point if it had this value, everything before it as it was. */
  scoreOf(value: number): number;
}

/**
 * The value nearest to the actual one for which the point would have scored below 0.5, rounded
 * towards the usual level as far as it stays normal: "normal if <= 412 ms". The reported value has been
 * scored itself. Undefined where none of the values tried is normal: the points before it weigh
 * enough by themselves. Cost: at most 35 scorings.
 */
export function counterfactualOf(point: CounterfactualPoint): Counterfactual | undefined {
  const { actual, level, scoreOf, atMs } = point;
  const reach = level - actual;
  if (!Number.isFinite(reach) || reach === 0) return undefined;
  const valueAt = (share: number) => actual + share * reach;
  const isNormal = (value: number) => scoreOf(value) < ANOMALOUS_SCORE;
  let step = 1;
  while (step <= TRIES && !isNormal(valueAt((2 * step) / TRIES))) step++;
  if (step > TRIES) return undefined;
  let anomalous = (2 * (step - 1)) / TRIES;
  let normal = (2 * step) / TRIES;
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (anomalous + normal) / 2;
    if (isNormal(valueAt(middle))) normal = middle;
    else anomalous = middle;
  }
  const value = rounded(valueAt(normal), point, isNormal);
  return { atMs, value, bound: reach < 0 ? "at-most" : "at-least", score: scoreOf(value) };
}

/** No other value would have made a stuck or missing one normal. */
export function valueTells(kind: AnomalyKind): boolean {
  return kind !== "flatline" && kind !== "missing";
}

/** Rounded away from the actual value; as it is where no rounding stays normal. */
function rounded(
  value: number,
  { actual, level }: CounterfactualPoint,
  isNormal: (value: number) => boolean,
): number {
  if (value === 0) return value;
  const far = ROUNDING_SHARE * Math.min(Math.abs(value - actual), Math.abs(value - level));
  for (const digits of DIGITS) {
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits);
    const steps = value < actual ? Math.floor(value / unit) : Math.ceil(value / unit);
    const short = Number((steps * unit).toPrecision(digits + 1));
    const near = Math.abs(short - value) <= far || digits === DIGITS.at(-1);
    if (near && isNormal(short)) return short;
  }
  return value;
}
