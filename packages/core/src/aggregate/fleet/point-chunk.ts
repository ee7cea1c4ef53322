import { assert } from "../../model/refusal.ts";
import { sidak } from "../closed/closed-form.ts";
import { OffsetKeys } from "./offset-keys.ts";
import { type ByteTally, POINT, PointList, STANDING } from "./point-list.ts";
import { CHUNK_SERIES, isDense, type SavedValues, valuesOf } from "./saved-values.ts";

/** With more points than this, a chunk has columns. Below it they would be mostly empty. */
export const FEW_MAX = 96;

/** What a cell's key says besides the offset of its newest value: nothing there, or a claim. */
const EMPTY = 0;
const CLAIM = 1;
const FIRST_OFFSET = 2;

/**
 * The points of 1,024 series in one step. A few are in a list; when there are more, the newest value of
 * each series (or a claim) is in two columns, 6 bytes per series, and the list holds all others. With the offsets of
 * the step before it is 4 bytes.
 */
export class PointChunk {
  readonly #isWide: boolean;
  readonly #list: PointList;
  readonly #tally: ByteTally;
  /** Series that the columns are made for, at least. */
  readonly #room: number;
  #keys: OffsetKeys | undefined;
  #p: Float32Array | undefined;
  #marks: Uint8Array | undefined;

  /** @param room series that the chunk will have, as far as is known; more may join */
  constructor(isWide: boolean, room: number, tally: ByteTally) {
    this.#isWide = isWide;
    this.#room = room;
    this.#tally = tally;
    this.#list = new PointList(isWide, tally);
  }

  get bytes(): number {
    return this.#list.bytes + (this.#keys?.bytes ?? 0) + this.#ownBytes;
  }

  get #ownBytes(): number {
    return (this.#p?.byteLength ?? 0) + (this.#marks?.byteLength ?? 0);
  }

  /** Keeps offsets that are those of another chunk only once for both. Cost: the series. */
  share(other: PointChunk): void {
    if (other.#keys !== undefined) this.#keys?.share(other.#keys);
  }

  /** Nobody will ask it any more: its bytes are not counted from now on. */
  drop(): void {
    this.#tally.bytes -= this.#list.bytes + this.#ownBytes;
    this.#keys?.drop();
  }

  /** Whether the chunk has columns. */
  get isFull(): boolean {
    return this.#keys !== undefined;
  }

  /** Makes the columns at once: as many points are to come as in the step before. */
  fill(): void {
    if (this.#keys === undefined && this.#room > 0) this.#makeColumns(this.#room);
  }

  /** Takes many saved values into a chunk that is empty: straight into its columns. */
  take(values: SavedValues): void {
    this.#makeColumns(this.#room);
    if (isDense(values) && values.p.length <= this.#room) {
      this.#takeDense(values);
      return;
    }
    valuesOf(values, (series, offset, p, mark) => {
      const keys = this.#keys!;
      if (Number.isNaN(p)) return;
      this.#widen(keys, series);
      keys.set(series, offset + FIRST_OFFSET);
      this.#p![series] = p;
      if (mark !== 0) this.#setMark(series, mark);
    });
  }

  #takeDense({ offsets, p, marks }: SavedValues): void {
    const { column } = this.#keys!;
    for (let series = 0; series < p.length; series++) {
      if (!Number.isNaN(p[series]!)) column[series] = offsets[series]! + FIRST_OFFSET;
    }
    this.#p!.set(p);
    for (let series = 0; series < marks.length; series++) this.#setMark(series, marks[series]!);
  }

  /** A point of the sender's; NaN takes it back. False when it changed nothing. */
  put(series: number, offset: number, kind: number, p: number, mark: number): boolean {
    if (Number.isNaN(p)) return this.#remove(series, offset, kind);
    const keys = this.#keys;
    if (keys === undefined) {
      this.claim(series, Number.NaN);
      const changed = this.#list.put(series, offset, kind, p, mark);
      if (this.#list.count > FEW_MAX) this.#makeColumns(series + 1);
      return changed;
    }
    if (kind === POINT.value) {
      this.#widen(keys, series);
      return this.#putValue(keys, series, offset, p, mark);
    }
    this.claim(series, Number.NaN);
    return this.#list.put(series, offset, kind, p, mark);
  }

  #putValue(keys: OffsetKeys, series: number, offset: number, p: number, mark: number): boolean {
    const key = offset + FIRST_OFFSET;
    const newest = keys.column[series]!;
    if (newest > key) return this.#list.put(series, offset, POINT.value, p, mark);
    if (newest === key && Object.is(this.#p![series]!, Math.fround(p))) {
      return this.#setMark(series, mark);
    }
    if (newest > CLAIM && newest !== key) this.#moveToList(series, newest);
    if (newest !== key) keys.set(series, key);
    this.#p![series] = p;
    if (mark !== 0 || this.#marks !== undefined) this.#setMark(series, mark);
    return true;
  }

  /** Our word on a series without points; NaN takes it back. Points of the sender's are left alone. */
  claim(series: number, p: number, mark = 0): boolean {
    const keys = this.#keys;
    if (keys !== undefined) {
      if (series >= keys.column.length && Number.isNaN(p)) return false;
      this.#widen(keys, series);
    }
    const at = this.#list.from(series);
    const listed = at < this.#list.count && this.#list.series(at) === series;
    if (keys === undefined) {
      if (listed && this.#list.kind(at) !== POINT.claim) return false;
      if (!Number.isNaN(p)) return this.#list.put(series, 0, POINT.claim, p, mark);
      if (listed) this.#list.removeAt(at);
      return listed;
    }
    const key = keys.column[series]!;
    if (key > CLAIM || listed) return false;
    const isMarked = this.#setMark(series, Number.isNaN(p) ? 0 : mark);
    if (key === EMPTY ? Number.isNaN(p) : Object.is(this.#p![series]!, Math.fround(p)))
      return isMarked;
    keys.set(series, Number.isNaN(p) ? EMPTY : CLAIM);
    this.#p![series] = p;
    return true;
  }

  /** Šidák of the smallest p of a series where it has several; NaN without any. */
  of(series: number): number {
    const list = this.#list;
    const column = this.#p;
    let smallest = column !== undefined && series < column.length ? column[series]! : Number.NaN;
    if (list.count === 0) return smallest;
    let count = Number.isNaN(smallest) ? 0 : 1;
    for (let i = list.from(series); i < list.count && list.series(i) === series; i++) {
      if (list.kind(i) === POINT.end) continue;
      const p = list.p(i);
      count++;
      if (!(smallest <= p)) smallest = p;
    }
    return count > 1 ? sidak(smallest, count) : smallest;
  }

  /** What the sender's points of a series come to (STANDING). */
  standingOf(series: number): number {
    const list = this.#list;
    const key = this.#keys?.column[series] ?? EMPTY;
    let value = key > CLAIM ? key - FIRST_OFFSET : -1;
    let end = -1;
    for (let i = list.from(series); i < list.count && list.series(i) === series; i++) {
      const kind = list.kind(i);
      if (kind === POINT.value) value = Math.max(value, list.offset(i));
      if (kind === POINT.end) end = Math.max(end, list.offset(i));
    }
    return (value >= 0 ? STANDING.value : 0) | (end > value ? STANDING.ended : 0);
  }

  /** The strongest mark of a series' points. */
  markOf(series: number): number {
    const list = this.#list;
    let strongest = this.#marks?.[series] ?? 0;
    for (let i = list.from(series); i < list.count && list.series(i) === series; i++) {
      if (list.mark(i) > strongest) strongest = list.mark(i);
    }
    return strongest;
  }

  /** All points by series, then by offset and kind: the same for the same points, however they came. */
  forEach(
    visit: (series: number, offset: number, kind: number, p: number, mark: number) => void,
  ): void {
    const list = this.#list;
    let i = 0;
    const listedUpTo = (series: number, offset: number): void => {
      for (; i < list.count && list.series(i) <= series; i++) {
        if (list.series(i) === series && list.offset(i) > offset) return;
        if (list.series(i) === series && list.offset(i) === offset && list.kind(i) > POINT.value)
          return;
        visit(list.series(i), list.offset(i), list.kind(i), list.p(i), list.mark(i));
      }
    };
    const keys = this.#keys?.column;
    for (let series = 0; keys !== undefined && series < keys.length; series++) {
      const key = keys[series]!;
      if (key === EMPTY) continue;
      const offset = Math.max(0, key - FIRST_OFFSET);
      listedUpTo(series, offset);
      const mark = this.#marks === undefined ? 0 : this.#marks[series]!;
      visit(series, offset, key === CLAIM ? POINT.claim : POINT.value, this.#p![series]!, mark);
    }
    listedUpTo(CHUNK_SERIES, 0);
  }

  /** The step is over: room for more points is given back. */
  trim(): void {
    this.#list.trim();
  }

  #remove(series: number, offset: number, kind: number): boolean {
    const keys = this.#keys;
    if (kind === POINT.absence && this.#list.count === 0) return false;
    const isNewest = kind === POINT.value && keys?.column[series] === offset + FIRST_OFFSET;
    if (keys === undefined || !isNewest) return this.#list.remove(series, offset, kind);
    keys.set(series, EMPTY);
    this.#p![series] = Number.NaN;
    this.#setMark(series, 0);
    this.#takeNewest(series);
    return true;
  }

  /** Newest value of the list becomes that of the columns. */
  #takeNewest(series: number): void {
    const list = this.#list;
    let newest = -1;
    for (let i = list.from(series); i < list.count && list.series(i) === series; i++) {
      if (list.kind(i) === POINT.value) newest = i;
    }
    if (newest < 0) return;
    this.#keys!.set(series, list.offset(newest) + FIRST_OFFSET);
    this.#p![series] = list.p(newest);
    this.#setMark(series, list.mark(newest));
    list.removeAt(newest);
  }

  #moveToList(series: number, key: number): void {
    const mark = this.#marks === undefined ? 0 : this.#marks[series]!;
    this.#list.put(series, key - FIRST_OFFSET, POINT.value, this.#p![series]!, mark);
  }

  #setMark(series: number, mark: number): boolean {
    if (this.#marks === undefined) {
      if (mark === 0) return false;
      this.#marks = new Uint8Array(this.#p!.length);
      this.#tally.bytes += this.#marks.byteLength;
    }
    if (this.#marks[series] === mark) return false;
    this.#marks[series] = mark;
    return true;
  }

  #makeColumns(needed: number): void {
    const list = this.#list;
    const listed = list.count === 0 ? 0 : list.series(list.count - 1) + 1;
    const room = Math.max(needed, listed, this.#room);
    this.#keys = new OffsetKeys(this.#isWide, room, this.#tally);
    this.#p = new Float32Array(room).fill(Number.NaN);
    this.#tally.bytes += this.#p.byteLength;
    const all = Array.from({ length: list.count }, (_, i) => {
      return [list.series(i), list.offset(i), list.kind(i), list.p(i), list.mark(i)] as const;
    });
    list.clear();
    for (const [series, offset, kind, p, mark] of all) {
      if (kind === POINT.claim) this.claim(series, p, mark);
      else this.put(series, offset, kind, p, mark);
    }
  }

  /** Gives the columns a place for the series. */
  #widen(keys: OffsetKeys, series: number): void {
    const known = keys.column.length;
    if (series < known) return;
    assert(series < CHUNK_SERIES, "a chunk of points has columns for its own series only");
    const room = Math.min(CHUNK_SERIES, Math.max(series + 1, Math.ceil(1.25 * known)));
    this.#tally.bytes -= this.#ownBytes;
    keys.widen(room);
    const p = new Float32Array(room).fill(Number.NaN);
    p.set(this.#p!);
    this.#p = p;
    if (this.#marks !== undefined) {
      const marks = new Uint8Array(room);
      marks.set(this.#marks);
      this.#marks = marks;
    }
    this.#tally.bytes += this.#ownBytes;
  }
}
