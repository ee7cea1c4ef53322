import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** Layout: sqlite.org/fileformat2.html, section 4 (the write-ahead log). */
const HEADER_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
const MAGIC = 0x377f_0682;

/** A damaged write-ahead log: SQLite reads up to the first frame that does not match and no further. */
export interface BrokenWal {
  /** Frames before the first bad one, which SQLite finds by itself. */
  readonly soundFrames: number;
  readonly badFrames: number;
  /** Frames up to the last sound one that ends a transaction. */
  readonly frames: number;
}

interface Sum {
  s0: number;
  s1: number;
}

/**
 * Looks for damage inside a write-ahead log: a frame that does not match its checksum, with sound ones of the same
 * generation after it. Undefined where there is none; a torn end is none. Every checksum covers the one before,
 * so that a frame is judged by that and its own bytes. Cost: about 1 ms per MB.
 */
export function findBrokenWal(file: string): BrokenWal | undefined {
  return withFile(file, "r", (handle) => {
    const wal = openWal(handle);
    if (wal === undefined) return undefined;
    let [sound, bad, frames, badSoFar] = [-1, 0, 0, 0];
    let before = wal.sum;
    for (let k = 0; k < wal.frameCount; k++) {
      const frame = wal.read(k);
      if (!frame.isCurrent) {
        // One damaged head is not the end of the generation.
        if (k + 1 >= wal.frameCount || !wal.read(k + 1).isCurrent) break;
      }
      const isSound = frame.isCurrent && same(wal.sumOf(frame.bytes, before), frame.sum);
      if (!isSound && sound < 0) sound = k;
      if (!isSound) badSoFar++;
      if (isSound && frame.isCommit) {
        frames = k + 1;
        bad = badSoFar;
      }
      before = frame.sum;
    }
    if (!wal.isHeaderSound && frames > 0) return { soundFrames: 0, badFrames: bad + 1, frames };
    return sound >= 0 && frames > sound
      ? { soundFrames: sound, badFrames: bad, frames }
      : undefined;
  });
}

/**
 * Gives all frames up to `frames` matching checksums, so that SQLite reads them, what is damaged in them
 * included; the rows know their own checksums. What comes after them is left to be ignored.
 */
export function mendWal(file: string, frames: number): void {
  withFile(file, "r+", (handle) => {
    const wal = openWal(handle);
    if (wal === undefined) return undefined;
    let sum = wal.writeHeader();
    for (let k = 0; k < frames; k++) sum = wal.writeFrameHead(k, sum);
    return undefined;
  });
}

interface Frame {
  readonly bytes: Uint8Array;
  readonly sum: Sum;
  readonly isCurrent: boolean;
  readonly isCommit: boolean;
}

function openWal(handle: number): WalFrames | undefined {
  const bytes = new Uint8Array(HEADER_BYTES);
  if (readSync(handle, bytes, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
  const header = new DataView(bytes.buffer);
  const pageBytes = header.getUint32(8);
  const isWal = (header.getUint32(0) & ~1) >>> 0 === MAGIC;
  if (!isWal || !(pageBytes >= 512 && pageBytes <= 65_536)) return undefined;
  return new WalFrames(handle, header);
}

class WalFrames {
  readonly frameCount: number;
  readonly isHeaderSound: boolean;
  readonly #handle: number;
  readonly #header: DataView;
  readonly #frameBytes: number;
  readonly #isBig: boolean;
  readonly #salts: readonly [number, number];

  constructor(handle: number, header: DataView) {
    this.#handle = handle;
    this.#header = header;
    this.#isBig = (header.getUint32(0) & 1) === 1;
    this.#frameBytes = FRAME_HEAD_BYTES + header.getUint32(8);
    this.frameCount = Math.floor((fstatSync(handle).size - HEADER_BYTES) / this.#frameBytes);
    this.isHeaderSound = same(this.#headerSum(), sumAt(header, 24));
    // Of a damaged header's salts the first frame knows better.
    const isTrusted = this.isHeaderSound || this.frameCount < 1;
    const [salts, at] = isTrusted ? ([header, 16] as const) : ([this.#view(0), 8] as const);
    this.#salts = [salts.getUint32(at), salts.getUint32(at + 4)];
  }

  /** As the header says it. */
  get sum(): Sum {
    return sumAt(this.#header, 24);
  }

  sumOf(frame: Uint8Array, before: Sum): Sum {
    const head = checksum(frame.subarray(0, 8), before, this.#isBig);
    return checksum(frame.subarray(FRAME_HEAD_BYTES), head, this.#isBig);
  }

  read(k: number): Frame {
    const view = this.#view(k);
    const isCurrent = view.getUint32(8) === this.#salts[0] && view.getUint32(12) === this.#salts[1];
    const isCommit = view.getUint32(4) !== 0;
    return { bytes: new Uint8Array(view.buffer), sum: sumAt(view, 16), isCurrent, isCommit };
  }

  writeHeader(): Sum {
    const header = this.#header;
    header.setUint32(16, this.#salts[0]);
    header.setUint32(20, this.#salts[1]);
    const sum = this.#headerSum();
    putSum(header, 24, sum);
    writeSync(this.#handle, header, 0, HEADER_BYTES, 0);
    return sum;
  }

  writeFrameHead(k: number, before: Sum): Sum {
    const view = this.#view(k);
    view.setUint32(8, this.#salts[0]);
    view.setUint32(12, this.#salts[1]);
    const sum = this.sumOf(new Uint8Array(view.buffer), before);
    putSum(view, 16, sum);
    writeSync(this.#handle, view, 0, FRAME_HEAD_BYTES, HEADER_BYTES + k * this.#frameBytes);
    return sum;
  }

  #headerSum(): Sum {
    return checksum(new Uint8Array(this.#header.buffer, 0, 24), { s0: 0, s1: 0 }, this.#isBig);
  }

  #view(k: number): DataView {
    const frame = new Uint8Array(this.#frameBytes);
    readSync(this.#handle, frame, 0, frame.length, HEADER_BYTES + k * this.#frameBytes);
    return new DataView(frame.buffer);
  }
}

function checksum(bytes: Uint8Array, before: Sum, isBig: boolean): Sum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { s0, s1 } = before;
  for (let at = 0; at < bytes.length; at += 8) {
    s0 = (s0 + view.getUint32(at, !isBig) + s1) >>> 0;
    s1 = (s1 + view.getUint32(at + 4, !isBig) + s0) >>> 0;
  }
  return { s0, s1 };
}

function sumAt(view: DataView, at: number): Sum {
  return { s0: view.getUint32(at), s1: view.getUint32(at + 4) };
}

function putSum(view: DataView, at: number, { s0, s1 }: Sum): void {
  view.setUint32(at, s0);
  view.setUint32(at + 4, s1);
}

function same(a: Sum, b: Sum): boolean {
  return a.s0 === b.s0 && a.s1 === b.s1;
}

/** Undefined where there is no such file. */
function withFile<Value>(
  file: string,
  flags: "r" | "r+",
  work: (handle: number) => Value | undefined,
): Value | undefined {
  let handle: number;
  try {
    handle = openSync(file, flags);
  } catch {
    return undefined;
  }
  try {
    return work(handle);
  } finally {
    closeSync(handle);
  }
}
