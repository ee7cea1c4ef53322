import type { Points } from "../codec/chunk-codec.ts";

/** Sealed points of a series that stay in memory, so that short reads of its end never touch the disk. */
export const TAIL_POINTS = 60;
/** Points that make a full chunk. Source: measured for day files of 1-minute and 5-minute series. */
export const CHUNK_POINTS = 120;

const CAPACITY = TAIL_POINTS + CHUNK_POINTS;
const SLAB_SERIES = 256;
const OFFSET_MAX = 2 ** 32 - 1;

/**
 * The newest points of every series in shared slabs: a tail of at most 60 points that are sealed
 * already, then the open head of at most 120 that are not. Together they are always the end of
 * the series as stored, without a hole.
 *
 * Memory: 12 bytes per point (times as 32-bit offsets), 2.2 KB per series, reserved from its first point.
 */
export class RecentPoints {
  readonly #values: Float64Array[] = [];
  readonly #offsets: Uint32Array[] = [];
  #baseMs = new Float64Array(0);
  #tail = new Uint8Array(0);
  #length = new Uint8Array(0);

  /** Makes room for series 0 .. seriesCount - 1. */
  grow(seriesCount: number): void {
    while (this.#values.length * SLAB_SERIES < seriesCount) {
      this.#values.push(new Float64Array(SLAB_SERIES * CAPACITY));
      this.#offsets.push(new Uint32Array(SLAB_SERIES * CAPACITY));
    }
    if (this.#tail.length >= seriesCount) return;
    const room = this.#values.length * SLAB_SERIES;
    this.#baseMs = grown(this.#baseMs, new Float64Array(room));
    this.#tail = grown(this.#tail, new Uint8Array(room));
    this.#length = grown(this.#length, new Uint8Array(room));
  }

  /** Points in memory: tail and head. */
  length(id: number): number {
    return this.#length[id]!;
  }

  headLength(id: number): number {
    return this.#length[id]! - this.#tail[id]!;
  }

  tailLength(id: number): number {
    return this.#tail[id]!;
  }

  /** Time of point `i` of those in memory. */
  timeAt(id: number, i: number): number {
    return this.#baseMs[id]! + this.#offsets[slab(id)]![start(id) + i]!;
  }

  valueAt(id: number, i: number): number {
    return this.#values[slab(id)]![start(id) + i]!;
  }

  /** Whether the head still has room for a point at `atMs` (which must be after all others). */
  fits(id: number, atMs: number): boolean {
    return this.#length[id] === 0 || atMs - this.#baseMs[id]! <= OFFSET_MAX;
  }

  /** Appends points [from, to) after all others; the caller ensures order and room. */
  push(id: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const length = this.#length[id]!;
    if (length === 0) this.#baseMs[id] = times[from]!;
    const base = this.#baseMs[id]!;
    const valueSlab = this.#values[slab(id)]!;
    const offsetSlab = this.#offsets[slab(id)]!;
    let at = start(id) + length;
    for (let i = from; i < to; i++) {
      offsetSlab[at] = times[i]! - base;
      valueSlab[at] = values[i]!;
      at++;
    }
    this.#length[id] = length + to - from;
  }

  /** Index of the first point at or after `atMs`; `length` when there is none. */
  indexOf(id: number, atMs: number): number {
    let low = 0;
    let high = this.#length[id]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(id, middle) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  overwrite(id: number, i: number, value: number): void {
    this.#values[slab(id)]![start(id) + i] = value;
  }

  /** Puts a point into the head, before point `i` (tailLength <= i <= length). */
  insertInHead(id: number, i: number, atMs: number, value: number): void {
    this.#rebase(id, atMs);
    this.#shift(id, i, i + 1, this.#length[id]! - i);
    this.#length[id]!++;
    this.#set(id, i, atMs, value);
  }

  /** Puts a point into the tail, before point `i` (1 <= i <= tailLength); a full tail gives up its oldest. */
  insertInTail(id: number, i: number, atMs: number, value: number): void {
    if (this.#tail[id] === TAIL_POINTS) {
      this.#shift(id, 1, 0, i - 1);
      this.#set(id, i - 1, atMs, value);
      return;
    }
    this.insertInHead(id, i, atMs, value);
    this.#tail[id]!++;
  }

  /** The head, copied. Empty columns when there is none. */
  head(id: number): Points {
    return this.copy(id, this.#tail[id]!, this.#length[id]!);
  }

  /** Points [from, to) of those in memory, copied. */
  copy(id: number, from: number, to: number): Points {
    const at = start(id);
    const values = this.#values[slab(id)]!.slice(at + from, at + to);
    const offsets = this.#offsets[slab(id)]!;
    const base = this.#baseMs[id]!;
    const timestampsMs = new Float64Array(to - from);
    for (let i = from; i < to; i++) timestampsMs[i - from] = base + offsets[at + i]!;
    return { timestampsMs, values };
  }

  /** The head becomes tail; of the tail only the newest 60 points stay. */
  sealHead(id: number): void {
    this.#keepLast(id, TAIL_POINTS);
    this.#tail[id] = this.#length[id]!;
  }

  /** Points [from, to) become the tail of an empty head: they were sealed without passing through it. */
  replaceTail(id: number, { timestampsMs, values }: Points, from: number, to: number): void {
    this.#length[id] = 0;
    this.push(id, timestampsMs, values, Math.max(from, to - TAIL_POINTS), to);
    this.#tail[id] = this.#length[id]!;
  }

  /** Forgets the tail (it is on disk); the head stays. */
  dropTail(id: number): void {
    this.#keepLast(id, this.headLength(id));
    this.#tail[id] = 0;
  }

  /** Drops points before `atMs`; how many of the head went (they are nowhere else). */
  dropBefore(id: number, atMs: number): number {
    const drop = this.indexOf(id, atMs);
    const tail = this.#tail[id]!;
    this.#keepLast(id, this.#length[id]! - drop);
    this.#tail[id] = Math.max(0, tail - drop);
    return Math.max(0, drop - tail);
  }

  /** Puts saved points in place of what is there: `tail` of them sealed, the rest the head. */
  restore(id: number, points: Points, tail: number): void {
    this.#length[id] = 0;
    this.#tail[id] = tail;
    if (points.values.length > 0) {
      this.push(id, points.timestampsMs, points.values, 0, points.values.length);
    }
  }

  #keepLast(id: number, count: number): void {
    const drop = this.#length[id]! - count;
    if (drop <= 0) return;
    this.#shift(id, drop, 0, count);
    this.#length[id] = count;
    if (count > 0) this.#rebaseTo(id, this.timeAt(id, 0));
  }

  #shift(id: number, from: number, to: number, count: number): void {
    const at = start(id);
    this.#values[slab(id)]!.copyWithin(at + to, at + from, at + from + count);
    this.#offsets[slab(id)]!.copyWithin(at + to, at + from, at + from + count);
  }

  #set(id: number, i: number, atMs: number, value: number): void {
    this.#offsets[slab(id)]![start(id) + i] = atMs - this.#baseMs[id]!;
    this.#values[slab(id)]![start(id) + i] = value;
  }

  #rebase(id: number, atMs: number): void {
    if (atMs < this.#baseMs[id]!) this.#rebaseTo(id, atMs);
  }

  #rebaseTo(id: number, baseMs: number): void {
    const by = this.#baseMs[id]! - baseMs;
    const offsets = this.#offsets[slab(id)]!;
    const at = start(id);
    for (let i = at; i < at + this.#length[id]!; i++) offsets[i]! += by;
    this.#baseMs[id] = baseMs;
  }
}

function slab(id: number): number {
  return Math.floor(id / SLAB_SERIES);
}

function start(id: number): number {
  return (id % SLAB_SERIES) * CAPACITY;
}

function grown<Column extends Float64Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
