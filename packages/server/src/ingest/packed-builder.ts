import { letGo } from "../platform/let-go.ts";
import type { PackedBatch } from "../platform/packed-batch.ts";
import type { BodyBudget } from "./body-budget.ts";
import { IngestProblem } from "./ingest-problem.ts";

/** A body as columns, and what of it could not be used. */
export interface DecodedBody {
  readonly batch: PackedBatch;
  /** What the body costs of the tenant's rate, in points: at least its points. */
  readonly charged: number;
  /** Points of series whose names or labels cannot be used, with the first few reasons. */
  readonly unusablePoints: number;
  readonly unusableExamples: readonly string[];
  /** Parts of remote write that are read over. */
  readonly skippedHistograms: number;
  readonly skippedExemplars: number;
}

const EXAMPLES_MAX = 5;
const EXAMPLE_CHARS_MAX = 200;
const FIRST_POINTS = 256;
const FIRST_RUNS = 64;
const FIRST_NAME_BYTES = 4096;
/** A guess is not worth more memory than this. */
const GUESSED_NAME_BYTES_MAX = 4 * 2 ** 20;
/**
 * Columns of up to this many bytes are copied into one buffer: to hand a buffer over costs each thread on the way some
 * microseconds, as much as copying a fraction of this.
 */
const JOINED_BYTES_MAX = 256 * 1024;

/** What is known of a body before it is read. */
export interface BodyGuess {
  /** Exactly how many points there will be, within the budget. */
  readonly points: number;
  /** About how many bytes its names will take: as many as those of the body before. */
  readonly nameBytes: number;
}

/**
 * Gathers the points of one body, run by run: points first, then the name of their place, or the
 * reason why it has none. Columns grow with what they hold, at most twice as large; nothing is kept
 * of a run that is refused.
 */
export class PackedBuilder {
  skippedHistograms = 0;
  skippedExemplars = 0;
  readonly #budget: BodyBudget;
  #times: Float64Array<ArrayBuffer>;
  #values: Float64Array<ArrayBuffer>;
  /** Points of the finished runs; those of the run in hand follow them. */
  #settled = 0;
  #points = 0;
  readonly #staleAt: number[] = [];
  #settledStale = 0;
  #ends = new Int32Array(FIRST_RUNS);
  #nameEnds = new Int32Array(FIRST_RUNS);
  #runs = 0;
  #names: Buffer<ArrayBuffer>;
  #nameBytes = 0;
  #unusablePoints = 0;
  readonly #examples: string[] = [];

  constructor(budget: BodyBudget, guess: BodyGuess = { points: FIRST_POINTS, nameBytes: 0 }) {
    const { points, nameBytes } = guess;
    this.#budget = budget;
    this.#times = new Float64Array(points);
    this.#values = new Float64Array(points);
    const { nameBytesMax } = budget.limits;
    const guessedMax = Math.min(GUESSED_NAME_BYTES_MAX, nameBytesMax);
    this.#names = Buffer.allocUnsafeSlow(
      Math.max(FIRST_NAME_BYTES, Math.min(guessedMax, nameBytes)),
    );
  }

  /** Points of the run in hand. */
  get pending(): number {
    return this.#points - this.#settled;
  }

  /** A point of the run in hand; the caller has counted it against the budget. */
  point(atMs: number, value: number): void {
    const at = this.#points;
    if (at === this.#times.length) {
      const room = Math.min(Math.max(2 * at, FIRST_POINTS), this.#budget.limits.pointsMax);
      this.#times = grown(this.#times, room);
      this.#values = grown(this.#values, room);
    }
    this.#times[at] = atMs;
    this.#values[at] = value;
    this.#points = at + 1;
  }

  /** The point added last was a staleness marker. */
  markStale(): void {
    this.#staleAt.push(this.#points - 1);
  }

  /** Ends the run in hand: its place has this name (see `PackedBatch`), as bytes [from, to). */
  add(name: Buffer, from: number, to: number): void {
    const start = this.#nameRoom(to - from);
    name.copy(this.#names, start, from, to);
    this.#settle();
  }

  /** As `add`, with the name as text. */
  addText(name: string): void {
    const start = this.#nameRoom(Buffer.byteLength(name));
    this.#names.write(name, start);
    this.#settle();
  }

  /** Drops the run in hand: its place cannot be used. */
  refuse(reason: string): void {
    this.#unusablePoints += this.pending;
    this.#points = this.#settled;
    this.#staleAt.length = this.#settledStale;
    const examples = this.#examples;
    if (examples.length >= EXAMPLES_MAX) return;
    const example = reason.slice(0, EXAMPLE_CHARS_MAX).toWellFormed();
    if (!examples.includes(example)) examples.push(example);
  }

  /** The columns at their length: small ones in one buffer, others in buffers of their own that are hardly larger. */
  cut(decodedBytes: number): DecodedBody {
    return {
      batch: this.#joined() ?? this.#asTheyAre(),
      charged: this.#budget.charged(decodedBytes),
      unusablePoints: this.#unusablePoints,
      unusableExamples: this.#examples,
      skippedHistograms: this.skippedHistograms,
      skippedExemplars: this.skippedExemplars,
    };
  }

  #asTheyAre(): PackedBatch {
    return {
      names: cutTo(new Uint8Array(this.#names.buffer), this.#nameBytes),
      nameEnds: cutTo(this.#nameEnds, this.#runs),
      ends: cutTo(this.#ends, this.#runs),
      timestampsMs: cutTo(this.#times, this.#settled),
      values: cutTo(this.#values, this.#settled),
      staleAt: Int32Array.from(this.#staleAt),
    };
  }

  /** Doubles come first, so that they are aligned. Undefined where that is too much to copy. */
  #joined(): PackedBatch | undefined {
    const [points, runs, nameBytes] = [this.#settled, this.#runs, this.#nameBytes];
    const stale = this.#staleAt.length;
    const intsAt = 16 * points;
    const namesAt = intsAt + 4 * (2 * runs + stale);
    if (namesAt + nameBytes > JOINED_BYTES_MAX) return undefined;
    const buffer = new ArrayBuffer(namesAt + nameBytes);
    const timestampsMs = new Float64Array(buffer, 0, points);
    const values = new Float64Array(buffer, 8 * points, points);
    const ends = new Int32Array(buffer, intsAt, runs);
    const nameEnds = new Int32Array(buffer, intsAt + 4 * runs, runs);
    const staleAt = new Int32Array(buffer, intsAt + 8 * runs, stale);
    const names = new Uint8Array(buffer, namesAt, nameBytes);
    timestampsMs.set(this.#times.subarray(0, points));
    values.set(this.#values.subarray(0, points));
    ends.set(this.#ends.subarray(0, runs));
    nameEnds.set(this.#nameEnds.subarray(0, runs));
    staleAt.set(this.#staleAt);
    names.set(this.#names.subarray(0, nameBytes));
    letGo([this.#times.buffer, this.#values.buffer, this.#names.buffer]);
    return { names, nameEnds, ends, timestampsMs, values, staleAt };
  }

  /** Where the next name begins; there is room for its bytes. @throws IngestProblem "body_too_large". */
  #nameRoom(bytes: number): number {
    const start = this.#nameBytes;
    const needed = start + bytes;
    if (needed > this.#names.length) {
      const { nameBytesMax } = this.#budget.limits;
      if (needed > nameBytesMax) throw tooManyNames(nameBytesMax);
      const names = Buffer.allocUnsafeSlow(
        Math.min(nameBytesMax, Math.max(needed, 2 * this.#names.length)),
      );
      names.set(this.#names.subarray(0, start));
      this.#names = names;
    }
    this.#nameBytes = needed;
    return start;
  }

  #settle(): void {
    const run = this.#runs++;
    if (run === this.#ends.length) {
      this.#ends = grown(this.#ends, 2 * run);
      this.#nameEnds = grown(this.#nameEnds, 2 * run);
    }
    this.#settled = this.#points;
    this.#settledStale = this.#staleAt.length;
    this.#ends[run] = this.#points;
    this.#nameEnds[run] = this.#nameBytes;
  }
}

type Column = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** Copies only where much of the buffer was not used. */
function cutTo<C extends Column>(column: C, length: number): C {
  if (length === column.length) return column;
  const isNearlyFull = length >= column.length - (column.length >> 3);
  return (isNearlyFull ? column.subarray(0, length) : column.slice(0, length)) as C;
}

function grown<C extends Column>(column: C, length: number): C {
  const copy = new (column.constructor as new (length: number) => C)(length);
  copy.set(column);
  return copy;
}

function tooManyNames(bytesMax: number): IngestProblem {
  return new IngestProblem(
    "body_too_large",
    `the names of its series take more than ${bytesMax} bytes`,
    "send fewer series in one request, or give them shorter names",
  );
}
