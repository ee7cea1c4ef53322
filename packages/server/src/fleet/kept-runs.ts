import { type EpochMs, type Piece, Refusal, type RestingPiece } from "@foreshock/core/fold";
import type { SeriesInfo } from "../dispatch/directory.ts";

const FORMAT = 1;
const BYTES_PER_POINT = 8 + 8 + 8 + 1;
/** Of all pieces of a fleet, those of its kept runs. */
const RUNS_PIECE = 40;
/** Points that are saved together, a longer run alone. */
const PIECE_POINTS = 8192;

/** A run of scored points, [first, end) of its columns. */
export interface ScoredColumns {
  readonly times: Float64Array;
  readonly p: Float64Array;
  readonly flat: Float64Array;
  readonly phase: Uint8Array;
}

export interface KeptRun extends ScoredColumns {
  readonly info: SeriesInfo;
}

/**
 * Scored points of a tenant whose grid is not chosen yet. They are saved with a checkpoint as the
 * fold is, so that a tenant that waits for its grid holds up no other tenant and no log: each checkpoint
 * writes those that came since the last one.
 */
export class KeptRuns {
  /** In order of arrival, by the piece that each belongs to. */
  #pieces: KeptRun[][] = [];
  #count = 0;
  #points = 0;
  /** Points of the last piece. */
  #lastPoints = 0;
  /** Pieces before this one are saved and will not change. */
  #savedPieces = 0;
  #newestMs = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  /** Bytes of the points that are kept. */
  get bytes(): number {
    return this.#points * BYTES_PER_POINT;
  }

  /** Newest time of all runs; -Infinity without any. */
  get newestMs(): EpochMs {
    return this.#newestMs;
  }

  /** Copies what it keeps. */
  add(info: SeriesInfo, columns: ScoredColumns, first: number, end: number): void {
    this.#place({
      info,
      times: columns.times.slice(first, end),
      p: columns.p.slice(first, end),
      flat: columns.flat.slice(first, end),
      phase: columns.phase.slice(first, end),
    });
  }

  /** Hands all runs over, in order of arrival, and forgets them. */
  takeAll(): KeptRun[] {
    const runs = this.#pieces.flat();
    this.#pieces = [];
    this.#count = 0;
    this.#points = 0;
    this.#lastPoints = 0;
    this.#savedPieces = 0;
    return runs;
  }

  /** All runs, or those that came since `saved`, series by their public id. O(points). */
  *pieces(which: "all" | "changed"): Generator<Piece> {
    for (let k = which === "all" ? 0 : this.#savedPieces; k < this.#pieces.length; k++) {
      yield { kind: RUNS_PIECE, chunk: k, step: -1, bytes: bytesOf(this.#pieces[k]!) };
    }
  }

  /** What was given is safe; the last piece may still grow. */
  saved(): void {
    this.#savedPieces = Math.max(0, this.#pieces.length - 1);
  }

  /** Takes up all pieces of a save, as `restore` does. Yields the bytes that were read. */
  *restoreAll(
    pieces: Iterable<Piece | RestingPiece>,
    byId: (seriesId: string) => SeriesInfo | undefined,
  ): Generator<number, void> {
    for (const { bytes, ...name } of pieces) {
      if (bytes === undefined) continue;
      this.restore({ ...name, bytes }, byId);
      yield bytes.length;
    }
  }

  /**
   * Takes up a piece; runs of series that are not known any more are left out.
   *
   * @throws Refusal "state/unreadable" for bytes of another format or length.
   */
  restore({ bytes }: Piece, byId: (seriesId: string) => SeriesInfo | undefined): void {
    const { runs, bodyAt } = headerOf(bytes);
    let at = bodyAt;
    const column = (length: number): Float64Array => {
      // A Buffer's own slice is no copy, and may begin anywhere.
      const copy = Uint8Array.from(bytes.subarray(at, at + 8 * length));
      at += copy.length;
      return new Float64Array(copy.buffer, 0, length);
    };
    for (const [id, count] of runs) {
      const [times, p, flat] = [column(count), column(count), column(count)];
      const phase = Uint8Array.from(bytes.subarray(at, at + count));
      at += count;
      const info = byId(id);
      if (info !== undefined) this.#place({ info, times, p, flat, phase });
    }
  }

  #place(run: KeptRun): void {
    const { length } = run.times;
    if (this.#pieces.length === 0 || this.#lastPoints + length > PIECE_POINTS) {
      this.#pieces.push([]);
      this.#lastPoints = 0;
    }
    this.#pieces.at(-1)!.push(run);
    this.#lastPoints += length;
    this.#points += length;
    this.#count++;
    for (const atMs of run.times) if (atMs > this.#newestMs) this.#newestMs = atMs;
  }
}

function bytesOf(runs: readonly KeptRun[]): Uint8Array {
  const header = JSON.stringify({
    format: FORMAT,
    runs: runs.map(({ info, times }) => [info.id, times.length]),
  });
  const head = new TextEncoder().encode(header);
  const points = runs.reduce((sum, { times }) => sum + times.length, 0);
  const bytes = new Uint8Array(4 + head.length + points * BYTES_PER_POINT);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const { times, p, flat, phase } of runs) {
    for (const column of [times, p, flat, phase]) {
      bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
      at += column.byteLength;
    }
  }
  return bytes;
}

function headerOf(bytes: Uint8Array): { runs: [id: string, count: number][]; bodyAt: number } {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(
      0,
      true,
    );
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const bodyAt = 4 + length;
    const points = header.runs.reduce((sum: number, [, count]: [string, number]) => sum + count, 0);
    if (header.format === FORMAT && bytes.length === bodyAt + points * BYTES_PER_POINT) {
      return { runs: header.runs, bodyAt };
    }
  } catch {
    // Said below: whatever is wrong with them, these bytes cannot be read.
  }
  throw new Refusal("state/unreadable", "kept runs of another format", { bytes: bytes.length });
}
