import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";

/** A gzipped CSV in memory: fields by row, as text. */
export interface PackedCsv {
  /** Trimmed names of the columns; empty without a header. */
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** @throws where the file is not there, not gzip or not CSV, naming it. */
export function readPackedCsv(path: string): PackedCsv {
  const [head = [], ...rows] = readRows(path);
  return { names: head.map((name) => name.trim()), rows };
}

/** All rows, the header among them. Rows may be longer than the header (the rest is not named). */
export function readRows(path: string): string[][] {
  const text = gunzipSync(readFileSync(path)).toString("utf8");
  // Files of numbers have no quotes: splitting them is ten times faster than parsing them.
  if (!text.includes('"')) {
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => line.replace(/\r$/, "").split(","));
  }
  return parse(text, { relax_column_count: true, skip_empty_lines: true });
}

/** Column `at` as numbers; NaN for what is empty or no number. */
export function numbersAt(rows: PackedCsv["rows"], at: number): Float64Array {
  return Float64Array.from(rows, (row) => numberOf(row[at]));
}

/** A named column as numbers. @throws where the file has no such column. */
export function numbersOf({ names, rows }: PackedCsv, name: string): Float64Array {
  const at = names.indexOf(name);
  if (at < 0) throw new Error(`no column ${name} among ${names.join(", ")}`);
  return numbersAt(rows, at);
}

function numberOf(text: string | undefined): number {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? Number.NaN : Number(trimmed);
}

/**
 * Whole seconds of a time without zone (read as UTC) or with Z: `2014-04-10 07:15:00.000000`.
 * NaN for anything else.
 */
export function epochSeconds(text: string): number {
  const iso = text.trim().replace(" ", "T");
  return Math.floor(Date.parse(iso.endsWith("Z") ? iso : `${iso}Z`) / 1000);
}
