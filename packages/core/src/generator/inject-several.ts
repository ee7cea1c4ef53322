import { assert } from "../model/refusal.ts";
import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS } from "../model/time.ts";
import type { Dice } from "./dice.ts";
import type { GeneratedSeries } from "./generate-series.ts";
import { type MovingFault, move, unitAt } from "./inject-fault.ts";

/** How long each fault lasts: [shortest, longest). */
const LENGTH_MS: Readonly<Record<MovingFault, readonly [DurationMs, DurationMs]>> = {
  spike: [10 * MINUTE_MS, 40 * MINUTE_MS],
  dip: [10 * MINUTE_MS, 40 * MINUTE_MS],
  shift_up: [HOUR_MS, 5 * HOUR_MS],
  shift_down: [HOUR_MS, 5 * HOUR_MS],
  trend: [2 * HOUR_MS, 6 * HOUR_MS],
};
const MOVING_FAULTS = Object.keys(LENGTH_MS) as readonly MovingFault[];

export interface SeveralPlan {
  readonly count: number;
  /** Days of the series before the first one. */
  readonly healthyDays: number;
  /** Quiet time between the end of one and the start of the next: [shortest, longest). */
  readonly pausesMs: readonly [DurationMs, DurationMs];
  /** In units of the series' noise: [smallest, largest). */
  readonly sizes: readonly [number, number];
}

export interface SeveralFaults {
  readonly values: Float64Array;
  /** In the order of time; both ends inclusive. */
  readonly faults: readonly {
    readonly fault: MovingFault;
    readonly firstIndex: number;
    readonly lastIndex: number;
  }[];
}

/**
 * Several faults of different kinds, one after the other: a bad week. The series is left as it was; it
 * must be long enough for all of them. Cost: linear in the points.
 */
export function injectSeveral(
  series: GeneratedSeries,
  { count, healthyDays, pausesMs, sizes }: SeveralPlan,
  dice: Dice,
): SeveralFaults {
  const { intervalMs } = series;
  const values = series.values.slice();
  const pointsIn = ([least, most]: readonly [DurationMs, DurationMs]) =>
    Math.max(1, Math.round(dice.between(least, most) / intervalMs));
  let at = Math.round((healthyDays * DAY_MS) / intervalMs);
  const faults = Array.from({ length: count }, () => {
    at += pointsIn(pausesMs);
    const fault = MOVING_FAULTS[dice.below(MOVING_FAULTS.length)]!;
    const length = pointsIn(LENGTH_MS[fault]);
    assert(at + length <= values.length, "the series is too short for its faults");
    move(values.subarray(at, at + length), fault, dice.between(...sizes) * unitAt(series, at));
    const firstIndex = at;
    at += length;
    return { fault, firstIndex, lastIndex: at - 1 };
  });
  return { values, faults };
}
