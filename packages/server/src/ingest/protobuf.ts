import { IngestProblem } from "./ingest-problem.ts";

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** What the middle and the high group of a varint count for. */
const MIDDLE = 2 ** 28;
const HIGH = 2 ** 56;

/**
 * Reads protobuf in place: a position that walks over the bytes, no objects. Every length is checked
 * against the end of the message it stands in before it is used.
 *
 * Source: protobuf.dev/programming-guides/encoding.
 */
export class ProtobufReader {
  at = 0;
  /** End of the message being read. */
  end: number;
  /** Of the field whose tag was read last. */
  field = 0;
  wireType = 0;
  readonly bytes: Buffer;
  readonly #view: DataView;
  #low = 0;
  #middle = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Reads the next tag into `field` and `wireType`; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const first = this.bytes[this.at]!;
    if (first < 0x80 && first > 7) {
      this.at++;
      this.wireType = first & 7;
      this.field = first >> 3;
      return true;
    }
    const tag = this.varint();
    this.wireType = tag % 8;
    this.field = Math.floor(tag / 8);
    if (this.field === 0 || this.field > 0x1fff_ffff) throw broken("has a field with no number");
    return true;
  }

  /** Unsigned; exact up to 2^53, beyond that rounded as a double is. */
  varint(): number {
    const first = this.at < this.end ? this.bytes[this.at]! : 0x80;
    if (first < 0x80) {
      this.at++;
      return first;
    }
    const high = this.#groups();
    return high * HIGH + this.#middle * MIDDLE + this.#low;
  }

  /** int64 in two's complement; exact for whole numbers up to 2^53 either way. */
  int64(): number {
    const high = this.#groups();
    // The highest of the 8 bits is the sign of the whole.
    return ((high << 24) >> 24) * HIGH + this.#middle * MIDDLE + this.#low;
  }

  /** Reads a varint into groups of 28, 28 and 8 bits, which small integers hold; gives the last. */
  #groups(): number {
    const { bytes, end } = this;
    let at = this.at;
    this.#low = 0;
    this.#middle = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (at >= end) throw broken("is cut off inside a number");
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (i < 4) this.#low |= bits << (7 * i);
      else if (i < 8) this.#middle |= bits << (7 * (i - 4));
      else high |= bits << (7 * (i - 8));
      if (byte < 0x80) {
        this.at = at;
        return high & 0xff;
      }
    }
    throw broken("has a number longer than 10 bytes");
  }

  double(): number {
    if (this.end - this.at < 8) throw broken("is cut off inside a number");
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  /** Length of the bytes that follow, all of which are there. */
  length(): number {
    const length = this.varint();
    if (length > this.end - this.at) throw broken("declares a part longer than what is left");
    return length;
  }

  /** Goes into the message that the field just read holds. Hand what it gives to `leave`. */
  enter(): number {
    this.demand(BYTES);
    const length = this.length();
    const outerEnd = this.end;
    this.end = this.at + length;
    return outerEnd;
  }

  /** Skips to the end of the message entered before, whether it was read to its end or not. */
  leave(outerEnd: number): void {
    this.at = this.end;
    this.end = outerEnd;
  }

  /** @throws IngestProblem unless the field just read is of this wire type. */
  demand(wireType: number): void {
    if (this.wireType !== wireType) {
      throw broken(`has field ${this.field} with wire type ${this.wireType}, not ${wireType}`);
    }
  }

  /** Goes over the field just read. Groups, which nobody has written for 15 years, are refused. */
  skip(): void {
    if (this.wireType === VARINT) this.varint();
    else if (this.wireType === BYTES) {
      const length = this.length();
      this.at += length;
    } else if (this.wireType === FIXED64) this.#forward(8);
    else if (this.wireType === FIXED32) this.#forward(4);
    else throw broken(`has wire type ${this.wireType}`);
  }

  #forward(count: number): void {
    if (count > this.end - this.at) throw broken("is cut off");
    this.at += count;
  }
}

export function broken(what: string): IngestProblem {
  return new IngestProblem(
    "malformed_body",
    `the protobuf message ${what}`,
    "send prometheus.WriteRequest as remote write 1.0 has it",
  );
}
