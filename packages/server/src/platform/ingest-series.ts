import type { RateState } from "./admission.ts";

/** One series worth of points as they came; the platform copies what it keeps. */
export interface IngestSeries {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * True: its sender says that it is a cumulative counter, which the platform turns into a rate per second
   * (a reset is a missing point). False: its sender says that it is none. Left out: nothing is said.
   */
  readonly counter?: boolean;
  /** Where nothing is said: whether it is a counter by the names that its kind of sender gives. */
  readonly likelyCounter?: boolean;
  readonly timestampsMs: Float64Array;
  /** NaN = missing (a gap); infinities are rejected per point. */
  readonly values: Float64Array;
  /** Points whose value is a staleness marker: the series ended here. Indices into the columns. */
  readonly staleAt?: readonly number[];
}

/** What became of points that a store has taken; their sum is their number. */
export interface PutPoints {
  /** At their instant there was no point before: the store holds as many more. */
  readonly storedPoints: number;
  /** The same value was there, from before or from the same batch. */
  readonly duplicatePoints: number;
  /** Another value was there, which they replaced. */
  readonly overwrittenPoints: number;
}

export const NOTHING_PUT: PutPoints = {
  storedPoints: 0,
  duplicatePoints: 0,
  overwrittenPoints: 0,
};

export function sumOfPut(a: PutPoints, b: PutPoints): PutPoints {
  return {
    storedPoints: a.storedPoints + b.storedPoints,
    duplicatePoints: a.duplicatePoints + b.duplicatePoints,
    overwrittenPoints: a.overwrittenPoints + b.overwrittenPoints,
  };
}

export type RejectReason =
  | "future"
  | "too-late"
  | "infinite"
  | "series-limit"
  /** The series is new, and the server has no memory for it. */
  | "memory-limit"
  | "invalid-time"
  | "invalid-labels";

export interface IngestReport {
  /** State of the tenant's rate of points; absent when no points were counted. */
  readonly rate?: RateState;
  /** Those that were stored, and those that changed nothing or replaced another value. */
  readonly acceptedPoints: number;
  /** What became of the accepted ones; left out where nobody has looked. */
  readonly put?: PutPoints;
  readonly rejectedPoints: number;
  readonly rejected: readonly {
    readonly reason: RejectReason;
    readonly points: number;
    /** The first few places, for the error message: "cluster/node/metric". */
    readonly examples: readonly string[];
  }[];
}
