import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Points of several series in the order of time; of equal times, in the order of adding. */
export interface SortedPoints {
  readonly series: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/** Points sorted at once: 48 MB with the order of them. */
const RUN_POINTS = 2_000_000;
/** Points of each run held in memory while they are merged. */
const WINDOW_POINTS = 8192;
/** Time, series and value of a point. */
const WIDTH = 3;

/**
 * Sorts any number of points by time in bounded memory: runs of at most `runPoints` are sorted and,
 * where there are several, kept in a temporary folder and merged. Stable, so that of two values for
 * one instant the later one stays the later one. Disk: 24 bytes per point beyond one run.
 */
export class TimeSorter {
  readonly #runPoints: number;
  #room: Float64Array<ArrayBuffer>;
  #count = 0;
  readonly #runs: StoredRun[] = [];
  #dir: string | undefined;
  /** Points added so far. */
  total = 0;

  constructor(runPoints = RUN_POINTS) {
    this.#runPoints = runPoints;
    this.#room = new Float64Array(WIDTH * Math.min(runPoints, WINDOW_POINTS));
  }

  add(series: number, atMs: number, value: number): void {
    if (this.#count === this.#runPoints) this.#store();
    const at = WIDTH * this.#count;
    if (at === this.#room.length) this.#grow();
    this.#room[at] = atMs;
    this.#room[at + 1] = series;
    this.#room[at + 2] = value;
    this.#count++;
    this.total++;
  }

  /** All points, in batches of at most `pointsMax` that are the caller's; after the last `add`. */
  *sorted(pointsMax: number): Generator<SortedPoints> {
    const last = sortedByTime(this.#room, this.#count);
    const runs: RunReader[] = [
      ...this.#runs.map((run) => new StoredReader(run)),
      new MemoryReader(last),
    ];
    const heap = runs.map((_, k) => k).filter((k) => runs[k]!.next());
    const before = (a: number, b: number): boolean => {
      const [left, right] = [runs[a]!.atMs, runs[b]!.atMs];
      return left < right || (left === right && a < b);
    };
    for (let k = (heap.length >> 1) - 1; k >= 0; k--) sink(heap, k, before);
    while (heap.length > 0) {
      const batch = emptyBatch(pointsMax);
      let count = 0;
      while (count < pointsMax && heap.length > 0) {
        const run = runs[heap[0]!]!;
        batch.timestampsMs[count] = run.atMs;
        batch.series[count] = run.series;
        batch.values[count] = run.value;
        count++;
        if (!run.next()) {
          const end = heap.pop()!;
          if (heap.length > 0) heap[0] = end;
        }
        sink(heap, 0, before);
      }
      yield cut(batch, count);
    }
  }

  /** Removes the temporary files. */
  close(): void {
    for (const { file } of this.#runs) closeSync(file);
    this.#runs.length = 0;
    if (this.#dir !== undefined) rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = undefined;
  }

  #store(): void {
    this.#dir ??= mkdtempSync(join(tmpdir(), "foreshock-import-"));
    const file = openSync(join(this.#dir, `run-${this.#runs.length}`), "w+");
    this.#runs.push({ file, points: this.#count });
    const bytes = bytesOf(sortedByTime(this.#room, this.#count));
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    this.#count = 0;
  }

  #grow(): void {
    const length = Math.min(2 * this.#room.length, WIDTH * this.#runPoints);
    const room = new Float64Array(length);
    room.set(this.#room);
    this.#room = room;
  }
}

interface StoredRun {
  readonly file: number;
  readonly points: number;
}

/** Walks over the points of one run; the fields hold the current point. */
interface RunReader {
  readonly atMs: number;
  readonly series: number;
  readonly value: number;
  /** False after the last point. */
  next(): boolean;
}

class MemoryReader implements RunReader {
  protected window: Float64Array<ArrayBufferLike>;
  protected at = -WIDTH;

  constructor(window: Float64Array<ArrayBufferLike>) {
    this.window = window;
  }

  get atMs(): number {
    return this.window[this.at]!;
  }

  get series(): number {
    return this.window[this.at + 1]!;
  }

  get value(): number {
    return this.window[this.at + 2]!;
  }

  next(): boolean {
    this.at += WIDTH;
    return this.at < this.window.length;
  }
}

class StoredReader extends MemoryReader {
  readonly #run: StoredRun;
  #read = 0;

  constructor(run: StoredRun) {
    super(new Float64Array(0));
    this.#run = run;
  }

  override next(): boolean {
    if (super.next()) return true;
    const points = Math.min(WINDOW_POINTS, this.#run.points - this.#read);
    this.window = new Float64Array(WIDTH * points);
    const bytes = bytesOf(this.window);
    const from = this.#read * WIDTH * 8;
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(this.#run.file, bytes, at, bytes.length - at, from + at);
      if (read === 0) throw new Error("a temporary file of the import was cut off");
      at += read;
    }
    this.#read += points;
    this.at = 0;
    return points > 0;
  }
}

/** The first `count` points by time; the same column where they are in order already. */
function sortedByTime(room: Float64Array<ArrayBuffer>, count: number): Float64Array<ArrayBuffer> {
  const points = room.subarray(0, WIDTH * count);
  let inOrder = true;
  for (let i = 1; i < count && inOrder; i++) {
    inOrder = points[WIDTH * (i - 1)]! <= points[WIDTH * i]!;
  }
  if (inOrder) return points;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => points[WIDTH * a]! - points[WIDTH * b]! || a - b);
  const sorted = new Float64Array(points.length);
  for (let i = 0; i < count; i++) {
    const from = WIDTH * order[i]!;
    for (let k = 0; k < WIDTH; k++) sorted[WIDTH * i + k] = points[from + k]!;
  }
  return sorted;
}

/** Moves the entry at `k` down to where it belongs. */
function sink(heap: number[], k: number, before: (a: number, b: number) => boolean): void {
  for (let parent = k; ; ) {
    const left = 2 * parent + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left;
    if (!before(heap[child]!, heap[parent]!)) return;
    [heap[parent], heap[child]] = [heap[child]!, heap[parent]!];
    parent = child;
  }
}

function emptyBatch(points: number): SortedPoints {
  return {
    series: new Int32Array(points),
    timestampsMs: new Float64Array(points),
    values: new Float64Array(points),
  };
}

function cut({ series, timestampsMs, values }: SortedPoints, count: number): SortedPoints {
  return {
    series: series.subarray(0, count),
    timestampsMs: timestampsMs.subarray(0, count),
    values: values.subarray(0, count),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
