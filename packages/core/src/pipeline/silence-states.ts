import { ByteWriter } from "../aggregate/fleet/column-bytes.ts";
import { type Piece, readPiece } from "../aggregate/fleet/piece.ts";
import { SILENCE_STATE_LENGTH } from "../engine/absence/silence-detector.ts";

/** Columns start with room for this many series. */
const CAPACITY_MIN = 64;
/** Series that are saved together: 234 kB. */
export const CHUNK_SERIES = 1024;
export const CHUNK_SHIFT = 10;
const NEVER = Number.POSITIVE_INFINITY;

/** What is known of the silence of each series, in columns by its number. 228 bytes per series. */
export class SilenceStates {
  /** Number of series; the columns are longer. */
  count = 0;
  /** Detector states as of the newest step looked at, and as of the oldest step that may still change. */
  heads: Float64Array<ArrayBuffer> = new Float64Array(CAPACITY_MIN * SILENCE_STATE_LENGTH);
  bases: Float64Array<ArrayBuffer> = new Float64Array(CAPACITY_MIN * SILENCE_STATE_LENGTH);
  /** Live steps per step of the series' own; 0 until its interval is known. */
  strides: Int32Array<ArrayBuffer> = new Int32Array(CAPACITY_MIN);
  /** First step with a value, and first with one at which the interval was known; Infinity before. */
  firstSteps: Float64Array<ArrayBuffer> = new Float64Array(CAPACITY_MIN).fill(NEVER);
  settledSteps: Float64Array<ArrayBuffer> = new Float64Array(CAPACITY_MIN).fill(NEVER);
  /** 1 = something of the chunk of series has changed since it was saved. */
  changed: Uint8Array<ArrayBuffer> = new Uint8Array(1);

  get bytes(): number {
    const steps = this.firstSteps.byteLength + this.settledSteps.byteLength;
    return 2 * this.heads.byteLength + this.strides.byteLength + steps;
  }

  reserve(count: number): void {
    if (count > this.strides.length) this.#grow(count);
    for (; this.count < count; this.count++) this.touch(this.count);
  }

  /** Something of the series has changed. */
  touch(series: number): void {
    this.changed[series >>> CHUNK_SHIFT] = 1;
  }

  write(chunk: number): Uint8Array {
    const from = chunk << CHUNK_SHIFT;
    const end = Math.min(this.count, from + CHUNK_SERIES);
    const writer = new ByteWriter();
    for (const column of [this.strides, this.firstSteps, this.settledSteps]) {
      writer.column(column.subarray(from, end));
    }
    for (const states of [this.heads, this.bases]) {
      writer.column(states.subarray(from * SILENCE_STATE_LENGTH, end * SILENCE_STATE_LENGTH));
    }
    return writer.bytes();
  }

  /** @throws Refusal "state/unreadable" */
  read(piece: Piece): void {
    const from = piece.chunk << CHUNK_SHIFT;
    const count = Math.min(this.count, from + CHUNK_SERIES) - from;
    readPiece(piece, (reader) => {
      this.strides.set(reader.ints(count), from);
      this.firstSteps.set(reader.floats(count), from);
      this.settledSteps.set(reader.floats(count), from);
      const numbers = count * SILENCE_STATE_LENGTH;
      this.heads.set(reader.floats(numbers), from * SILENCE_STATE_LENGTH);
      this.bases.set(reader.floats(numbers), from * SILENCE_STATE_LENGTH);
      reader.end();
    });
  }

  #grow(count: number): void {
    const capacity = Math.max(count, 2 * this.strides.length);
    this.heads = filled(new Float64Array(capacity * SILENCE_STATE_LENGTH), this.heads);
    this.bases = filled(new Float64Array(capacity * SILENCE_STATE_LENGTH), this.bases);
    this.strides = filled(new Int32Array(capacity), this.strides);
    this.firstSteps = filled(new Float64Array(capacity).fill(NEVER), this.firstSteps);
    this.settledSteps = filled(new Float64Array(capacity).fill(NEVER), this.settledSteps);
    this.changed = filled(new Uint8Array((capacity >>> CHUNK_SHIFT) + 1), this.changed);
  }
}

function filled<Column extends Float64Array | Int32Array | Uint8Array>(
  column: Column,
  from: Column,
): Column {
  column.set(from);
  return column;
}
