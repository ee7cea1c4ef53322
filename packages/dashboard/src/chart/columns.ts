import type { PointsReply, Severity } from "@foreshock/client";
import { severityOf } from "../severity/severity.ts";

export type Columns = PointsReply["columns"];
/** What a small chart draws. */
export type DrawnColumns = Omit<Columns, "expected">;

/** Half-open run of points, by index. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Room above and below the drawn values, as a share of their reach. */
const PAD = 0.08;

/** Below it, doubles lose the digits that a scale needs. */
const TINY = 1e-300;

/**
 * Lowest and highest value to draw: values, their min and max, and the band. A flat series gets
 * room around it. [0, 1] where there is nothing to draw.
 */
export function valueDomain(columns: DrawnColumns): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of [columns.value, columns.min, columns.max, columns.lower, columns.upper]) {
    for (const value of column) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [0, 1];
  const room = PAD * reachOf(low, high);
  return [low - room, high + room];
}

/** The distance to draw over; where it drowns in the values' own precision, the values' size. */
function reachOf(low: number, high: number): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > size * 1e-12 && high - low > TINY) return high - low;
  return size > TINY ? size : 1;
}

/** So many of a series' usual steps without a point are a gap: nothing is known of the time in between. */
const GAP_STEPS = 3;

/** Runs of points that have a value; one without ends a line, and so does a time from which there is none. */
export function presentRuns(at: readonly number[], values: readonly (number | null)[]): Run[] {
  const gapMs = GAP_STEPS * usualStep(at);
  const present = runs(values.length, (i) => values[i] !== null && values[i] !== undefined);
  return present.flatMap((run) => [...cutAtGaps(run, at, gapMs)]);
}

function* cutAtGaps({ start, end }: Run, at: readonly number[], gapMs: number): Iterable<Run> {
  let from = start;
  for (let i = start + 1; i < end; i++) {
    if (at[i]! - at[i - 1]! <= gapMs) continue;
    yield { start: from, end: i };
    from = i;
  }
  yield { start: from, end };
}

/** The median step between neighbours; Infinity for fewer than two. */
function usualStep(at: readonly number[]): number {
  const steps = Float64Array.from({ length: Math.max(0, at.length - 1) }, (_, i) => {
    return at[i + 1]! - at[i]!;
  }).sort();
  return steps[steps.length >> 1] ?? Number.POSITIVE_INFINITY;
}

/** Runs of points whose score is anomalous, each with its worst severity. */
export function anomalousRuns(
  scores: readonly (number | null)[],
): (Run & { readonly severity: Severity })[] {
  return runs(scores.length, (i) => (scores[i] ?? 0) >= 0.5).map((run) => {
    let worst = 0;
    for (let i = run.start; i < run.end; i++) worst = Math.max(worst, scores[i] ?? 0);
    return { ...run, severity: severityOf(worst) };
  });
}

function runs(length: number, holds: (index: number) => boolean): Run[] {
  const found: Run[] = [];
  let start = -1;
  for (let i = 0; i <= length; i++) {
    const inside = i < length && holds(i);
    if (inside && start < 0) start = i;
    if (!inside && start >= 0) {
      found.push({ start, end: i });
      start = -1;
    }
  }
  return found;
}
