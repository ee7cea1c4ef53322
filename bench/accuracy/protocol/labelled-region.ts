import type { LabelledSeries } from "../datasets/record.ts";
import { tsbWindow } from "../metrics/tsb-window.ts";

/** Rows left out where the source names no training part. */
const TRAIN_SHARE = 0.15;

/** The part of a series that counts: what comes after its training rows. */
export interface LabelledRegion {
  readonly record: LabelledSeries;
  readonly start: number;
  readonly labels: Uint8Array;
  readonly timestampsMs: Float64Array;
  readonly hasEvents: boolean;
  /** Buffer length of VUS for this series. */
  readonly vusWindow: number;
}

/** Cost: the autocorrelation of the first metric where the region has events. */
export function labelledRegion(record: LabelledSeries): LabelledRegion {
  const start = record.trainEnd ?? Math.floor(TRAIN_SHARE * record.labels.length);
  const labels = record.labels.subarray(start);
  const hasEvents = labels.includes(1);
  return {
    record,
    start,
    labels,
    timestampsMs: record.timestampsMs.subarray(start),
    hasEvents,
    vusWindow: hasEvents ? tsbWindow(rhythmOf(record, start)) : 0,
  };
}

/**
 * What the buffer of VUS takes its length from. A single series: all of it, as eval/score.py has it. A
 * node: the rows that count of its first metric, as reference/evaluate.py took the node figures that
 * the goals quote; by the whole metric the same scores give .49 instead of .57 on asd.
 */
function rhythmOf({ columns }: LabelledSeries, start: number): Float64Array {
  return columns.length > 1 ? columns[0]!.subarray(start) : columns[0]!;
}
