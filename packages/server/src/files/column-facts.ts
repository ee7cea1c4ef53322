import { writtenTime } from "./time/calendar.ts";
import { epochUnitOf } from "./time/epoch.ts";
import { isNumberish } from "./value/number-reader.ts";

/** What the first rows of a file hold in one column. */
export interface ColumnFacts {
  /** empty: nothing anywhere; time: dates; number: numbers and missing values; text: the rest. */
  readonly kind: "empty" | "time" | "number" | "text";
  /** Different texts among the first rows. */
  readonly distinct: number;
  readonly filled: number;
  /** Whole numbers that go up by one from row to row: row numbers. */
  readonly isRowNumber: boolean;
  /** Nothing but true and false. */
  readonly isTruth: boolean;
  /** Times of day without a date. */
  readonly isClock: boolean;
  /** Dates without a time of day. */
  readonly isDay: boolean;
  /** Epoch numbers of one unit that never go down. */
  readonly isEpoch: boolean;
}

/** Cost: one look at every field. */
export function columnFacts(rows: readonly (readonly string[])[], column: number): ColumnFacts {
  const texts = rows.map((row) => (row[column] ?? "").trim());
  const filled = texts.filter((text) => text !== "");
  return {
    kind: kindOf(filled),
    distinct: new Set(filled).size,
    filled: filled.length,
    isRowNumber: isRowNumber(filled, texts.length),
    isClock: filled.length > 0 && filled.every((text) => /^\d{1,2}:\d{2}(?:$|[: ])/.test(text)),
    isDay: filled.length > 0 && filled.every((text) => !text.includes(":") && isDate(text)),
    isEpoch: isEpoch(filled),
    isTruth: filled.length > 0 && filled.every((text) => /^(?:true|false)$/i.test(text)),
  };
}

function kindOf(filled: readonly string[]): ColumnFacts["kind"] {
  if (filled.length === 0) return "empty";
  const dates = filled.filter(isDate).length;
  if (dates * 2 > filled.length) return "time";
  const numbers = filled.filter(isNumberish).length;
  return numbers * 2 >= filled.length ? "number" : "text";
}

/** A date as such: numbers are not. */
export function isDate(text: string): boolean {
  // Every shape of date holds at least four digits or letters, and a digit.
  if (text.length < 6 || /^[-+]?\d+(?:[.,]\d+)?$/.test(text)) return false;
  return (
    writtenTime(text, "day first") !== undefined || writtenTime(text, "month first") !== undefined
  );
}

function isEpoch(filled: readonly string[]): boolean {
  const values = filled.map(Number);
  const unit = epochUnitOf(values[0] ?? Number.NaN);
  return (
    unit !== undefined &&
    values.every((value, i) => epochUnitOf(value) === unit && (i === 0 || value >= values[i - 1]!))
  );
}

function isRowNumber(filled: readonly string[], rows: number): boolean {
  if (filled.length < rows || rows === 0) return false;
  const first = Number(filled[0]);
  if (!/^\d{1,9}$/.test(filled[0]!)) return false;
  return filled.every((text, i) => text === String(first + i));
}
