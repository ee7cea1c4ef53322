import { widest } from "./wide-column.ts";

/**
 * What a point of a step says. A claim is ours (a silence) and gives way to any point of the sender's. An end
 * is the sender's word that the series ended there; it has no p.
 */
export const POINT = { claim: 0, value: 1, absence: 2, end: 3 } as const;

/** What the sender's points of a series in a step come to: bits. */
export const STANDING = {
  /** There is a value. */
  value: 1,
  /** The newest that was said is that the series ended. */
  ended: 2,
} as const;

const ROOM_MIN = 2;
/** Of lists without points: a chunk with columns has one, and there is a chunk for each 1,024 series and step. */
const NO_SHORTS = new Uint16Array(0);
const NO_WORDS = new Uint32Array(0);
const NO_P = new Float32Array(0);

/** Counts the bytes of columns as they are made and given up, for whoever is charged for them. */
export interface ByteTally {
  bytes: number;
}

/**
 * Points of up to 4,096 series in columns, ordered by series, offset and kind. Finding one is a binary
 * search, adding one at the end is cheap, in the middle a move of what comes after it: for a few
 * points, or for those beyond the first of a cell. 8 bytes per point, 10 on a wide grid.
 */
export class PointList {
  count = 0;
  /** Series, kind and mark of each point, packed. */
  #where: Uint16Array;
  #offsets: Uint16Array | Uint32Array;
  #p: Float32Array;

  readonly #tally: ByteTally;

  constructor(isWide: boolean, tally: ByteTally) {
    this.#where = NO_SHORTS;
    this.#offsets = isWide ? NO_WORDS : NO_SHORTS;
    this.#p = NO_P;
    this.#tally = tally;
  }

  get bytes(): number {
    return this.#where.byteLength + this.#offsets.byteLength + this.#p.byteLength;
  }

  series(i: number): number {
    return this.#where[i]! >>> 4;
  }

  kind(i: number): number {
    return (this.#where[i]! >>> 2) & 3;
  }

  mark(i: number): number {
    return this.#where[i]! & 3;
  }

  offset(i: number): number {
    return this.#offsets[i]!;
  }

  p(i: number): number {
    return this.#p[i]!;
  }

  /** Index of the first point of `series` or a later one. */
  from(series: number): number {
    let low = 0;
    let high = this.count;
    const wanted = series << 4;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#where[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds a point, or replaces the one of the same series, offset and kind; false if that changed nothing. */
  put(series: number, offset: number, kind: number, p: number, mark: number): boolean {
    const at = this.#placeOf(series, offset, kind);
    const where = (series << 4) | (kind << 2) | mark;
    if (this.#is(at, series, offset, kind)) {
      const changed = this.#where[at] !== where || !Object.is(this.#p[at]!, Math.fround(p));
      this.#where[at] = where;
      this.#p[at] = p;
      return changed;
    }
    this.#open(at);
    this.#where[at] = where;
    this.#offsets[at] = offset;
    this.#p[at] = p;
    return true;
  }

  /** Takes a point out; false where there is none. */
  remove(series: number, offset: number, kind: number): boolean {
    const at = this.#placeOf(series, offset, kind);
    if (!this.#is(at, series, offset, kind)) return false;
    this.removeAt(at);
    return true;
  }

  removeAt(at: number): void {
    this.#where.copyWithin(at, at + 1, this.count);
    this.#offsets.copyWithin(at, at + 1, this.count);
    this.#p.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  clear(): void {
    this.count = 0;
    this.trim();
  }

  /** Gives back room that no point needs. */
  trim(): void {
    const least = this.count === 0 ? 0 : Math.max(this.count, ROOM_MIN);
    if (this.#where.length > least) this.#resize(least);
  }

  #is(at: number, series: number, offset: number, kind: number): boolean {
    return (
      at < this.count &&
      this.series(at) === series &&
      this.#offsets[at] === offset &&
      this.kind(at) === kind
    );
  }

  #placeOf(series: number, offset: number, kind: number): number {
    let low = 0;
    let high = this.count;
    if (high > 0 && this.#isBefore(high - 1, series, offset, kind)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, series, offset, kind)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(i: number, series: number, offset: number, kind: number): boolean {
    const own = this.series(i);
    if (own !== series) return own < series;
    const ownOffset = this.#offsets[i]!;
    return ownOffset === offset ? this.kind(i) < kind : ownOffset < offset;
  }

  #open(at: number): void {
    if (this.count === this.#where.length) this.#grow();
    this.#where.copyWithin(at + 1, at, this.count);
    this.#offsets.copyWithin(at + 1, at, this.count);
    this.#p.copyWithin(at + 1, at, this.count);
    this.count++;
  }

  #grow(): void {
    this.#resize(this.count + Math.max(ROOM_MIN, this.count >>> 1));
  }

  #resize(room: number): void {
    const [where, offsets, p] = [this.#where, this.#offsets, this.#p];
    const kept = Math.min(room, this.count);
    this.#tally.bytes -= this.bytes;
    if (room === 0) {
      this.#where = NO_SHORTS;
      this.#offsets = offsets instanceof Uint32Array ? NO_WORDS : NO_SHORTS;
      this.#p = NO_P;
      return;
    }
    this.#where = new Uint16Array(room);
    this.#offsets = widest(offsets instanceof Uint32Array, room);
    this.#p = new Float32Array(room);
    this.#where.set(where.subarray(0, kept));
    this.#offsets.set(offsets.subarray(0, kept));
    this.#p.set(p.subarray(0, kept));
    this.#tally.bytes += this.bytes;
  }
}
