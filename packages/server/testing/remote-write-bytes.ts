/** An encoder of remote write for tests, written from the description of the format. */

export interface TestSample {
  readonly atMs: number;
  readonly value: number;
  /** Write the staleness marker instead of the value. */
  readonly stale?: boolean;
}

export interface TestSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly TestSample[];
  readonly exemplars?: number;
  readonly histograms?: number;
}

export interface TestMetadata {
  readonly type: number;
  readonly family: string;
}

export function encodeWriteRequest(
  series: readonly TestSeries[],
  metadata: readonly TestMetadata[] = [],
): Buffer {
  const parts = series.map((one) => bytesField(1, encodeSeries(one)));
  for (const { type, family } of metadata) {
    const body = [varintField(1, type), bytesField(2, Buffer.from(family))];
    parts.push(bytesField(3, Buffer.concat(body)));
  }
  return Buffer.concat(parts);
}

function encodeSeries({ labels, samples, exemplars = 0, histograms = 0 }: TestSeries): Buffer {
  const parts: Buffer[] = [];
  for (const name of Object.keys(labels).sort()) {
    const label = [bytesField(1, Buffer.from(name)), bytesField(2, Buffer.from(labels[name]!))];
    parts.push(bytesField(1, Buffer.concat(label)));
  }
  for (const sample of samples) parts.push(bytesField(2, encodeSample(sample)));
  for (let i = 0; i < exemplars; i++) parts.push(bytesField(3, Buffer.from([0x19, ...zeros(8)])));
  for (let i = 0; i < histograms; i++) parts.push(bytesField(4, Buffer.from([0x08, 0x05])));
  return Buffer.concat(parts);
}

function encodeSample({ atMs, value, stale }: TestSample): Buffer {
  const double = Buffer.alloc(9);
  double[0] = 0x09;
  if (stale === true) double.writeBigUInt64LE(0x7ff0_0000_0000_0002n, 1);
  else double.writeDoubleLE(value, 1);
  return Buffer.concat([double, varintField(2, atMs)]);
}

function bytesField(field: number, body: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** Negative numbers as two's complement in ten bytes, as protobuf's int64 has it. */
export function varint(value: number): Buffer {
  if (value >= 0 && value < 0x80) return Buffer.of(value);
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

/** The latest place of each four bytes that the encoder can refer back to. */
const HASH_BITS = 14;

/** One Snappy block: literals, and copies wherever four bytes came before. Greedy, not the best. */
export function snappy(bytes: Buffer): Buffer {
  const out: Buffer[] = [varint(bytes.length)];
  const seen = new Int32Array(1 << HASH_BITS).fill(-1);
  let literalFrom = 0;
  let at = 0;
  while (at + 4 <= bytes.length) {
    const word = bytes.readUInt32LE(at);
    const slot = Math.imul(word, 0x1e35_a7bd) >>> (32 - HASH_BITS);
    const before = seen[slot]!;
    seen[slot] = at;
    if (before < 0 || at - before > 0xffff || bytes.readUInt32LE(before) !== word) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < bytes.length && bytes[before + length] === bytes[at + length]) length++;
    if (at > literalFrom) out.push(literal(bytes.subarray(literalFrom, at)));
    for (let rest = length; rest > 0; rest -= 64) out.push(copy(at - before, Math.min(64, rest)));
    at += length;
    literalFrom = at;
  }
  if (literalFrom < bytes.length) out.push(literal(bytes.subarray(literalFrom)));
  return Buffer.concat(out);
}

export function literal(bytes: Buffer): Buffer {
  const tag = bytes.length - 1;
  if (tag < 60) return Buffer.concat([Buffer.from([tag << 2]), bytes]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(tag);
  const count = tag < 1 << 8 ? 1 : tag < 1 << 16 ? 2 : tag < 1 << 24 ? 3 : 4;
  return Buffer.concat([Buffer.from([(59 + count) << 2]), length.subarray(0, count), bytes]);
}

/** A copy of 1 to 64 bytes; the one-byte form where it fits, else two bytes, else four. */
export function copy(offset: number, length: number): Buffer {
  if (length >= 4 && length <= 11 && offset < 2048) {
    return Buffer.from([((offset >> 8) << 5) | ((length - 4) << 2) | 1, offset & 0xff]);
  }
  if (offset < 65_536) {
    return Buffer.from([((length - 1) << 2) | 2, offset & 0xff, offset >> 8]);
  }
  const bytes = Buffer.alloc(5);
  bytes[0] = ((length - 1) << 2) | 3;
  bytes.writeUInt32LE(offset, 1);
  return bytes;
}
