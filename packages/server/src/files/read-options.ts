import type { TimeUnit } from "./time/epoch.ts";

/**
 * narrow: `timestamp,value`. wide: `timestamp,m1,m2,...`. long: one row per point, with columns
 * among `cluster,node,metric,timestamp,value`. A wide file may carry `cluster` and `node` columns.
 */
export const CSV_FORMATS = ["narrow", "wide", "long"] as const;
export type CsvFormat = (typeof CSV_FORMATS)[number];

export const DECIMAL_MARKS = ["point", "comma"] as const;
/** What stands between the whole and its parts: 12.5 or 12,5. */
export type DecimalMark = (typeof DECIMAL_MARKS)[number];

/** What a caller says about a file; everything left out is told by the file itself, or refused. */
export interface CsvOptions {
  /** The time column by name, or by its number counted from 1. */
  readonly time?: string | undefined;
  /** Unit of numbers in the time column; by default told by their size. */
  readonly timeUnit?: TimeUnit | undefined;
  /** How times are written: `excel`, or tokens such as `dd/MM/yyyy HH:mm`. */
  readonly timeFormat?: string | undefined;
  /** Where times without a zone were written, such as Europe/Berlin; UTC by default. */
  readonly zone?: string | undefined;
  readonly decimal?: DecimalMark | undefined;
  /** Lines before the header. */
  readonly skip?: number | undefined;
  /** Names of the value columns; by default all that is left. */
  readonly values?: readonly string[] | undefined;
  /** Columns that tell series apart: `cluster=COL`, `node=COL`, `metric=COL`, or their own names. */
  readonly by?: readonly string[] | undefined;
  /** Patterns of metrics that are cumulative counters; `*` stands for any text. */
  readonly counters?: readonly string[] | undefined;
  readonly format?: CsvFormat | undefined;
  /** Names where no column gives them. */
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
  /** Refuses times that count from an origin of their own: whoever stores them needs real ones. */
  readonly realTimesOnly?: boolean | undefined;
}
