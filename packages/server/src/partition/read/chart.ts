import { BAND_SCALES, FoldRow, firstAtOrAfter, type TimeRange } from "@foreshock/core/fold";
import type { PartitionStore } from "../../store/partition/partition-store.ts";
import type { ChartPoints } from "../answers.ts";
import { foldOf, type LiveSeries } from "../live-series.ts";
import { type ChartColumns, downsample } from "./downsample.ts";

export interface ChartQuestion {
  readonly range: TimeRange;
  readonly pointsMax: number;
}

/**
 * The points of a range with what was expected of them and their score. Nothing of that is stored:
 * the series is folded again from the newest saved state before the range, which gives what was
 * said when the points came, bit for bit. Cost: O(points from that state to the end of the range).
 */
export function chartOf(
  store: PartitionStore,
  series: LiveSeries,
  { range, pointsMax }: ChartQuestion,
): ChartPoints {
  return downsample(scoredPoints(store, series, range), range, pointsMax);
}

/** Counters as rates, missing points and the ends of series as NaN. */
export function scoredPoints(
  store: PartitionStore,
  series: LiveSeries,
  range: TimeRange,
): ChartColumns & { readonly p: Float64Array } {
  const saved = store.states.load(series.storeId, range.startMs - 1);
  const fold = foldOf(series.metadata, saved);
  const startMs = fold.pointCount === 0 ? 0 : fold.lastMs + 1;
  const { timestampsMs, values } = store.read(series.storeId, { startMs, endMs: range.endMs });
  const first = firstAtOrAfter(timestampsMs, range.startMs);
  const columns = emptyColumns(timestampsMs.subarray(first));
  const row = new FoldRow();
  for (let i = 0; i < values.length; i++) {
    fold.push(timestampsMs[i]!, values[i]!, row);
    if (i < first) continue;
    const { level } = row;
    const reach = BAND_SCALES * row.scale;
    const k = i - first;
    columns.value[k] = fold.lastValue;
    columns.expected[k] = level;
    columns.lower[k] = level - reach;
    columns.upper[k] = level + reach;
    columns.score[k] = row.score;
    columns.alarmScore[k] = Math.min(1, row.alarmScore);
    columns.p[k] = row.p;
  }
  return columns;
}

function emptyColumns(at: Float64Array): ChartColumns & { readonly p: Float64Array } {
  const column = (): Float64Array => new Float64Array(at.length);
  return {
    at,
    value: column(),
    expected: column(),
    lower: column(),
    upper: column(),
    score: column(),
    alarmScore: column(),
    p: column(),
  };
}
