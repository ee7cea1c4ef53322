import type { RankColumn } from "@foreshock/core/fold";

/** One incident over a whole cluster: which node is its root? */
export interface IncidentCase {
  readonly dataset: string;
  /** System, scenario or day. */
  readonly group: string;
  readonly name: string;
  readonly timestampsMs: Float64Array;
  readonly columns: readonly RankColumn[];
  /** One per column, NaN = missing. */
  readonly values: readonly Float64Array[];
  /** Half-open row ranges: fault-free, and the incident. */
  readonly normal: readonly [start: number, end: number];
  readonly abnormal: readonly [start: number, end: number];
  readonly rootNode: string;
  /** Metrics of the root that show the fault; empty where not labelled. */
  readonly rootMetrics: readonly string[];
  readonly fault: string;
  /** Calls between nodes, if the source has them. */
  readonly edges: readonly (readonly [caller: string, callee: string])[];
  /** Fault-free rows of the whole recording, where they are more than `normal`. */
  readonly normalRows: Int32Array | undefined;
}
