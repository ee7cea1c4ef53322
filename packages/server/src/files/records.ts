import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError } from "./csv-error.ts";
import { likeliestDelimiter } from "./delimiter.ts";
import type { FileDescription } from "./description.ts";
import { FileReader, type FileReaderOptions } from "./file-reader.ts";
import { FileText } from "./file-text.ts";
import type { CsvBatch } from "./rows.ts";
import { CsvSplitter, fieldsOf } from "./splitter.ts";

/** Where the bytes come from: a file, standard input, the body of a request. Gzip is recognised. */
export interface CsvSource {
  /** Stands in front of every error message. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const GZIP_MAGIC = [0x1f, 0x8b];

/** Values in a batch, about: half a megabyte, small enough to hold many uploads at once. */
const BATCH_VALUES = 65_536;

/**
 * Reads a file row by row in batches of bounded size; the file may be far larger than memory.
 *
 * @param described called once at the end with how the file was read
 * @throws CsvError naming file, line and remedy for the first row that cannot be read.
 */
export async function* csvBatches(
  source: CsvSource,
  options: FileReaderOptions = {},
  described: (description: FileDescription) => void = () => {},
): AsyncGenerator<CsvBatch> {
  const reader = new FileReader(source.name, { strictNames: true, ...options });
  const text = new FileText(source.name);
  for await (const bytes of gunzipped(source)) {
    reader.push(text.of(bytes, reader.line));
    const batch = reader.valueCount >= BATCH_VALUES ? reader.flush() : undefined;
    if (batch !== undefined) yield batch;
  }
  reader.push(text.of(undefined, reader.line));
  reader.end();
  reader.demandClear();
  described(reader.description(text.encoding));
  const last = reader.flush()!;
  if (last.rowCount > 0 || last.entities.length === 0) yield last;
}

/**
 * Hands over every record of a plain CSV (RFC 4180, `\n` or `\r\n`, blank lines skipped), yielding once
 * per chunk read so that the caller can pass on what it has. Comma, semicolon, tab or bar: whichever
 * the first record holds most of. Our own splitter, because it was measured: see docs/DECISIONS.md.
 *
 * @throws CsvError for broken quoting, broken gzip, bytes that are no text, endless records.
 */
export async function* readCsvRecords(
  source: CsvSource,
  take: (fields: string[], line: number) => void,
): AsyncGenerator<void> {
  let delimiter: string | undefined;
  const splitter = new CsvSplitter(source.name, (record, line) => {
    delimiter ??= likeliestDelimiter([{ text: record, line }]);
    take(fieldsOf(record, delimiter, source.name, line), line);
  });
  const text = new FileText(source.name);
  for await (const bytes of gunzipped(source)) {
    splitter.push(text.of(bytes, splitter.line));
    yield;
  }
  splitter.push(text.of(undefined, splitter.line));
  splitter.end();
  yield;
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
