/** Widest value a bit stream carries: whole numbers below 2^52, so that doubles hold them exactly. */
export const BITS_MAX = 52;

/** Bits that a Rice code spends in unary before it writes the number out in full. */
const UNARY_MAX = 20;
const CHUNK_BITS = 24;

/** Writes whole numbers bit by bit into a buffer that it owns and reuses; grows as needed. */
export class BitWriter {
  #bytes: Uint8Array = new Uint8Array(4096);
  #at = 0;
  #pending = 0;
  #pendingBits = 0;

  /** Starts over; what was written before is gone. */
  reset(): void {
    this.#at = 0;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  /** `value` is whole and in [0, 2^bits); `bits` at most 24. */
  bits(value: number, bits: number): void {
    let pending = (this.#pending << bits) | value;
    let left = this.#pendingBits + bits;
    while (left >= 8) {
      if (this.#at === this.#bytes.length) this.#grow();
      left -= 8;
      this.#bytes[this.#at++] = pending >>> left;
    }
    pending &= (1 << left) - 1;
    this.#pending = pending;
    this.#pendingBits = left;
  }

  /** `value` is whole and in [0, 2^bits); `bits` at most 52. */
  wide(value: number, bits: number): void {
    let left = bits;
    let rest = value;
    while (left > CHUNK_BITS) {
      left -= CHUNK_BITS;
      const unit = 2 ** left;
      const top = Math.floor(rest / unit);
      this.bits(top, CHUNK_BITS);
      rest -= top * unit;
    }
    this.bits(rest, left);
  }

  /** Rice code of a whole number in [0, 2^52): short when it is not far above 2^k. */
  rice(value: number, k: number): void {
    const unit = 2 ** k;
    const quotient = Math.floor(value / unit);
    if (quotient >= UNARY_MAX) {
      this.bits((1 << UNARY_MAX) - 1, UNARY_MAX);
      this.wide(value, BITS_MAX);
      return;
    }
    this.bits((1 << (quotient + 1)) - 2, quotient + 1);
    this.wide(value - quotient * unit, k);
  }

  /** Fills up the last byte and returns a copy of all bytes written, followed by `spare` empty ones. */
  finish(spare: number): Uint8Array {
    if (this.#pendingBits > 0) this.bits(0, 8 - this.#pendingBits);
    const copy = new Uint8Array(this.#at + spare);
    copy.set(this.#bytes.subarray(0, this.#at));
    return copy;
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Reads what a BitWriter wrote. Past the end it reads zeros; the caller checks a checksum first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #pending = 0;
  #pendingBits = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(bits: number): number {
    let pending = this.#pending;
    let have = this.#pendingBits;
    while (have < bits) {
      pending = (pending << 8) | (this.#bytes[this.#at++] ?? 0);
      have += 8;
    }
    have -= bits;
    const value = (pending >>> have) & ((1 << bits) - 1);
    this.#pending = pending & ((1 << have) - 1);
    this.#pendingBits = have;
    return value;
  }

  wide(bits: number): number {
    let left = bits;
    let value = 0;
    while (left > CHUNK_BITS) {
      left -= CHUNK_BITS;
      value += this.bits(CHUNK_BITS) * 2 ** left;
    }
    return value + this.bits(left);
  }

  rice(k: number): number {
    let pending = this.#pending;
    let have = this.#pendingBits;
    while (have < CHUNK_BITS) {
      pending = (pending << 8) | (this.#bytes[this.#at++] ?? 0);
      have += 8;
    }
    // The bits that are there, at the top; below them zeros.
    const ones = Math.clz32(~(pending << (32 - have)));
    this.#pendingBits = have;
    this.#pending = pending;
    if (ones >= UNARY_MAX) return this.#longRice(k);
    have -= ones + 1;
    this.#pendingBits = have;
    this.#pending = pending & ((1 << have) - 1);
    return k === 0 ? ones : ones * 2 ** k + this.wide(k);
  }

  #longRice(k: number): number {
    let quotient = 0;
    while (quotient < UNARY_MAX && this.bits(1) === 1) quotient++;
    if (quotient >= UNARY_MAX) return this.wide(BITS_MAX);
    return quotient * 2 ** k + this.wide(k);
  }
}

/** The Rice parameter that suits numbers of this mean; 0..51. */
export function riceParameter(mean: number): number {
  // Golomb's rule for a geometric source: 2^k next to ln(2) times the mean (Golomb, 1966).
  const k = Math.ceil(Math.log2(Math.max(1, mean * Math.LN2)));
  return Math.min(k, BITS_MAX - 1);
}

/** Signed whole number to unsigned: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
