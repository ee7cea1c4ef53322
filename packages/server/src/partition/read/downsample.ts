import type { EpochMs, TimeRange } from "@foreshock/core/fold";
import type { ChartPoints } from "../answers.ts";

/** Point-by-point columns of one chart, ascending in time; NaN = missing. */
export interface ChartColumns {
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly expected: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly score: Float64Array;
  readonly alarmScore: Float64Array;
}

type ReplyColumns = ChartPoints["columns"];

/**
 * At most `pointsMax` rows. Few points go out as they are; more are put into buckets of equal length
 * that start at multiples of it: `value` and the band are means, `min`/`max` the extremes, scores the
 * worst, so that no anomaly disappears. Buckets without a point are left out. Cost: O(points).
 */
export function downsample(
  columns: ChartColumns,
  range: TimeRange,
  pointsMax: number,
): ChartPoints {
  const count = columns.at.length;
  if (count <= pointsMax) return { stepMs: 0, columns: asTheyAre(columns) };
  const stepMs = Math.ceil((range.endMs - range.startMs) / Math.max(1, pointsMax - 1));
  const rows = new Buckets();
  let first = 0;
  while (first < count) {
    const startMs = Math.floor(columns.at[first]! / stepMs) * stepMs;
    let end = first + 1;
    while (end < count && columns.at[end]! < startMs + stepMs) end++;
    rows.add(startMs, columns, first, end);
    first = end;
  }
  return { stepMs, columns: rows.columns() };
}

function asTheyAre(columns: ChartColumns): ReplyColumns {
  const value = numbers(columns.value);
  return {
    at: Array.from(columns.at),
    value,
    min: value,
    max: value,
    expected: numbers(columns.expected),
    lower: numbers(columns.lower),
    upper: numbers(columns.upper),
    score: numbers(columns.score),
    alarmScore: numbers(columns.alarmScore),
  };
}

class Buckets {
  readonly #at: EpochMs[] = [];
  readonly #value: (number | null)[] = [];
  readonly #min: (number | null)[] = [];
  readonly #max: (number | null)[] = [];
  readonly #expected: (number | null)[] = [];
  readonly #lower: (number | null)[] = [];
  readonly #upper: (number | null)[] = [];
  readonly #score: (number | null)[] = [];
  readonly #alarmScore: (number | null)[] = [];

  add(startMs: EpochMs, columns: ChartColumns, first: number, end: number): void {
    this.#at.push(startMs);
    this.#value.push(mean(columns.value, first, end));
    this.#min.push(extreme(columns.value, first, end, -1));
    this.#max.push(extreme(columns.value, first, end, 1));
    this.#expected.push(mean(columns.expected, first, end));
    this.#lower.push(mean(columns.lower, first, end));
    this.#upper.push(mean(columns.upper, first, end));
    this.#score.push(extreme(columns.score, first, end, 1));
    this.#alarmScore.push(extreme(columns.alarmScore, first, end, 1));
  }

  columns(): ReplyColumns {
    return {
      at: this.#at,
      value: this.#value,
      min: this.#min,
      max: this.#max,
      expected: this.#expected,
      lower: this.#lower,
      upper: this.#upper,
      score: this.#score,
      alarmScore: this.#alarmScore,
    };
  }
}

function numbers(column: Float64Array): (number | null)[] {
  return Array.from(column, (value) => (Number.isFinite(value) ? value : null));
}

function mean(column: Float64Array, first: number, end: number): number | null {
  let sum = 0;
  let count = 0;
  for (let i = first; i < end; i++) {
    if (Number.isFinite(column[i]!)) {
      sum += column[i]!;
      count++;
    }
  }
  return count === 0 ? null : sum / count;
}

/** Largest (`sign` 1) or smallest (-1) known value. */
function extreme(column: Float64Array, first: number, end: number, sign: number): number | null {
  let best = Number.NEGATIVE_INFINITY;
  for (let i = first; i < end; i++) {
    const value = sign * column[i]!;
    if (Number.isFinite(value) && value > best) best = value;
  }
  return Number.isFinite(best) ? sign * best : null;
}
