import type { ChunkKey } from "./day-file.ts";
import type { SealedPoints } from "./sealed-points.ts";

/** Before every chunk: numbers of series begin at 0. */
const BEGINNING: ChunkKey = { seriesId: -1, t0Ms: 0, seq: 0 };

/** The day file that is being checked. */
interface Place {
  readonly day: number;
  /** Chunks up to here have been checked. */
  readonly after: ChunkKey;
  /** What one of its chunks counts for in a round over all days. */
  readonly sharePerChunk: number;
}

/**
 * Reads the day files round after round, a bounded piece at a time, so that damage is found while
 * there may still be a backup, and not only when somebody asks for those points.
 */
export class Scrubber {
  readonly #sealed: SealedPoints;
  /** Each restart begins at another day, so that all days are reached even where restarts are frequent. */
  readonly #start: number;
  #place: Place | undefined;
  #lastDay: number | undefined;

  constructor(sealed: SealedPoints, start: number) {
    this.#sealed = sealed;
    this.#start = start;
  }

  /**
   * Checks at most `chunksMax` chunks, or the structure of the next file.
   *
   * @returns the share of a round that this was; 1 where there is nothing to check.
   */
  next(chunksMax: number): number {
    const place = this.#place;
    if (place === undefined || !this.#sealed.files.has(place.day)) return this.#begin();
    const chunks = this.#sealed.check(place.day, place.after, chunksMax);
    const isLast = chunks.length < chunksMax;
    this.#place = isLast ? undefined : { ...place, after: chunks[chunks.length - 1]! };
    return chunks.length * place.sharePerChunk;
  }

  #begin(): number {
    const { files } = this.#sealed;
    const days = files.days();
    if (days.length === 0) return 1;
    const last = this.#lastDay;
    const first = last === undefined ? days[this.#start % days.length]! : days[0]!;
    const day = last === undefined ? first : (days.find((one) => one > last) ?? first);
    this.#lastDay = day;
    const chunkCount = files.use(day, (file) => {
      file.check();
      return file.chunkCount();
    });
    const share = files.bytes(day) / days.reduce((sum, one) => sum + files.bytes(one), 0);
    if (chunkCount === 0) return share;
    this.#place = { day, after: BEGINNING, sharePerChunk: share / chunkCount };
    return 0;
  }
}
