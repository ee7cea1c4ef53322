import { unpackedBody } from "../ingest/body-encoding.ts";
import { readCsv } from "../ingest/csv-body.ts";
import { IngestProblem } from "../ingest/ingest-problem.ts";
import { readJson, readNdjson } from "../ingest/json.ts";
import type { DecodedBody } from "../ingest/packed-builder.ts";
import { SnappyReader } from "../ingest/snappy.ts";
import { letGo } from "../platform/let-go.ts";
import { buffersOfBatch } from "../platform/packed-batch.ts";
import type { EncodedBody } from "./decoder.ts";
import type { FromDecoder, ToDecoder } from "./protocol.ts";
import { TenantReaders } from "./tenant-readers.ts";

export interface BodyDecoderOptions {
  /** Bytes of remembered label sets of all tenants. */
  readonly cacheBytesMax: number;
}

/** Answers a message; `columns` are handed over. */
export type Answer = (message: FromDecoder, columns: readonly ArrayBuffer[]) => void;

/** What a decoder does, in whichever thread it runs. */
export class BodyDecoder {
  readonly #answer: Answer;
  readonly #readers: TenantReaders;
  readonly #snappy = new SnappyReader();

  constructor({ cacheBytesMax }: BodyDecoderOptions, answer: Answer) {
    this.#answer = answer;
    this.#readers = new TenantReaders(cacheBytesMax);
  }

  /** Bytes of remembered label sets. */
  get cacheBytes(): number {
    return this.#readers.cacheBytes;
  }

  hear(message: ToDecoder): void {
    if (message.type === "forget") {
      this.#readers.forget(message.tenantId);
      return;
    }
    const { body } = message;
    try {
      const decoded = this.#decoded(body);
      this.#answer({ type: "decoded", body: decoded }, buffersOfBatch(decoded.batch));
    } catch (error) {
      this.#answer(failureOf(error), []);
    } finally {
      forget(body.bytes);
    }
  }

  #decoded(body: EncodedBody): DecodedBody {
    const { format, encoding, limits } = body;
    const { buffer, byteOffset, byteLength } = body.bytes;
    const packed = Buffer.from(buffer, byteOffset, byteLength);
    if (format.kind === "remote-write") {
      const bytes = this.#snappy.read(packed, limits.decodedBytesMax);
      const decoded = this.#readers.of(body.tenantId, format.labels).read(bytes, limits);
      this.#readers.keepWithin(body.tenantId);
      return decoded;
    }
    const bytes = unpackedBody(packed, encoding, limits.decodedBytesMax);
    if (format.kind === "csv") return readCsv(bytes, format.names, limits);
    return format.kind === "json" ? readJson(bytes, limits) : readNdjson(bytes, limits);
  }
}

/** Its own memory, which was handed over with it; what lives in a pool stays. */
function forget({ buffer, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (byteLength === buffer.byteLength) letGo([buffer]);
}

function failureOf(error: unknown): FromDecoder {
  if (error instanceof IngestProblem) {
    const { fault, message, hint, pointer } = error;
    return { type: "refused", fault, message, hint, pointer };
  }
  // What a thread cannot allocate outside of its heap comes as this error, and so does too long a text.
  if (error instanceof RangeError) {
    const { fault, message, hint, pointer } = outOfMemory();
    return { type: "refused", fault, message, hint, pointer };
  }
  return { type: "broken", message: error instanceof Error ? (error.stack ?? error.message) : "" };
}

export function outOfMemory(): IngestProblem {
  return new IngestProblem(
    "body_too_large",
    "the body needs more memory than one may take while it is decoded",
    "send the points in several requests",
  );
}
