import { CsvError } from "./csv-error.ts";

/** Takes one record as it stands; `line` is that of its first character, counted from 1. */
export type RecordTaker = (record: string, line: number) => void;

/** Longest record in characters; 10,000 columns of 20 digits are 210,000. */
const RECORD_LENGTH_MAX = 4 * 1024 * 1024;
/** Fields of one record: as many as a body may have points. */
export const COLUMNS_MAX = 200_000;

const CARRIAGE_RETURN = 13;
const HASH = "#".charCodeAt(0);

/**
 * Cuts text that comes in pieces into records. Every character is looked at a fixed number of times,
 * however the quotes, the line ends and the pieces fall.
 */
export class CsvSplitter {
  /** Line on which the next record begins. */
  line = 1;
  /** Lines met so far that hold nothing. */
  blankLines = 0;
  readonly #name: string;
  readonly #take: RecordTaker;
  /** The record in hand, as far as it came with earlier pieces. */
  #pieces: string[] = [];
  #length = 0;
  /** Whether the record in hand stands inside quotes where the last piece ended. */
  #isOpen = false;

  constructor(name: string, take: RecordTaker) {
    this.#name = name;
    this.#take = take;
  }

  /** @throws CsvError for broken quoting, and for records that are too long or too wide. */
  push(piece: string): void {
    let start = 0;
    let quote = piece.indexOf('"');
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", end + 1)) {
      // Quotes of a comment are text. A quote that was passed is never looked for again.
      if (this.#isComment(piece, start)) {
        while (quote >= 0 && quote < end) quote = piece.indexOf('"', quote + 1);
      }
      // Line ends inside quotes belong to a field.
      for (; quote >= 0 && quote < end; quote = piece.indexOf('"', quote + 1)) {
        this.#isOpen = !this.#isOpen;
      }
      if (this.#isOpen) continue;
      this.#close(piece, start, end);
      start = end + 1;
    }
    if (!this.#isComment(piece, start)) {
      for (; quote >= 0; quote = piece.indexOf('"', quote + 1)) this.#isOpen = !this.#isOpen;
    }
    if (start < piece.length) this.#keep(piece.slice(start));
  }

  end(): void {
    if (this.#isOpen) {
      throw this.#refusal("a quote is opened and never closed", "close it before the line ends");
    }
    if (this.#pieces.length > 0) this.#close("", 0, 0);
  }

  #isComment(piece: string, start: number): boolean {
    if (this.#isOpen) return false;
    const first = this.#pieces[0];
    return (first === undefined ? piece.charCodeAt(start) : first.charCodeAt(0)) === HASH;
  }

  #keep(rest: string): void {
    this.#pieces.push(rest);
    this.#length += rest.length;
    if (this.#length <= RECORD_LENGTH_MAX) return;
    throw this.#refusal(
      `a record of more than ${RECORD_LENGTH_MAX} characters`,
      "close the quote that is open, or split the columns over several files",
    );
  }

  /** The record in hand ends with what stands in [start, end) of the piece. */
  #close(piece: string, start: number, end: number): void {
    if (this.#pieces.length === 0) {
      const isBlank =
        start === end || (end === start + 1 && piece.charCodeAt(start) === CARRIAGE_RETURN);
      if (isBlank) this.#blank();
      else this.#record(piece.slice(start, end));
      return;
    }
    this.#pieces.push(piece.slice(start, end));
    const record = this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    this.#record(record);
  }

  #blank(): void {
    this.line++;
    this.blankLines++;
  }

  #record(raw: string): void {
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (text.trim() === "") {
      this.#blank();
      return;
    }
    const { line } = this;
    this.line += 1 + newlines(text);
    this.#take(text, line);
  }

  #refusal(problem: string, remedy: string): CsvError {
    return new CsvError(this.#name, this.line, problem, remedy);
  }
}

/**
 * Fields of a record; undefined when a quote stands where none may. One field more than may be where
 * there are too many.
 */
export function splitRecord(text: string, delimiter: string): string[] | undefined {
  return text.includes('"') ? splitQuoted(text, delimiter) : text.split(delimiter, COLUMNS_MAX + 1);
}

/** As `splitRecord`. @throws CsvError for a quote where none may stand, and too many fields. */
export function fieldsOf(text: string, delimiter: string, name: string, line: number): string[] {
  const fields = splitRecord(text, delimiter);
  if (fields === undefined) {
    const remedy = 'put the whole field into quotes and write "" for a quote inside it';
    throw new CsvError(name, line, "a quote in the middle of a field", remedy);
  }
  if (fields.length > COLUMNS_MAX) {
    const remedy = "split the columns over several files, or write one row per point";
    throw new CsvError(name, line, `a record of more than ${COLUMNS_MAX} columns`, remedy);
  }
  return fields;
}

function splitQuoted(text: string, delimiter: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  while (fields.length <= COLUMNS_MAX) {
    let end: number;
    if (text.charAt(at) === '"') {
      end = closingQuote(text, at + 1);
      if (end < 0) return undefined;
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
      if (end < text.length && text.charAt(end) !== delimiter) return undefined;
    } else {
      const next = text.indexOf(delimiter, at);
      end = next < 0 ? text.length : next;
      const field = text.slice(at, end);
      if (field.includes('"')) return undefined;
      fields.push(field);
    }
    if (end >= text.length) break;
    at = end + 1;
  }
  return fields;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text.charAt(at + 1) === '"') at = text.indexOf('"', at + 2);
  return at;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
