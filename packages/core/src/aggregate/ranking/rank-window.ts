import { Refusal } from "../../model/refusal.ts";
import { type EpochMs, timeRange } from "../../model/time.ts";
import { firstAtOrAfter } from "../../stats/bisect.ts";
import { columnSummaries, summarizeColumn } from "./column-summary.ts";
import { type RankOptions, rankColumns, type WindowRanking } from "./rank-columns.ts";
import { type RankColumn, rankLayout } from "./rank-layout.ts";
import { planWindow } from "./window-plan.ts";

export interface RankWindowInput extends RankOptions {
  /** Ascending; one a row. */
  readonly timestampsMs: Float64Array;
  /** One metric of one node of the cluster each. */
  readonly columns: readonly RankColumn[];
  /** Samples by column, as long as the timestamps; NaN = missing. */
  readonly values: readonly Float64Array[];
  /** Tail probabilities of the same rows by column; 1 (or NaN) where missing. */
  readonly p: readonly Float64Array[];
  /** The window [startMs, endMs); nothing at or after its end is used. */
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/**
 * Which node, and which metric of it, misbehaves most in a window, learnt from the 1,440 rows before it
 * (without the guard, see `WindowPlan`). Empty lists and score 0 where the window has no rows.
 *
 * Cost: O(rows x columns), then O(columns x earlier windows).
 *
 * @throws Refusal "range/empty" | "series/length-mismatch"
 */
export function rankWindow(input: RankWindowInput): WindowRanking {
  const { timestampsMs, columns, values, p } = input;
  timeRange(input.startMs, input.endMs);
  checkLengths(input);
  const start = firstAtOrAfter(timestampsMs, input.startMs);
  const end = firstAtOrAfter(timestampsMs, input.endMs);
  if (start === end || columns.length === 0) {
    return { nodes: [], metrics: [], score: 0, changedMeanings: [] };
  }
  const plan = planWindow(start, end);
  const summaries = columnSummaries(columns.length, plan.pastStarts.length + 1);
  for (let c = 0; c < columns.length; c++) {
    summarizeColumn(plan, { timestampsMs, values: values[c]!, p: p[c]! }, c, summaries);
  }
  return rankColumns(rankLayout(columns), summaries, end - start, input);
}

function checkLengths({ timestampsMs, columns, values, p }: RankWindowInput): void {
  const rows = timestampsMs.length;
  const even = [...values, ...p].every((column) => column.length === rows);
  if (values.length !== columns.length || p.length !== columns.length || !even) {
    throw new Refusal(
      "series/length-mismatch",
      "give one column of values and one of p for every (node, metric), as long as the timestamps",
      { rows, columns: columns.length, values: values.length, p: p.length },
    );
  }
}
