import type { EpochMs } from "../../model/time.ts";
import { lowerMedianOfSorted } from "../../stats/sorted-median.ts";
import type { StreamClock } from "./clock.ts";
import { stepModels, wakes } from "./models.ts";
import type { PointScratch } from "./point-scratch.ts";
import { changesRegime } from "./regime.ts";
import { FIRST_POINTS, STATE, type StreamState } from "./state.ts";

const { COUNT, FIRST } = STATE;

/** A first value is absurd where it is this many times as far from the median as all the others. */
const ABSURD = 8;
/** So many of the first points may be absurd: a tenth. */
const ABSURD_POINTS_MAX = 2;

/**
 * What the models do after a point that they have judged and learnt: they start from scratch where the
 * point shows that what they had learnt does not hold. @returns whether they did
 */
export function reconsider(
  state: StreamState,
  clock: StreamClock,
  atMs: EpochMs,
  value: number,
  point: PointScratch,
): boolean {
  const { numbers } = state;
  if (wakes(numbers, clock, point)) {
    state.restart();
    stepModels(state, clock, atMs, value, point);
    numbers[FIRST] = value;
    return true;
  }
  if (!clock.reconsiders) return false;
  const count = numbers[COUNT]!;
  if (count > FIRST_POINTS) return changesRegime(state, clock, atMs, value, point);
  numbers[FIRST + count - 1] = value;
  if (count < FIRST_POINTS) return false;
  const kept = withoutAbsurd(numbers.slice(FIRST, FIRST + FIRST_POINTS));
  numbers.fill(0, FIRST);
  if (kept === undefined) return false;
  state.restart();
  const step = clock.intervalMs;
  for (let i = 0; i < FIRST_POINTS; i++) {
    stepModels(state, clock, atMs - (FIRST_POINTS - 1 - i) * step, kept[i]!, point);
  }
  return true;
}

/** The values with the median in place of the absurd ones; undefined where none is. */
export function withoutAbsurd(values: Float64Array): Float64Array | undefined {
  const median = lowerMedianOfSorted(values.slice().sort());
  const away = values.map((value) => Math.abs(value - median));
  const farthest = away.slice().sort().reverse();
  let limit = Number.POSITIVE_INFINITY;
  for (let k = 1; k <= ABSURD_POINTS_MAX; k++) {
    const rest = farthest[k]!;
    const others = rest === 0 && k > 1 ? farthest[k - 1]! : rest;
    if (farthest[k - 1]! > ABSURD * others) limit = farthest[k - 1]!;
  }
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  return values.map((value, i) => (away[i]! >= limit ? median : value));
}
