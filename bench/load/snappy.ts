/** Matches are looked for inside blocks of this size, so that offsets fit into 16 bits. */
const BLOCK_BYTES = 65_536;
const TABLE_BITS = 14;
const MIX = 0x1e35_a7bd;
/** A copy of two offset bytes carries 1 to 64. */
const COPY_MAX = 64;

/**
 * One Snappy block (no framing), by the greedy matcher of the reference: what Prometheus sends, so
 * that the receiver of a bench has copies to resolve and not literals alone.
 * Source: google/snappy format_description.txt.
 */
export function snappy(bytes: Uint8Array): Buffer {
  const out = new ByteSink(32 + bytes.length + Math.ceil(bytes.length / 6));
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      out.byte(rest);
      break;
    }
    out.byte((rest % 128) | 128);
  }
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    packBlock(bytes.subarray(from, from + BLOCK_BYTES), out);
  }
  return out.cut();
}

function packBlock(block: Uint8Array, out: ByteSink): void {
  const table = new Uint16Array(1 << TABLE_BITS);
  let literalFrom = 0;
  let at = 1;
  while (at + 4 <= block.length) {
    const word = wordAt(block, at);
    const slot = Math.imul(word, MIX) >>> (32 - TABLE_BITS);
    const before = table[slot]!;
    table[slot] = at;
    if (wordAt(block, before) !== word || before >= at) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < block.length && block[before + length] === block[at + length]) length++;
    out.literal(block.subarray(literalFrom, at));
    out.copy(at - before, length);
    at += length;
    literalFrom = at;
  }
  out.literal(block.subarray(literalFrom));
}

function wordAt(block: Uint8Array, at: number): number {
  return block[at]! | (block[at + 1]! << 8) | (block[at + 2]! << 16) | (block[at + 3]! << 24);
}

class ByteSink {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytesMax: number) {
    this.#bytes = Buffer.allocUnsafe(bytesMax);
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  literal(part: Uint8Array): void {
    const last = part.length - 1;
    if (last < 0) return;
    if (last < 60) this.byte(last << 2);
    else if (last < 256) {
      this.byte(60 << 2);
      this.byte(last);
    } else {
      this.byte(61 << 2);
      this.byte(last & 255);
      this.byte(last >> 8);
    }
    this.#bytes.set(part, this.#at);
    this.#at += part.length;
  }

  copy(offset: number, length: number): void {
    for (let rest = length; rest > 0; rest -= COPY_MAX) {
      this.byte(((Math.min(rest, COPY_MAX) - 1) << 2) | 2);
      this.byte(offset & 255);
      this.byte(offset >> 8);
    }
  }

  cut(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }
}
