import type { TimeRange } from "@foreshock/core/fold";
import type { SmallChart } from "../platform/page-rows.ts";
import type { PointsReply } from "../platform/platform.ts";

type Column = readonly (number | null)[];

/** A picture a hundred pixels high shows no more: steps of its reach. */
const STEPS = 1000;
/** Scores keep their word: they are cut off, not rounded, so that 0.49999 does not turn into 0.5. */
const SCORE_STEPS = 10_000;

/** What a small picture of a series needs, in few characters. Cost: O(points). */
export function smallChart(
  { series, stepMs, columns }: PointsReply,
  { startMs, endMs }: TimeRange,
): SmallChart {
  const { at, value, min, max, lower, upper, score, alarmScore } = columns;
  const rounded = roundedTo(reachOf([value, min, max, lower, upper]));
  const cut = (given: number) => Math.floor(given * SCORE_STEPS) / SCORE_STEPS;
  return {
    seriesId: series.id,
    startMs,
    endMs,
    stepMs,
    columns: {
      at,
      value: each(value, rounded),
      min: each(min, rounded),
      max: each(max, rounded),
      lower: each(lower, rounded),
      upper: each(upper, rounded),
      score: each(score, cut),
      alarmScore: each(alarmScore, cut),
    },
  };
}

/** Missing values stay missing. */
function each(column: Column, change: (value: number) => number): (number | null)[] {
  return Array.from(column, (value) =>
    value === null || Number.isNaN(value) ? null : change(value),
  );
}

function reachOf(columns: readonly Column[]): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (const value of column) {
      if (value === null || Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high - low;
}

/** To the decimal that is at most a thousandth of the reach; as it is where there is no such decimal. */
function roundedTo(reach: number): (value: number) => number {
  const digits = Math.ceil(Math.log10(STEPS / reach));
  if (!Number.isFinite(digits) || Math.abs(digits) > 300) return (value) => value;
  const unit = 10 ** Math.abs(digits);
  if (digits < 0) return (value) => Math.round(value / unit) * unit;
  return (value) => {
    const steps = value * unit;
    return Math.abs(steps) < Number.MAX_SAFE_INTEGER ? Math.round(steps) / unit : value;
  };
}
