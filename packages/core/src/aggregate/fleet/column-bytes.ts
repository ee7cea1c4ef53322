import { assertLittleEndian, unreadable } from "../../model/state-bytes.ts";

const BYTES_MIN = 1 << 9;

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

  column({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
    const end = this.#length + byteLength;
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, this.#buffer.length * 2));
      grown.set(this.#buffer);
      this.#buffer = grown;
    }
    this.#buffer.set(new Uint8Array(buffer, byteOffset, byteLength), this.#length);
    this.#length = end;
  }

  /** What was written, as bytes of its own. */
  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
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

  singles(count: number): Float32Array {
    return new Float32Array(this.octets(count * 4).buffer);
  }

  words(count: number): Uint32Array {
    return new Uint32Array(this.octets(count * 4).buffer);
  }

  shorts(count: number): Uint16Array {
    return new Uint16Array(this.octets(count * 2).buffer);
  }

  /** All that is left. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.octets(this.#bytes.length - this.#at);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws Refusal "state/unreadable" where something is left. */
  end(): void {
    if (!this.atEnd) throw unreadable("it is longer than it should be");
  }

  octets(count: number): Uint8Array<ArrayBuffer> {
    const end = this.#at + count;
    if (!(Number.isInteger(count) && count >= 0 && end <= this.#bytes.length))
      throw unreadable("it ends too early");
    const part = new Uint8Array(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return part;
  }
}
