import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError } from "./csv-error.ts";
import { type CsvRecordTaker, CsvSplitter, CsvText } from "./csv-splitter.ts";

/** Where the bytes come from: a file, standard input, the body of a request. Gzip is recognised. */
export interface CsvSource {
  /** Stands in front of every error message. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

const GZIP_MAGIC = [0x1f, 0x8b];

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
  const splitter = new CsvSplitter(source.name, take);
  const text = new CsvText(source.name);
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
