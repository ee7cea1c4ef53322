import { assert, Refusal } from "./refusal.ts";

/**
 * Saved state as bytes that say what they are and notice damage:
 * `[format u8][version u8][length u32][payload][CRC-32 of all before, u32]`, little-endian.
 */
const HEAD_BYTES = 6;
const TAIL_BYTES = 4;

/** Largest payload that `openState` will look at; a larger claim is damage, not state. */
const PAYLOAD_BYTES_MAX = 1 << 30;

const CRC_TABLE = crcTable();
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Which checksum says that bytes are whole: their own, or one of whatever they are kept in. Where it is another's,
 * none is computed and none is looked at: their place for it stays 0.
 */
export type Checksum = "own" | "outer";

/** Wraps `payload`. `format` names the kind of state, `version` its layout and meaning (0..255). */
export function sealState(
  format: number,
  version: number,
  payload: Uint8Array,
  checksum: Checksum = "own",
): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + payload.length + TAIL_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = format;
  bytes[1] = version;
  view.setUint32(2, payload.length, true);
  bytes.set(payload, HEAD_BYTES);
  if (checksum === "outer") return bytes;
  const end = HEAD_BYTES + payload.length;
  view.setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/**
 * The payload of `sealState`: a copy; a view of the bytes where another checksum covers them.
 *
 * @throws Refusal "state/unreadable" for another format or version, a wrong length, a bad checksum.
 */
export function openState(
  format: number,
  version: number,
  bytes: Uint8Array,
  checksum: Checksum = "own",
): Uint8Array {
  if (bytes.length < HEAD_BYTES + TAIL_BYTES) {
    throw unreadable("the bytes are cut short", { bytes: bytes.length });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== format || bytes[1] !== version) {
    throw unreadable("another kind or version of state: score the series again from its samples", {
      format: bytes[0],
      version: bytes[1],
      wanted: `${format}.${version}`,
    });
  }
  const length = view.getUint32(2, true);
  if (length > PAYLOAD_BYTES_MAX || HEAD_BYTES + length + TAIL_BYTES !== bytes.length) {
    throw unreadable("the length does not fit", { bytes: bytes.length, payload: length });
  }
  const end = HEAD_BYTES + length;
  if (checksum === "own" && view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
    throw unreadable("the checksum does not fit: restore an older copy", { bytes: bytes.length });
  }
  return checksum === "own" ? bytes.slice(HEAD_BYTES, end) : bytes.subarray(HEAD_BYTES, end);
}

/** What every reader of saved state throws when the bytes cannot be its own. */
export function unreadable(why: string, facts: Readonly<Record<string, unknown>> = {}): Refusal {
  return new Refusal("state/unreadable", `saved state cannot be read: ${why}`, facts);
}

/**
 * CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320) as an unsigned number. Four bytes per step: a
 * large tenant's fold is 100 MB. Source: Kounavis and Berry, "A Systematic Approach to Building High
 * Performance, Software-based, CRC Generators" (2005).
 */
export function crc32(bytes: Uint8Array): number {
  const table = CRC_TABLE;
  const whole = bytes.length - (bytes.length % 4);
  let crc = -1;
  let i = 0;
  for (; i < whole; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      table[768 + (crc & 0xff)]! ^
      table[512 + ((crc >>> 8) & 0xff)]! ^
      table[256 + ((crc >>> 16) & 0xff)]! ^
      table[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Columns are saved as they lie in memory, so both ends must count bytes the same way. */
export function assertLittleEndian(): void {
  assert(IS_LITTLE_ENDIAN, "saved state needs a little-endian machine");
}

/** Entry 256 k + b: what byte b does to the checksum k bytes later. */
function crcTable(): Int32Array {
  const table = new Int32Array(1024);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < 1024; at++) {
    const before = table[at - 256]!;
    table[at] = (before >>> 8) ^ table[before & 0xff]!;
  }
  return table;
}
