import type { TimeUnit } from "./epoch.ts";

/** How a file's time column is read. */
export interface TimeReading {
  /** In words: "epoch seconds", "month/day/year in UTC". */
  readonly how: string;
  /** Worth saying without being asked: whoever wrote the file may have meant something else. */
  readonly remarkable: boolean;
  /** Epoch milliseconds; NaN for a text that is no time of this kind. */
  read(text: string): number;
  /** What is wrong with a text that gave NaN, where there is more to say than "not a valid time". */
  whyNot?(text: string): TimeProblem | undefined;
}

/** What is wrong with a time, and what to do. */
export interface TimeProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** A time column as far as it was read before anything is decided. */
export interface TimeColumn {
  /** Of the column; "" where it has none. */
  readonly name: string;
  readonly texts: readonly string[];
  /** No more rows will come before it must be decided. */
  readonly isAll: boolean;
}

export interface TimeOptions {
  readonly timeUnit?: TimeUnit | undefined;
  readonly timeFormat?: string | undefined;
  readonly zone?: string | undefined;
  readonly realTimesOnly?: boolean | undefined;
}

/** A decision, a refusal for the text at `index`, or "more" rows that are wanted first. */
export type TimeDecision =
  | { readonly reading: TimeReading }
  | { readonly index: number; readonly refused: TimeProblem }
  | "more";

/** A time as written to epoch milliseconds: the zone in the text, else the one that was told. */
export type ToInstant = (localMs: number, offsetMs: number | undefined) => number;
