import { MetricSeries } from "@foreshock/core";
/** A golden series of the research folder: input, and what the reference makes of it. */
export interface GoldenSeries {
  readonly name: string;
  /** Median step of the stamps, which the reference is given. */
  readonly intervalMs: number;
  readonly timestampsMs: Float64Array;
  /** NaN = missing, in all columns. */
  readonly values: Float64Array;
  readonly expected: Float64Array;
  readonly nonconformity: Float64Array;
  readonly p: Float64Array;
  readonly score: Float64Array;
}
/** All golden series under `sharedDir`, in the order of their names. */
export declare function readGolden(sharedDir: string): GoldenSeries[];
/**
 * Scores every golden series and writes `outDir/<name>.csv` (index,expected,score) for the
 * reference's own check, `golden.py compare outDir`. Gives the files written.
 */
export declare function writeGolden(sharedDir: string, outDir: string): string[];
export declare function seriesOfGolden({ name, timestampsMs, values }: GoldenSeries): MetricSeries;
