import { unreadable } from "../model/state-bytes.ts";

const NONE = new Uint8Array(0);

/** A set of small numbers, a bit each. Numbers beyond the column are not in it: it grows when one is set. */
export class Bits {
  #bytes: Uint8Array;

  /** @param count numbers that are expected */
  constructor(count = 0) {
    this.#bytes = count === 0 ? NONE : new Uint8Array((count + 7) >>> 3);
  }

  /** What `trimmed` gave. @throws Refusal "state/unreadable" for a bit of a number from `count` on. */
  static of(bytes: Uint8Array, count: number): Bits {
    const bits = new Bits();
    bits.#bytes = bytes;
    for (let number = count; number < 8 * bytes.length; number++) {
      if (bits.has(number)) throw unreadable("a bit of nobody", { number });
    }
    return bits;
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  has(number: number): boolean {
    const at = number >>> 3;
    return at < this.#bytes.length && (this.#bytes[at]! & (1 << (number & 7))) !== 0;
  }

  set(number: number): void {
    if (number >>> 3 >= this.#bytes.length) this.#grow(number);
    this.#bytes[number >>> 3]! |= 1 << (number & 7);
  }

  clear(number: number): void {
    if (this.has(number)) this.#bytes[number >>> 3]! &= ~(1 << (number & 7));
  }

  /** All of them, ascending. Cost: the bytes, and what is in them. */
  forEach(visit: (number: number) => void): void {
    for (let at = 0; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at]!;
      for (let bit = 0; byte >>> bit > 0; bit++) if ((byte >>> bit) & 1) visit((at << 3) | bit);
    }
  }

  /** How many there are. */
  count(): number {
    let count = 0;
    for (let i = 0; i < this.#bytes.length; i++) {
      for (let rest = this.#bytes[i]!; rest > 0; rest &= rest - 1) count++;
    }
    return count;
  }

  /** Without bytes at the end that are 0 anyway: the same for the same set. */
  trimmed(): Uint8Array {
    let length = this.#bytes.length;
    while (length > 0 && this.#bytes[length - 1] === 0) length--;
    return this.#bytes.subarray(0, length);
  }

  #grow(number: number): void {
    const wide = new Uint8Array(Math.max((number >>> 3) + 1, Math.ceil(1.25 * this.#bytes.length)));
    wide.set(this.#bytes);
    this.#bytes = wide;
  }
}
