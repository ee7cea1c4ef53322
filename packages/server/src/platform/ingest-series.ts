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
  readonly acceptedPoints: number;
  readonly rejectedPoints: number;
  readonly rejected: readonly {
    readonly reason: RejectReason;
    readonly points: number;
    /** The first few places, for the error message: "cluster/node/metric". */
    readonly examples: readonly string[];
  }[];
}
