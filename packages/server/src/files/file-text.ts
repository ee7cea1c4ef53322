import { CsvError } from "./csv-error.ts";

const BOM_BE = 0xfeff;
const BOM_LE = 0xfffe;

/**
 * Bytes of a file as text, piece by piece: UTF-16 where a byte order mark or the zeros between its
 * letters say so, as Excel and PowerShell write it, else UTF-8.
 */
export class FileText {
  readonly #name: string;
  #decoder: TextDecoder | undefined;
  #head: Buffer<ArrayBufferLike> = Buffer.alloc(0);

  constructor(name: string) {
    this.#name = name;
  }

  /** How the bytes are read. */
  get encoding(): string {
    return this.#decoder?.encoding ?? "utf-8";
  }

  /** The next piece; undefined ends the text. @throws CsvError for bytes that are no text. */
  of(bytes: Uint8Array | undefined, line: number): string {
    if (this.#decoder === undefined) {
      this.#head = Buffer.concat([this.#head, bytes ?? Buffer.alloc(0)]);
      if (this.#head.length < 2 && bytes !== undefined) return "";
      this.#decoder = new TextDecoder(encodingOf(this.#head), { fatal: true });
      const text = this.#decode(this.#head, line);
      this.#head = Buffer.alloc(0);
      return bytes === undefined ? text + this.#decode(undefined, line) : text;
    }
    return this.#decode(bytes, line);
  }

  #decode(bytes: Uint8Array | undefined, line: number): string {
    try {
      return bytes === undefined
        ? this.#decoder!.decode()
        : this.#decoder!.decode(bytes, { stream: true });
    } catch {
      const what = this.encoding === "utf-8" ? "not UTF-8 text" : `broken ${this.encoding} text`;
      throw new CsvError(this.#name, line, what, "save the file as UTF-8");
    }
  }
}

function encodingOf(head: Buffer): string {
  const first = head.length >= 2 ? head.readUInt16BE(0) : 0;
  if (first === BOM_LE) return "utf-16le";
  if (first === BOM_BE) return "utf-16be";
  // A letter of ASCII and a zero, or the other way round.
  if (head.length >= 4 && head[0] !== 0 && head[1] === 0 && head[3] === 0) return "utf-16le";
  if (head.length >= 4 && head[0] === 0 && head[1] !== 0 && head[2] === 0) return "utf-16be";
  return "utf-8";
}
