import { createGunzip } from "node:zlib";
import { IngestProblem } from "./ingest-problem.ts";

const GZIP_MAGIC = [0x1f, 0x8b];
/** Honest metrics pack at most about 40 times; a bomb packs 1,000 times. Source: finding 4 of the reliability page. */
export const GZIP_RATIO_MAX = 200;
/** Gzip is unfolded in pieces of this size: what one piece may be too much by. */
const PIECE_BYTES = 256 * 1024;

/**
 * The body as it was before the sender packed it. Gzip only: brotli packs bombs of 600,000 times.
 *
 * `unfolded` is called with the bytes of each piece before the next one is made; what it throws ends
 * the work.
 *
 * @throws IngestProblem "unsupported_encoding" | "malformed_body" | "body_too_large", the last before
 *   more than the limit and one piece is allocated.
 */
export async function decodedBody(
  bytes: Buffer,
  encoding: string | undefined,
  bytesMax: number,
  unfolded: (bytes: number) => void = () => undefined,
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
    throw new IngestProblem(
      "malformed_body",
      "the body is not gzip",
      "pack it, or drop the header",
    );
  }
  return unzipped(bytes, Math.min(bytesMax, bytes.length * GZIP_RATIO_MAX), unfolded);
}

export function tooLarge(bytesMax: number): IngestProblem {
  return new IngestProblem(
    "body_too_large",
    `the body unfolds to more than ${bytesMax} bytes`,
    "send the points in several requests",
  );
}

async function unzipped(
  bytes: Buffer,
  bytesMax: number,
  unfolded: (bytes: number) => void,
): Promise<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const pieces: Buffer[] = [];
  let length = 0;
  let refusal: unknown;
  gunzip.end(bytes);
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      length += piece.length;
      refusal = refusalOf(length, bytesMax, piece.length, unfolded);
      if (refusal !== undefined) break;
      pieces.push(piece);
    }
  } catch {
    throw new IngestProblem("malformed_body", "the gzip is broken or cut off", "pack it again");
  }
  if (refusal !== undefined) throw refusal;
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length);
}

function refusalOf(
  length: number,
  bytesMax: number,
  piece: number,
  unfolded: (bytes: number) => void,
): unknown {
  if (length > bytesMax) return tooLarge(bytesMax);
  try {
    unfolded(piece);
    return undefined;
  } catch (error) {
    return error;
  }
}

function within(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}
