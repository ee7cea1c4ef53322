import type { SeriesNumber } from "../../model/series-number.ts";
import { unreadable } from "../../model/state-bytes.ts";
import type { ByteReader, ByteWriter } from "./column-bytes.ts";
import { FEW_MAX, PointChunk } from "./point-chunk.ts";
import { type ByteTally, POINT } from "./point-list.ts";
import { CHUNK_SERIES, type SavedValues, valuesOf } from "./saved-values.ts";
import { isWideStep } from "./wide-column.ts";

const SHIFT = 10;
const MASK = CHUNK_SERIES - 1;
const NOWHERE: readonly boolean[] = [];

/**
 * The p of all series inside one step of the grid, in single precision: about 6 bytes per series with one
 * point in the step, 4 where it has the offset of the step before, about 8 for each further point of it. A point is named by its offset in the step
 * and its kind: the same name, the same point.
 */
export class StepPoints {
  /** Something was put or taken back since the points were saved. */
  isChanged = true;
  readonly #stepMs: number;
  readonly #seriesCount: number;
  readonly #tally: ByteTally;
  /** Chunks that are to have columns from the beginning. */
  readonly #isFull: readonly boolean[];
  readonly #chunks: (PointChunk | undefined)[] = [];
  #ends = 0;

  /**
   * @param seriesCount series that are known now; more may join
   * @param like points of a step that will have been much like this one
   */
  constructor(
    stepMs: number,
    seriesCount: number,
    tally: ByteTally = { bytes: 0 },
    like?: StepPoints,
  ) {
    this.#stepMs = stepMs;
    this.#isFull = like === undefined ? NOWHERE : like.#chunks.map((one) => one?.isFull === true);
    this.#seriesCount = seriesCount;
    this.#tally = tally;
  }

  /** Bytes of the columns. */
  get bytes(): number {
    let bytes = 0;
    for (const chunk of this.#chunks) bytes += chunk?.bytes ?? 0;
    return bytes;
  }

  /** Adds a point or replaces the one of that name; NaN takes it back. False when that changed nothing. */
  put(series: SeriesNumber, offset: number, kind: number, p: number, mark: number): boolean {
    const changed = this.#chunk(series).put(series & MASK, offset, kind, p, mark);
    if (changed && kind === POINT.end) this.#ends += Number.isNaN(p) ? -1 : 1;
    return this.#noted(changed);
  }

  /** Whether it says of any series that it ended. */
  get hasEnds(): boolean {
    return this.#ends > 0;
  }

  /** What the sender's points of a series come to (STANDING). */
  standingOf(series: SeriesNumber): number {
    return this.#chunks[series >>> SHIFT]?.standingOf(series & MASK) ?? 0;
  }

  /** Our own word on a series that has no point in the step; NaN takes it back, a point replaces it. */
  claim(series: SeriesNumber, p: number, mark = 0): boolean {
    return this.#noted(this.#chunk(series).claim(series & MASK, p, mark));
  }

  /**
   * p of a series in this step: Šidák of the smallest where it has several points; NaN without any,
   * also for a series that joined later.
   */
  of(series: SeriesNumber): number {
    const chunk = this.#chunks[series >>> SHIFT];
    return chunk === undefined ? Number.NaN : chunk.of(series & MASK);
  }

  /** The strongest mark of a series in this step. */
  markOf(series: SeriesNumber): number {
    const chunk = this.#chunks[series >>> SHIFT];
    return chunk === undefined ? 0 : chunk.markOf(series & MASK);
  }

  /** All points: series ascending, then offsets and kinds. */
  forEach(
    visit: (series: SeriesNumber, offset: number, kind: number, p: number, mark: number) => void,
  ): void {
    this.#chunks.forEach((chunk, c) => {
      chunk?.forEach((series, offset, kind, p, mark) => {
        visit((c << SHIFT) + series, offset, kind, p, mark);
      });
    });
  }

  /**
   * The step is over: room that was left for more points is given back, and what is equal in the step before is kept
   * once for both.
   */
  trim(before?: StepPoints): void {
    this.#chunks.forEach((chunk, c) => {
      chunk?.trim();
      const other = before === undefined ? undefined : before.#chunks[c];
      if (other !== undefined) chunk?.share(other);
    });
  }

  /** Nobody will ask it any more: its bytes are not counted from now on. */
  drop(): void {
    for (const chunk of this.#chunks) chunk?.drop();
  }

  /** The same points give the same bytes, in whatever order they came. */
  write(writer: ByteWriter): void {
    const isWide = isWideStep(this.#stepMs);
    this.#chunks.forEach((chunk, c) => {
      if (chunk !== undefined) writeChunk(writer, chunk, c, isWide);
    });
  }

  /** @throws Refusal "state/unreadable" for bytes that cannot be points of `seriesCount` series. */
  static read(
    reader: ByteReader,
    stepMs: number,
    seriesCount: number,
    tally: ByteTally = { bytes: 0 },
  ): StepPoints {
    const points = new StepPoints(stepMs, seriesCount, tally);
    while (!reader.atEnd) readChunk(reader, points, stepMs, seriesCount);
    points.trim();
    points.isChanged = false;
    return points;
  }

  /** Saved values of a chunk's series, the newest of each; claims and further points are put after them. */
  takeSaved(c: number, values: SavedValues): void {
    const chunk = this.#chunk(c << SHIFT);
    if (values.p.length > FEW_MAX) chunk.take(values);
    else
      valuesOf(values, (local, offset, p, mark) => chunk.put(local, offset, POINT.value, p, mark));
  }

  #chunk(series: SeriesNumber): PointChunk {
    const c = series >>> SHIFT;
    let chunk = this.#chunks[c];
    if (chunk === undefined) {
      const room = Math.min(CHUNK_SERIES, Math.max(0, this.#seriesCount - (c << SHIFT)));
      chunk = new PointChunk(isWideStep(this.#stepMs), room, this.#tally);
      if (this.#isFull[c] === true) chunk.fill();
      while (this.#chunks.length < c) this.#chunks.push(undefined);
      this.#chunks[c] = chunk;
    }
    return chunk;
  }

  #noted(changed: boolean): boolean {
    if (changed) this.isChanged = true;
    return changed;
  }
}

/** Where a chunk's points lie once they are saved: the last value of a series in columns, the rest as a list. */
interface Counted {
  readonly last: Uint32Array;
  main: number;
  others: number;
  marked: number;
}

function writeChunk(writer: ByteWriter, chunk: PointChunk, c: number, isWide: boolean): void {
  const counted = countedIn(chunk);
  const { main, others, last } = counted;
  if (main + others === 0) return;
  const offsets = isWide ? new Uint32Array(main) : new Uint16Array(main);
  const p = new Float32Array(main);
  const marks = new Uint8Array(counted.marked > 0 ? main : 0);
  const otherWhere = new Uint16Array(others);
  const otherOffsets = isWide ? new Uint32Array(others) : new Uint16Array(others);
  const otherP = new Float32Array(others);
  let [m, o] = [0, 0];
  const left = last.slice();
  chunk.forEach((series, offset, kind, value, mark) => {
    if (kind === POINT.value && --left[series]! === 0) {
      offsets[m] = offset;
      p[m] = value;
      if (marks.length > 0) marks[m] = mark;
      m++;
    } else {
      otherWhere[o] = (series << 4) | (kind << 2) | mark;
      otherOffsets[o] = offset;
      otherP[o++] = value;
    }
  });
  writer.column(Int32Array.of(c, main, others, marks.length));
  writer.column(bitsOf(last));
  for (const column of [offsets, p, marks, otherWhere, otherOffsets, otherP]) writer.column(column);
}

function countedIn(chunk: PointChunk): Counted {
  const counted: Counted = { last: new Uint32Array(CHUNK_SERIES), main: 0, others: 0, marked: 0 };
  const { last } = counted;
  let all = 0;
  chunk.forEach((series, _offset, kind, _p, mark) => {
    all++;
    if (mark > 0) counted.marked++;
    if (kind !== POINT.value) return;
    if (last[series] === 0) counted.main++;
    last[series]!++;
  });
  counted.others = all - counted.main;
  return counted;
}

function readChunk(
  reader: ByteReader,
  points: StepPoints,
  stepMs: number,
  seriesCount: number,
): void {
  const isWide = isWideStep(stepMs);
  const [c, main, others, marked] = reader.ints(4) as unknown as [number, number, number, number];
  const bits = reader.octets(CHUNK_SERIES / 8);
  const offsets = isWide ? reader.words(main) : reader.shorts(main);
  const p = reader.singles(main);
  const marks = reader.octets(marked);
  const otherWhere = reader.shorts(others);
  const otherOffsets = isWide ? reader.words(others) : reader.shorts(others);
  const otherP = reader.singles(others);
  const demand = (local: number, offset: number): void => {
    const series = (c << SHIFT) + local;
    if (!(c >= 0 && series < seriesCount && offset < stepMs)) {
      throw unreadable("a point of no series, or outside its step", { series, offset });
    }
  };
  let count = 0;
  for (let local = 0; local < CHUNK_SERIES; local++) {
    if ((bits[local >>> 3]! & (1 << (local & 7))) === 0) continue;
    if (count === main) throw unreadable("more series than points");
    demand(local, offsets[count++]!);
  }
  if (count > 0) points.takeSaved(c, { bits, offsets, p, marks });
  for (let o = 0; o < others; o++) {
    const where = otherWhere[o]!;
    const local = where >>> 4;
    const [offset, value, kind] = [otherOffsets[o]!, otherP[o]!, (where >>> 2) & 3];
    demand(local, offset);
    const series = (c << SHIFT) + local;
    if (kind === POINT.claim) points.claim(series, value, where & 3);
    else points.put(series, offset, kind, value, where & 3);
  }
}

function bitsOf(present: Uint32Array): Uint8Array {
  const bits = new Uint8Array(present.length / 8);
  for (let i = 0; i < present.length; i++) {
    if (present[i]! > 0) bits[i >>> 3]! |= 1 << (i & 7);
  }
  return bits;
}
