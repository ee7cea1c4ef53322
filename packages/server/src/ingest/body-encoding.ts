import { gunzipSync } from "node:zlib";
import { IngestProblem } from "./ingest-problem.ts";

const GZIP_MAGIC = [0x1f, 0x8b];
/** Honest metrics pack at most about 40 times; a bomb packs 1,000 times. Source: finding 4 of the reliability page. */
export const GZIP_RATIO_MAX = 200;

/**
 * The body as it was before the sender packed it. Gzip only: brotli packs bombs of 600,000 times.
 * Works at one go: for threads that nobody else waits for.
 *
 * @throws IngestProblem "unsupported_encoding" | "malformed_body" | "body_too_large", the last before
 *   more than the limit and one piece of 16 KiB is allocated.
 */
export function unpackedBody(
  bytes: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Buffer {
  const name = encodingName(encoding);
  if (name === "identity") return within(bytes, bytesMax);
  demandEncoding(encoding);
  if (bytes[0] !== GZIP_MAGIC[0] || bytes[1] !== GZIP_MAGIC[1]) {
    throw new IngestProblem(
      "malformed_body",
      "the body is not gzip",
      "pack it, or drop the header",
    );
  }
  const maxOutputLength = Math.min(bytesMax, bytes.length * GZIP_RATIO_MAX);
  try {
    return gunzipSync(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(maxOutputLength);
    }
    throw new IngestProblem("malformed_body", "the gzip is broken or cut off", "pack it again");
  }
}

/** @throws IngestProblem "unsupported_encoding" unless the body is plain or gzip. */
export function demandEncoding(encoding: string | undefined): void {
  const name = encodingName(encoding);
  if (name === "identity" || name === "gzip" || name === "x-gzip") return;
  throw new IngestProblem(
    "unsupported_encoding",
    `content encoding "${name.slice(0, 40)}"`,
    "send the body plain or packed with gzip",
  );
}

export function tooLarge(bytesMax: number): IngestProblem {
  return new IngestProblem(
    "body_too_large",
    `the body unfolds to more than ${bytesMax} bytes`,
    "send the points in several requests",
  );
}

function encodingName(encoding: string | undefined): string {
  return (encoding ?? "").trim().toLowerCase() || "identity";
}

function within(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}
