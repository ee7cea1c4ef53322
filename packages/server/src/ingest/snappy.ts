import { tooLarge } from "./body-encoding.ts";
import { IngestProblem } from "./ingest-problem.ts";

/** A copy element of 3 bytes gives at most 64: no honest block can unfold further than this. */
const RATIO_MAX = 22;
/** Larger blocks get memory of their own, so that one large sender does not keep it for good. */
const ROOM_BYTES_MAX = 4 * 2 ** 20;

/**
 * Decodes Snappy blocks (no framing), as Prometheus sends them, one after another into the same
 * memory: a result is valid until the next call. A remote-write request unpacks to half a megabyte,
 * which is read at once and would only be garbage afterwards.
 *
 * Our own, because it is measured faster than the native binding here and must refuse what lies.
 * Source: google/snappy format_description.txt.
 */
export class SnappyReader {
  #room = Buffer.alloc(0);

  /**
   * The declared length is checked before anything is allocated: against the limit, and against what
   * this many bytes can unpack to.
   *
   * @throws IngestProblem "malformed_body" | "body_too_large".
   */
  read(bytes: Uint8Array, bytesMax: number): Buffer {
    const { length, at } = declaredLength(bytes);
    if (length > bytesMax) throw tooLarge(bytesMax);
    if (length > (bytes.length - at) * RATIO_MAX) {
      throw broken("declares more bytes than it can hold");
    }
    const out = this.#roomFor(length);
    const written = decode(bytes, at, out);
    if (written !== length) throw broken("holds fewer bytes than it declares");
    return out;
  }

  #roomFor(length: number): Buffer {
    if (length > ROOM_BYTES_MAX) return Buffer.allocUnsafe(length);
    if (length > this.#room.length) this.#room = Buffer.allocUnsafeSlow(2 * length);
    return this.#room.subarray(0, length);
  }
}

/** The length that a block claims to unfold to; reads at most 5 bytes. */
export function declaredLength(bytes: Uint8Array): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < 5 && at < bytes.length; at++) {
    const byte = bytes[at]!;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) {
      if (length > 0xffff_ffff) break;
      return { length, at: at + 1 };
    }
  }
  throw broken("has no readable length");
}

/** How many bytes were written. */
function decode(bytes: Uint8Array, from: number, out: Buffer): number {
  const end = bytes.length;
  let at = from;
  let to = 0;
  while (at < end) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = tag >> 2 < 60 ? 0 : (tag >> 2) - 59;
      if (at + extra > end) throw broken("is cut off");
      const length = (extra === 0 ? tag >> 2 : littleEndian(bytes, at, extra)) + 1;
      at += extra;
      if (length > end - at) throw broken("is cut off");
      if (length > out.length - to) throw broken("holds more bytes than it declares");
      copyLiteral(bytes, at, out, to, length);
      at += length;
      to += length;
      continue;
    }
    const extra = kind === 3 ? 4 : kind;
    if (at + extra > end) throw broken("is cut off");
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === 1 ? ((tag >> 5) << 8) | bytes[at]! : littleEndian(bytes, at, extra);
    at += extra;
    if (offset === 0 || offset > to) throw broken("refers to bytes before its beginning");
    if (length > out.length - to) throw broken("holds more bytes than it declares");
    // Byte by byte: source and target may overlap, which is how runs are written.
    for (let i = 0; i < length; i++) out[to + i] = out[to + i - offset]!;
    to += length;
  }
  return to;
}

function copyLiteral(from: Uint8Array, at: number, out: Buffer, to: number, length: number): void {
  if (length > 32) {
    out.set(from.subarray(at, at + length), to);
    return;
  }
  for (let i = 0; i < length; i++) out[to + i] = from[at + i]!;
}

/** Up to 4 bytes, unsigned. */
function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

function broken(what: string): IngestProblem {
  return new IngestProblem(
    "malformed_body",
    `the snappy block ${what}`,
    "send one Snappy block (not the framed format) and check that nothing cut it off",
  );
}
