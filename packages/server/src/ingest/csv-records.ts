import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { largestOf } from "@foreshock/core/fold";
import { CsvError } from "./csv-error.ts";

/** Where the bytes come from: a file, standard input, the body of a request. Gzip is recognised. */
export interface CsvSource {
  /** Stands in front of every error message. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Takes one record; `line` is that of its first character, counted from 1. */
export type CsvRecordTaker = (fields: string[], line: number) => void;

/** Longest record in characters; 10,000 columns of 20 digits are 210,000. */
const RECORD_LENGTH_MAX = 4 * 1024 * 1024;

const GZIP_MAGIC = [0x1f, 0x8b];
const DELIMITERS = [",", ";", "\t"];

/**
 * Hands over every record of a CSV (RFC 4180, `\n` or `\r\n`, blank lines skipped), yielding once
 * per chunk read so that the caller can pass on what it has. Comma, semicolon or tab: whichever the
 * first record holds most of. Our own splitter, because it was measured: see docs/DECISIONS.md.
 *
 * Cost: one slice per field; memory is one chunk and one open record.
 *
 * @throws CsvError for broken quoting, broken gzip, text that is not UTF-8, endless records.
 */
export async function* readCsvRecords(
  source: CsvSource,
  take: CsvRecordTaker,
): AsyncGenerator<void> {
  const splitter = new RecordSplitter(source.name, take);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new CsvError(source.name, splitter.line, "not UTF-8 text", "save the file as UTF-8");
    }
  };
  for await (const bytes of gunzipped(source)) {
    splitter.push(decode(bytes));
    yield;
  }
  splitter.push(decode());
  splitter.end();
  yield;
}

class RecordSplitter {
  /** Line on which the next record begins. */
  line = 1;
  readonly #name: string;
  readonly #take: CsvRecordTaker;
  #rest = "";
  #delimiter: string | undefined;

  constructor(name: string, take: CsvRecordTaker) {
    this.#name = name;
    this.#take = take;
  }

  push(chunk: string): void {
    const text = this.#rest === "" ? chunk : this.#rest + chunk;
    const quoted = text.includes('"');
    let start = 0;
    for (;;) {
      const end = quoted ? endOfRecord(text, start) : text.indexOf("\n", start);
      if (end < 0) break;
      this.#record(text.slice(start, end), quoted);
      start = end + 1;
    }
    this.#rest = start === 0 ? text : text.slice(start);
    if (this.#rest.length > RECORD_LENGTH_MAX) {
      throw this.#refusal(
        `a record of more than ${RECORD_LENGTH_MAX} characters`,
        "close the quote that is open, or split the columns over several files",
      );
    }
  }

  end(): void {
    if (this.#rest.includes('"') && endOfRecord(`${this.#rest}\n`, 0) < 0) {
      throw this.#refusal("a quote is opened and never closed", "close it before the line ends");
    }
    this.#record(this.#rest, true);
    this.#rest = "";
  }

  #record(raw: string, mayBeQuoted: boolean): void {
    const text = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const line = this.line;
    this.line += 1;
    if (text.trim() === "") return;
    this.#delimiter ??= likeliestDelimiter(text);
    if (!mayBeQuoted || !text.includes('"')) {
      this.#take(text.split(this.#delimiter), line);
      return;
    }
    const fields = splitQuoted(text, this.#delimiter);
    if (fields === undefined) {
      this.line = line;
      throw this.#refusal(
        "a quote in the middle of a field",
        'put the whole field into quotes and write "" for a quote inside it',
      );
    }
    this.line += newlines(text);
    this.#take(fields, line);
  }

  #refusal(problem: string, remedy: string): CsvError {
    return new CsvError(this.#name, this.line, problem, remedy);
  }
}

/** Index of the line end that closes the record, or -1: line ends inside quotes belong to a field. */
function endOfRecord(text: string, start: number): number {
  let end = text.indexOf("\n", start);
  let quote = text.indexOf('"', start);
  let open = false;
  while (end >= 0) {
    while (quote >= 0 && quote < end) {
      open = !open;
      quote = text.indexOf('"', quote + 1);
    }
    if (!open) return end;
    end = text.indexOf("\n", end + 1);
  }
  return -1;
}

/** Fields of a record that holds quotes; undefined when a quote stands where none may. */
function splitQuoted(text: string, delimiter: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
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
    if (end >= text.length) return fields;
    at = end + 1;
  }
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

function likeliestDelimiter(header: string): string {
  const plain = header.replaceAll(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => plain.split(delimiter).length);
  return DELIMITERS[counts.indexOf(largestOf(counts))]!;
}

/** The bytes, unpacked when they begin like gzip, whatever the file is called. */
async function* gunzipped({ name, bytes }: CsvSource): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < GZIP_MAGIC.length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = resumed(head, iterator);
  if (!GZIP_MAGIC.every((byte, i) => head[i] === byte)) {
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  pipeline(Readable.from(all), gunzip, () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!code.startsWith("Z_")) throw error;
    const reason = (error as Error).message;
    throw new CsvError(name, 0, `broken gzip (${reason})`, "compress it again or give it plain");
  }
}

async function* resumed(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
