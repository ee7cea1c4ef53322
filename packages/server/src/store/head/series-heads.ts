import { DAY_MS } from "@foreshock/core/fold";
import { encodeChunk, type Points } from "../codec/chunk-codec.ts";
import { CHUNK_POINTS, RecentPoints } from "./recent-points.ts";

/** Shortest first chunk of a day; with the spread of 61 it staggers sealing over the series. */
const FIRST_CHUNK_MIN = 60;
const FIRST_CHUNK_SPREAD = 61;

/** Where points go that do not stay in memory. */
export interface HeadSink {
  /** A chunk is full: points [from, to) in [t0Ms, t1Ms], all of one UTC day. */
  sealed(id: number, t0Ms: number, t1Ms: number, count: number, bytes: Uint8Array): void;
  /** A point older than the head that changes what is stored; already compared. */
  late(id: number, atMs: number, value: number): void;
  /** A point older than all in memory; whether it changes anything only the disk knows. */
  old(id: number, atMs: number, value: number): void;
}

/**
 * The open end of every series: recent points in memory, how far it is sealed, first and last
 * time, number of points. Puts arriving points in their place: in order (fast, by columns), late
 * into the head or the tail, or hands them on to the sink.
 */
export class SeriesHeads {
  readonly recent = new RecentPoints();
  firstMs = new Float64Array(0);
  lastMs = new Float64Array(0);
  /** No point after this one was ever sealed or stored as a late one; -Infinity before the first. */
  sealedUntilMs = new Float64Array(0);
  pointCount = new Float64Array(0);
  /** 1 where something changed since it was last saved. */
  dirty = new Uint8Array(0);
  /** Of the run appended last: points that changed something, and the earliest not after the newest. */
  changed = 0;
  lateFromMs = Number.NaN;
  /** Of the run appended last: points at instants that had none, and those that replaced another value. */
  added = 0;
  overwritten = 0;

  grow(seriesCount: number): void {
    this.recent.grow(seriesCount);
    const before = this.dirty.length;
    if (before >= seriesCount) return;
    const room = Math.max(256, before * 2, seriesCount);
    this.firstMs = wider(this.firstMs, room, Number.NaN);
    this.lastMs = wider(this.lastMs, room, Number.NEGATIVE_INFINITY);
    this.sealedUntilMs = wider(this.sealedUntilMs, room, Number.NEGATIVE_INFINITY);
    this.pointCount = wider(this.pointCount, room, 0);
    const dirty = new Uint8Array(room);
    dirty.set(this.dirty);
    this.dirty = dirty;
  }

  /** Puts points [from, to) of the columns into series `id`, in their order. */
  append(id: number, points: Points, from: number, to: number, sink: HeadSink): void {
    const times = points.timestampsMs;
    this.changed = 0;
    this.added = 0;
    this.overwritten = 0;
    this.lateFromMs = Number.NaN;
    let at = from;
    while (at < to) {
      if (!(times[at]! > this.lastMs[id]!)) {
        this.#place(id, times[at]!, points.values[at]!, sink);
        at++;
        continue;
      }
      let end = at + 1;
      while (end < to && times[end]! > times[end - 1]!) end++;
      this.#extend(id, points, at, end, sink);
      at = end;
    }
    if (this.changed > 0) this.dirty[id] = 1;
  }

  /** Whether points [from, to) are all later than the newest one, in order. */
  isExtension(id: number, times: Float64Array, from: number, to: number): boolean {
    let before = this.lastMs[id]!;
    for (let i = from; i < to; i++) {
      if (!(times[i]! > before)) return false;
      before = times[i]!;
    }
    return true;
  }

  /** Counts a change that was found before the head. */
  countOld(id: number, atMs: number, isNew: boolean): void {
    this.dirty[id] = 1;
    this.changed++;
    this.#markLate(atMs);
    if (isNew) this.#countNew(id, atMs);
    else this.overwritten++;
    if (atMs > this.sealedUntilMs[id]!) this.sealedUntilMs[id] = atMs;
  }

  /**
   * Takes points of a whole day that retention deletes off the count. Nothing happens where the
   * series has forgotten that day before.
   */
  forget(id: number, points: number, day: number): void {
    if (this.firstMs[id]! < (day + 1) * DAY_MS) this.#uncount(id, points);
  }

  /** Drops recent points of days before `day`, and moves the first time up to it. */
  dropBefore(id: number, day: number): void {
    const cutMs = day * DAY_MS;
    if (this.pointCount[id] === 0 || this.firstMs[id]! >= cutMs) return;
    this.#uncount(id, this.recent.dropBefore(id, cutMs));
    this.firstMs[id] = cutMs;
    if (this.lastMs[id]! < cutMs) this.pointCount[id] = 0;
  }

  #uncount(id: number, points: number): void {
    this.pointCount[id] = Math.max(0, this.pointCount[id]! - points);
    this.dirty[id] = 1;
  }

  #extend(id: number, points: Points, from: number, to: number, sink: HeadSink): void {
    const { recent } = this;
    const times = points.timestampsMs;
    let at = from;
    while (at < to) {
      const dayEnd = (dayOf(times[at]!) + 1) * DAY_MS;
      if (recent.headLength(id) > 0 && headDay(recent, id) !== dayEnd / DAY_MS - 1) {
        this.#seal(id, sink);
      }
      const open = recent.headLength(id);
      const target = this.#chunkLength(id, times[at]!);
      const most = Math.min(to, at + target - open);
      let end = at + 1;
      while (end < most && times[end]! < dayEnd) end++;
      if (open === 0 && end - at === target) {
        this.#sealDirectly(id, points, at, end, sink);
      } else {
        if (!recent.fits(id, times[end - 1]!)) recent.dropTail(id);
        recent.push(id, times, points.values, at, end);
        if (recent.headLength(id) >= target) this.#seal(id, sink);
      }
      at = end;
    }
    if (this.pointCount[id] === 0) this.firstMs[id] = times[from]!;
    this.pointCount[id]! += to - from;
    this.lastMs[id] = times[to - 1]!;
    this.changed += to - from;
    this.added += to - from;
  }

  /** A point that is not after the newest one. */
  #place(id: number, atMs: number, value: number, sink: HeadSink): void {
    const { recent } = this;
    const length = recent.length(id);
    const inHead =
      atMs > this.sealedUntilMs[id]! &&
      recent.headLength(id) > 0 &&
      headDay(recent, id) === dayOf(atMs);
    if (!inHead && (length === 0 || atMs < recent.timeAt(id, 0))) {
      sink.old(id, atMs, value);
      return;
    }
    const i = recent.indexOf(id, atMs);
    const known = i < length && recent.timeAt(id, i) === atMs;
    if (known && same(recent.valueAt(id, i), value)) return;
    if (known) recent.overwrite(id, i, value);
    else if (inHead) recent.insertInHead(id, i, atMs, value);
    else recent.insertInTail(id, i, atMs, value);
    if (inHead) this.#countHead(id, atMs, known, sink);
    else {
      this.countOld(id, atMs, !known);
      sink.late(id, atMs, value);
    }
  }

  #countHead(id: number, atMs: number, known: boolean, sink: HeadSink): void {
    this.changed++;
    this.#markLate(atMs);
    if (known) {
      this.overwritten++;
      return;
    }
    this.#countNew(id, atMs);
    if (this.recent.headLength(id) >= this.#chunkLength(id, atMs)) this.#seal(id, sink);
  }

  #countNew(id: number, atMs: number): void {
    this.pointCount[id]!++;
    this.added++;
    if (!(atMs >= this.firstMs[id]!)) this.firstMs[id] = atMs;
  }

  #markLate(atMs: number): void {
    if (!(atMs >= this.lateFromMs)) this.lateFromMs = atMs;
  }

  #seal(id: number, sink: HeadSink): void {
    const head = this.recent.head(id);
    this.#emit(id, head, 0, head.values.length, sink);
    this.recent.sealHead(id);
  }

  #sealDirectly(id: number, points: Points, from: number, to: number, sink: HeadSink): void {
    this.#emit(id, points, from, to, sink);
    this.recent.replaceTail(id, points, from, to);
  }

  #emit(id: number, points: Points, from: number, to: number, sink: HeadSink): void {
    const t0Ms = points.timestampsMs[from]!;
    const t1Ms = points.timestampsMs[to - 1]!;
    sink.sealed(id, t0Ms, t1Ms, to - from, encodeChunk(id, points, from, to));
    if (t1Ms > this.sealedUntilMs[id]!) this.sealedUntilMs[id] = t1Ms;
  }

  /** The first chunk of a day has a different length for every series, so that not all seal at once. */
  #chunkLength(id: number, atMs: number): number {
    if (dayOf(this.sealedUntilMs[id]!) === dayOf(atMs)) return CHUNK_POINTS;
    return FIRST_CHUNK_MIN + ((Math.imul(id, 0x9e3779b1) >>> 8) % FIRST_CHUNK_SPREAD);
  }
}

/** Number of the UTC day that an instant is in. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** Equal as stored: NaN is NaN, 0 is not -0. */
export function same(a: number, b: number): boolean {
  return Object.is(a, b);
}

/** Of all points of the head, which must have one. The newest is asked: the next point is written beside it. */
function headDay(recent: RecentPoints, id: number): number {
  return dayOf(recent.timeAt(id, recent.length(id) - 1));
}

function wider(from: Float64Array, room: number, fill: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(room).fill(fill);
  to.set(from);
  return to;
}
