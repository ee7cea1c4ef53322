import { IngestProblem } from "./ingest-problem.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DOT = 0x2e;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
/** Digits that fit a double exactly, so that they can be added up one by one. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NUMBER_CHARS_MAX = 64;
/** The longest text that is kept takes 2,048 bytes, and no character more than 6 here (`\u0041`). */
const STRING_BYTES_MAX = 12_288;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Walks over JSON text in bytes without building it: the caller says what it expects next, so
 * memory is bounded by what the caller keeps, and nesting by what the caller descends into.
 * RFC 8259 exactly: no NaN, no comments, no trailing commas.
 */
export class JsonCursor {
  at: number;
  /** What `plainPair` found. */
  first = 0;
  second = 0;
  readonly #bytes: Buffer;
  #end: number;
  /** The line that the text is, for errors; 0 where it is a whole body. */
  #line = 0;

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = bytes.length;
  }

  /** Goes on with a line that stands in [start, end). */
  goTo(start: number, end: number, line: number): void {
    this.at = start;
    this.#end = end;
    this.#line = line;
  }

  /** The next byte that is no white space, not consumed; -1 at the end. */
  peek(): number {
    const bytes = this.#bytes;
    while (this.at < this.#end) {
      const byte = bytes[this.at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
    return -1;
  }

  /** Whether a JSON value begins here: if not, it is the JSON that is wrong and not what it says. */
  startsValue(): boolean {
    const byte = this.peek();
    return byte !== -1 && '"{[-0123456789tfn'.includes(String.fromCharCode(byte));
  }

  /** Consumes `char` when it is next. */
  take(char: string): boolean {
    if (this.peek() !== char.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  /** @throws IngestProblem "malformed_json" unless `char` is next. */
  expect(char: string): void {
    if (!this.take(char)) throw this.unexpected(`"${char}"`);
  }

  /** Whether `text`, a literal like `null`, is next; consumed then. */
  takeWord(text: string): boolean {
    this.peek();
    const { at } = this;
    if (at + text.length > this.#end) return false;
    if (this.#bytes.toString("latin1", at, at + text.length) !== text) return false;
    this.at += text.length;
    return true;
  }

  /**
   * Undefined for a string longer than any that we keep: it is gone over, not made.
   *
   * @throws IngestProblem "malformed_json" for broken escapes, raw control characters, broken UTF-8.
   */
  string(): string | undefined {
    this.expect('"');
    const bytes = this.#bytes;
    const start = this.at;
    let plain = true;
    for (let i = start; i < this.#end; i++) {
      const byte = bytes[i]!;
      if (byte === QUOTE) {
        this.at = i + 1;
        if (i - start > STRING_BYTES_MAX) return undefined;
        return plain ? bytes.toString("latin1", start, i) : this.#decoded(start, i);
      }
      if (byte === BACKSLASH) {
        plain = false;
        i++;
      } else if (byte >= 0x80) plain = false;
      else if (byte < 0x20) {
        this.at = i;
        throw this.unexpected("no raw control character inside a string");
      }
    }
    this.at = this.#end;
    throw this.unexpected('the closing "');
  }

  /** Numbers too large for a double come as infinities. @throws IngestProblem "malformed_json". */
  number(): number {
    this.peek();
    const bytes = this.#bytes;
    let i = this.at;
    const negative = bytes[i] === MINUS;
    if (negative) i++;
    const first = i;
    let whole = 0;
    while (i < this.#end && bytes[i]! >= ZERO && bytes[i]! <= NINE)
      whole = whole * 10 + bytes[i++]! - ZERO;
    const digits = i - first;
    const byte = i < this.#end ? bytes[i]! : -1;
    const more = byte === DOT || byte === 0x65 || byte === 0x45;
    const simple = digits > 0 && digits <= EXACT_DIGITS && (digits === 1 || bytes[first] !== ZERO);
    if (simple && !more) {
      this.at = i;
      return negative ? -whole : whole;
    }
    return this.#longNumber(i);
  }

  /**
   * The way most points are written, `[1764000000000,93.25]`: read at one go into `first` and
   * `second`. False, and nothing consumed, where the text stands otherwise: white space, exponents,
   * more digits, null, or no point at all. Gives the same numbers as `number`.
   */
  plainPair(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.at;
    if (i + 5 > end || bytes[i++] !== OPEN) return false;
    let digits = i;
    let whole = 0;
    for (; i < end; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      whole = whole * 10 + digit;
    }
    digits = i - digits;
    if (
      digits === 0 ||
      digits > EXACT_DIGITS ||
      (digits > 1 && whole < POWERS_OF_TEN[digits - 1]!)
    ) {
      return false;
    }
    if (i >= end || bytes[i++] !== COMMA) return false;
    this.first = whole;
    return this.#plainValue(i);
  }

  /** The rest of a plain pair: a number of at most 15 digits, and the bracket. */
  #plainValue(from: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = from;
    const negative = i < end && bytes[i] === MINUS;
    if (negative) i++;
    const start = i;
    let mantissa = 0;
    let dot = -1;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= ZERO && byte <= NINE) mantissa = mantissa * 10 + byte - ZERO;
      else if (byte === DOT && dot < 0) dot = i;
      else break;
    }
    const wholeDigits = (dot < 0 ? i : dot) - start;
    const decimals = dot < 0 ? 0 : i - dot - 1;
    if (wholeDigits === 0 || wholeDigits + decimals > EXACT_DIGITS) return false;
    if ((dot >= 0 && decimals === 0) || (wholeDigits > 1 && bytes[start] === ZERO)) return false;
    if (i >= end || bytes[i] !== CLOSE) return false;
    // Both are exact, so that the one division rounds as the decimal text does (Clinger, 1990).
    const value = mantissa / POWERS_OF_TEN[decimals]!;
    this.second = negative ? -value : value;
    this.at = i + 1;
    return true;
  }

  /** Demands that nothing but white space is left. */
  end(): void {
    if (this.peek() !== -1) throw this.unexpected("nothing more");
  }

  unexpected(expected: string): IngestProblem {
    const { at } = this;
    const found = at >= this.#end ? "the text ends" : `found ${shown(this.#bytes[at]!)}`;
    return new IngestProblem(
      "malformed_json",
      `${this.#line > 0 ? `line ${this.#line}: ` : ""}at byte ${at}: expected ${expected}, ${found}`,
      "send JSON as RFC 8259 has it: no NaN, no comments, no trailing commas",
    );
  }

  #longNumber(from: number): number {
    let i = from;
    while (i < this.#end && isNumberByte(this.#bytes[i]!)) i++;
    const text = this.#bytes.toString("latin1", this.at, Math.min(i, this.at + NUMBER_CHARS_MAX));
    if (i - this.at > NUMBER_CHARS_MAX || !JSON_NUMBER.test(text))
      throw this.unexpected("a number");
    this.at = i;
    return Number(text);
  }

  #decoded(start: number, end: number): string {
    try {
      const text = UTF8.decode(this.#bytes.subarray(start, end));
      return JSON.parse(`"${text}"`) as string;
    } catch {
      this.at = start;
      throw this.unexpected("a string in UTF-8 with JSON escapes");
    }
  }
}

function isNumberByte(byte: number): boolean {
  if (byte >= ZERO && byte <= NINE) return true;
  return byte === DOT || byte === MINUS || byte === 0x2b || byte === 0x65 || byte === 0x45;
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `byte 0x${byte.toString(16)}`;
}
