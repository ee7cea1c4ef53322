import { medianOfSorted } from "@foreshock/core/fold";

/** Index ranges of a series, both ends included. */
export type IndexRange = readonly [first: number, last: number];

/** One labelled series, or one labelled node of several metrics. */
export interface LabelledSeries {
  readonly dataset: string;
  /** Category, domain or service system. */
  readonly group: string;
  /** Unique within the data set. */
  readonly series: string;
  /** Ascending; sources repeat stamps. */
  readonly timestampsMs: Float64Array;
  /** One column per metric, NaN = missing. */
  readonly columns: readonly Float64Array[];
  readonly metricNames: readonly string[];
  /** 1 = anomalous. */
  readonly labels: Uint8Array;
  /** Median step. */
  readonly intervalMs: number;
  /** What the publisher calls one anomaly. */
  readonly windows: readonly IndexRange[];
  /** Rows before it are for learning only; undefined where the source does not say. */
  readonly trainEnd: number | undefined;
  /** Which metrics an incident shows in, by column. */
  readonly causes: readonly { readonly range: IndexRange; readonly columns: readonly number[] }[];
}

/** Runs of 1, first and last index included. Empty where there is none. */
export function runsOf(labels: ArrayLike<number>): IndexRange[] {
  const runs: IndexRange[] = [];
  let first = -1;
  for (let i = 0; i <= labels.length; i++) {
    const on = i < labels.length && labels[i]! > 0;
    if (on && first < 0) first = i;
    if (!on && first >= 0) {
      runs.push([first, i - 1]);
      first = -1;
    }
  }
  return runs;
}

/** Median of the steps (the mean of the middle two where there are two); 0 for a single point. */
export function medianStep(timestamps: Float64Array): number {
  if (timestamps.length < 2) return 0;
  const steps = timestamps.subarray(1).map((at, i) => at - timestamps[i]!);
  return median(steps);
}

/** NaN for no numbers. Does not change what it is given. */
export function median(values: Float64Array): number {
  return medianOfSorted(values.toSorted());
}
