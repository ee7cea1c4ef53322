import { assertLittleEndian, unreadable } from "../../model/state-bytes.ts";

const BYTES_MIN = 1 << 12;

/** Numbers, texts and columns one after the other; columns as they lie in memory. */
export class ByteWriter {
  #buffer = new Uint8Array(BYTES_MIN);
  #length = 0;

  constructor() {
    assertLittleEndian();
  }

  number(value: number): void {
    this.column(Float64Array.of(value));
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.number(bytes.length);
    this.column(bytes);
  }

  column({ buffer, byteOffset, byteLength }: Float64Array | Int32Array | Uint8Array): void {
    const end = this.#length + byteLength;
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, this.#buffer.length * 2));
      grown.set(this.#buffer);
      this.#buffer = grown;
    }
    this.#buffer.set(new Uint8Array(buffer, byteOffset, byteLength), this.#length);
    this.#length = end;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Reads what `ByteWriter` wrote, in the same order. @throws Refusal "state/unreadable" past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    assertLittleEndian();
    this.#bytes = bytes;
  }

  number(): number {
    return this.floats(1)[0]!;
  }

  text(): string {
    return new TextDecoder().decode(this.octets(this.number()));
  }

  floats(count: number): Float64Array {
    return new Float64Array(this.octets(count * 8).buffer);
  }

  ints(count: number): Int32Array {
    return new Int32Array(this.octets(count * 4).buffer);
  }

  octets(count: number): Uint8Array<ArrayBuffer> {
    const end = this.#at + count;
    if (!(count >= 0 && end <= this.#bytes.length)) throw unreadable("it ends too early");
    const part = new Uint8Array(count);
    part.set(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return part;
  }
}
