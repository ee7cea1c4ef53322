import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

const POSITION_AT = 0;
const NEWEST_AT = 8;
const CRC_AT = 16;
const MARK_BYTES = 20;

export interface Mark {
  /** Of the newest commit that was acknowledged. */
  readonly position: number;
  /** Time of the newest point by then; -Infinity without points. */
  readonly newestMs: number;
}

/**
 * How far a partition had acknowledged, in a file of its own: a database that is damaged at its end does not know
 * what it is missing. Written after the sync that makes a commit durable, and not synced itself: it is
 * never ahead of what is on disk.
 */
export class AcknowledgedMark {
  readonly #file: string;
  #handle: number | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined where there is none, or it cannot be read. */
  read(): Mark | undefined {
    try {
      const bytes = readFileSync(this.#file);
      if (bytes.length !== MARK_BYTES) return undefined;
      if (crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32LE(CRC_AT)) return undefined;
      return { position: bytes.readDoubleLE(POSITION_AT), newestMs: bytes.readDoubleLE(NEWEST_AT) };
    } catch {
      return undefined;
    }
  }

  /** A mark that cannot be written is an older mark: it finds less. */
  write({ position, newestMs }: Mark): void {
    const bytes = Buffer.alloc(MARK_BYTES);
    bytes.writeDoubleLE(position, POSITION_AT);
    bytes.writeDoubleLE(newestMs, NEWEST_AT);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
    try {
      this.#handle ??= openSync(this.#file, "w", 0o600);
      writeSync(this.#handle, bytes, 0, MARK_BYTES, 0);
    } catch {
      // Full, or read-only: whoever writes the points says so.
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
