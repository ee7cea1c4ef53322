import { CorruptBytes } from "./chunk-codec.ts";

/** First byte of packed bytes; no state begins with it, nor does a zstd frame. */
const MAGIC = 0x5a;
const HEAD_BYTES = 5;
/** Shorter runs of zeros cost more to name than to keep. */
const RUN_MIN = 3;
const LENGTH_MAX = 0xffff;
/** Two bytes each: how many bytes follow as they are, and how many zeros come after them. */
const TOKEN_BYTES = 4;
const NO_ROOM = new Uint8Array(0);
/** From so many bytes on, a copy by a view is the faster one. */
const VIEW_BYTES_MIN = 128;

/**
 * Bytes with their runs of zeros left out: `[0x5a][length u32]`, then pieces of
 * `[as they are u16][zeros u16][bytes]`, little-endian. Three quarters of a young state are zeros; zstd
 * packs it no smaller and costs ten times as much, because it sets up its tables for every state.
 */
export function packZeroRuns(bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(HEAD_BYTES + worstBytes(bytes.length));
  const view = new DataView(packed.buffer);
  packed[0] = MAGIC;
  view.setUint32(1, bytes.length, true);
  let out = HEAD_BYTES;
  let at = 0;
  while (at < bytes.length) {
    const zerosAt = nextRun(bytes, at, Math.min(bytes.length, at + LENGTH_MAX));
    let end = zerosAt;
    const endMax = Math.min(bytes.length, zerosAt + LENGTH_MAX);
    while (end < endMax && bytes[end] === 0) end++;
    view.setUint16(out, zerosAt - at, true);
    view.setUint16(out + 2, end - zerosAt, true);
    out += TOKEN_BYTES;
    copyBytes(bytes, at, zerosAt, packed, out);
    out += zerosAt - at;
    at = end;
  }
  return packed.slice(0, out);
}

export function hasZeroRunsPacked(bytes: Uint8Array): boolean {
  return bytes[0] === MAGIC;
}

/**
 * The bytes that `packZeroRuns` was given, in the beginning of `room` where they fit in there.
 * @throws CorruptBytes for a length beyond `bytesMax`, or pieces that do not fit.
 */
export function unpackZeroRuns(
  packed: Uint8Array,
  bytesMax: number,
  room: Uint8Array = NO_ROOM,
): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const length = packed.length < HEAD_BYTES ? Number.POSITIVE_INFINITY : view.getUint32(1, true);
  if (length > bytesMax) throw new CorruptBytes("packed state length");
  const bytes = length <= room.length ? room.subarray(0, length).fill(0) : new Uint8Array(length);
  let at = 0;
  let from = HEAD_BYTES;
  while (from + TOKEN_BYTES <= packed.length) {
    const plain = view.getUint16(from, true);
    const zeros = view.getUint16(from + 2, true);
    from += TOKEN_BYTES;
    if (from + plain > packed.length || at + plain + zeros > length) {
      throw new CorruptBytes("packed state pieces");
    }
    copyBytes(packed, from, from + plain, bytes, at);
    from += plain;
    at += plain + zeros;
  }
  if (at !== length || from !== packed.length) throw new CorruptBytes("packed state pieces");
  return bytes;
}

/** Pieces are mostly a few bytes long: a view for each takes longer than to copy it. */
function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > VIEW_BYTES_MIN) {
    to.set(from.subarray(start, end), at);
    return;
  }
  let out = at;
  for (let i = start; i < end; i++) to[out++] = from[i]!;
}

/** Index of the next run of zeros that is worth naming; `end` where there is none. */
function nextRun(bytes: Uint8Array, from: number, end: number): number {
  let zeros = 0;
  for (let i = from; i < end; i++) {
    if (bytes[i] !== 0) zeros = 0;
    else if (++zeros === RUN_MIN + 1) return i - RUN_MIN;
  }
  return end;
}

/** A piece saves at least as many zeros as its own head takes, but for the last and for full ones. */
function worstBytes(length: number): number {
  return length + TOKEN_BYTES * (2 + Math.ceil(length / LENGTH_MAX));
}
