import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { IngestProblem } from "./ingest-problem.ts";

const gunzipAsync = promisify(gunzip);

const GZIP_MAGIC = [0x1f, 0x8b];
/** Honest metrics pack at most some 40 times; a bomb packs 1,000 times. Source: finding 4 of the reliability page. */
export const GZIP_RATIO_MAX = 200;

/**
 * The body as it was before the sender packed it. Gzip only: brotli packs bombs of 600,000 times.
 *
 * @throws IngestProblem "unsupported_encoding" | "malformed_body" | "body_too_large", the last before
 *   more than the limit is allocated.
 */
export async function decodedBody(
  bytes: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Promise<Buffer> {
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name === "identity" || name === "") return within(bytes, bytesMax);
  if (name !== "gzip" && name !== "x-gzip") {
    throw new IngestProblem(
      "unsupported_encoding",
      `content encoding "${name.slice(0, 40)}"`,
      "send the body plain or packed with gzip",
    );
  }
  if (bytes[0] !== GZIP_MAGIC[0] || bytes[1] !== GZIP_MAGIC[1]) {
    throw new IngestProblem("malformed_body", "the body is no gzip", "pack it, or drop the header");
  }
  const maxOutputLength = decodedBytesBound(bytes.length, bytesMax);
  try {
    return await gunzipAsync(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(maxOutputLength);
    }
    throw new IngestProblem("malformed_body", "the gzip is broken or cut off", "pack it again");
  }
}

/** The most that a gzip of so many bytes may unfold to here: what must be set aside for it. */
export function decodedBytesBound(compressedBytes: number, bytesMax: number): number {
  return Math.min(bytesMax, Math.max(1, compressedBytes) * GZIP_RATIO_MAX);
}

export function tooLarge(bytesMax: number): IngestProblem {
  return new IngestProblem(
    "body_too_large",
    `the body unfolds to more than ${bytesMax} bytes`,
    "send the points in several requests",
  );
}

function within(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}
