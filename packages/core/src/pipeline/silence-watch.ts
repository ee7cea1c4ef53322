import { ByteWriter } from "../aggregate/fleet/column-bytes.ts";
import {
  NO_STEP,
  PIECE,
  type Piece,
  type PieceFloor,
  PieceOrder,
  readPiece,
} from "../aggregate/fleet/piece.ts";
import { unreadable } from "../model/state-bytes.ts";
import type { DurationMs } from "../model/time.ts";
import { copyState, LentDetectors } from "./lent-detectors.ts";
import { CHUNK_SERIES, CHUNK_SHIFT, SilenceStates } from "./silence-states.ts";
import {
  checkedBits,
  countOf,
  hasBit,
  type LiveStep,
  liveStep,
  SilenceSteps,
  trimmedBits,
} from "./silence-steps.ts";

/** Receives a silent series at a step: p, or NaN to retract an earlier claim. */
export type SilenceSink = (series: number, step: number, p: number) => void;

/** Looks after which the work can be set down. */
const LOOKS_PER_YIELD = 4096;
const VERSION = 2;
/** More series than this no tenant has: a count beyond it is damage. */
const SERIES_MAX = 1 << 24;

/**
 * Who of a tenant has gone silent. Steps count only where the tenant sent anything at all, so that an
 * outage on the way to us makes nobody silent. Points may come late: inside the horizon everything is
 * as if they had come in time. Cost: O(series) per step; two detector states per series in shared columns
 * (no objects), two bits per series and step of the horizon.
 */
export class SilenceWatch {
  readonly #horizonSteps: number;
  readonly #stepMs: DurationMs;
  readonly #series = new SilenceStates();
  readonly #detectors: LentDetectors;
  readonly #steps = new SilenceSteps();
  readonly #dirty = new Set<number>();

  constructor(stepMs: DurationMs, horizonSteps: number) {
    this.#stepMs = stepMs;
    this.#horizonSteps = horizonSteps;
    this.#detectors = new LentDetectors(stepMs);
  }

  /** Bytes of the columns. */
  get bytes(): number {
    return this.#series.bytes + this.#steps.bytes;
  }

  /** Steps looked at in search of something; for tests of what the work grows with. */
  get stepVisits(): number {
    return this.#steps.visits;
  }

  add(series: number): void {
    this.#series.reserve(series + 1);
  }

  /** The series' own sampling interval, once it is settled; before that it cannot be missed. */
  setInterval(series: number, intervalMs: DurationMs): void {
    const { strides } = this.#series;
    if (strides[series]! > 0) return;
    strides[series] = Math.max(1, Math.ceil(intervalMs / this.#stepMs));
    this.#series.touch(series);
  }

  /** The source said that the series has ended: its silence is expected. */
  ended(series: number): void {
    this.#series.ended[series] = 1;
    this.#series.touch(series);
    this.#detectors.lend(this.#series.strides[series]!, this.#series.heads, series).ended();
  }

  /** The series has a point in this step. Steps before the horizon are too late to change anything. */
  seenIn(step: number, series: number): void {
    const known = this.#stepOf(step);
    if (known === undefined || hasBit(known.seen, series)) return;
    this.#steps.hold(known, "seen", series);
    known.seen[series >>> 3]! |= 1 << (series & 7);
    known.seenCount++;
    known.isChanged = true;
    if (this.#series.ended[series] === 1) {
      this.#series.ended[series] = 0;
      this.#series.touch(series);
    }
    if (step <= this.#steps.lookedAt) this.#dirty.add(series);
  }

  /** Share of the series of the newest looked-at step that have a point in `step`; 1 before any. */
  coverage(step: number): number {
    const wanted = this.#steps.past.at(-1)?.seenCount ?? 0;
    return wanted === 0 ? 1 : (this.#steps.get(step)?.seenCount ?? 0) / wanted;
  }

  /**
   * Looks at all steps up to `last`, and first again at those that late points have changed. Yields the
   * looks (series and steps) that were done each time the work can be set down; until it is done, nothing
   * else may be called.
   */
  *work(last: number, sink: SilenceSink): Generator<number, void> {
    let looks = 0;
    for (const series of this.#dirty) {
      looks += this.#again(series, sink);
      if (looks < LOOKS_PER_YIELD) continue;
      yield looks;
      looks = 0;
    }
    this.#dirty.clear();
    for (let live = this.#steps.next(last); live !== undefined; live = this.#steps.next(last)) {
      const count = this.#steps.baseLive + this.#steps.past.length;
      for (let from = 0; from < this.#series.count; from += CHUNK_SERIES) {
        const end = Math.min(this.#series.count, from + CHUNK_SERIES);
        for (let series = from; series < end; series++) this.#look(series, count, live, sink);
        this.#series.touch(from);
        looks += end - from;
        if (looks < LOOKS_PER_YIELD) continue;
        yield looks;
        looks = 0;
      }
      yield* this.#forget();
    }
    yield looks + 1;
  }

  /** All of it, or what has changed since `saved`. */
  *pieces(which: "all" | "changed"): Generator<Piece> {
    const steps = this.#steps.all();
    const header = new ByteWriter();
    const { lookedAt, baseLive } = this.#steps;
    for (const number of [VERSION, this.#series.count, lookedAt, baseLive, steps.length]) {
      header.number(number);
    }
    header.column(Int32Array.from(this.#dirty).sort());
    yield { kind: PIECE.silence, chunk: 0, step: NO_STEP, bytes: header.bytes() };
    for (let chunk = 0; chunk << CHUNK_SHIFT < this.#series.count; chunk++) {
      if (which === "changed" && this.#series.changed[chunk] !== 1) continue;
      const bytes = this.#series.write(chunk);
      yield { kind: PIECE.silenceStates, chunk, step: NO_STEP, bytes };
    }
    for (const live of steps) {
      if (which === "changed" && !live.isChanged) continue;
      const writer = new ByteWriter();
      const [seen, claimed] = [trimmedBits(live.seen), trimmedBits(live.claimed)];
      writer.number(seen.length);
      writer.column(seen);
      writer.column(claimed);
      yield { kind: PIECE.silenceStep, chunk: 0, step: live.step, bytes: writer.bytes() };
    }
  }

  /** The pieces given last are safe. */
  saved(): void {
    this.#series.changed.fill(0);
    for (const live of this.#steps.all()) live.isChanged = false;
  }

  /** Steps before which saved pieces are of no use any more. */
  get floor(): PieceFloor {
    const fromStep = this.#steps.lookedAt - this.#horizonSteps;
    return { kind: PIECE.silenceStep, fromStep };
  }

  /** Takes pieces back in their order; this watch must be new. @throws Refusal "state/unreadable". */
  reader(): { take(piece: Piece): void; end(): void } {
    const order = new PieceOrder();
    let wanted = -1;
    let chunks = 0;
    let steps = 0;
    return {
      take: (piece) => {
        order.check(piece);
        if (piece.kind === PIECE.silence) wanted = this.#readHeader(piece);
        else if (wanted < 0) throw unreadable("its header is missing");
        else if (piece.kind === PIECE.silenceStates) {
          this.#series.read(piece);
          chunks++;
        } else if (piece.step >= this.floor.fromStep) {
          this.#readStep(piece);
          steps++;
        }
      },
      end: () => {
        const isWhole = steps === wanted && chunks === Math.ceil(this.#series.count / CHUNK_SERIES);
        if (!isWhole) throw unreadable("some of it is missing");
        this.saved();
      },
    };
  }

  #readHeader(piece: Piece): number {
    return readPiece(piece, (reader) => {
      const [version, count, lookedAt, baseLive, steps] = reader.floats(5) as unknown as number[];
      if (version !== VERSION) throw unreadable("it is of another version", { version });
      if (!(Number.isInteger(count) && count! >= 0 && count! <= SERIES_MAX)) {
        throw unreadable("a number of series that cannot be", { count });
      }
      if (count! > 0) this.add(count! - 1);
      this.#steps.lookedAt = lookedAt!;
      this.#steps.baseLive = baseLive!;
      while (!reader.atEnd) {
        const series = reader.ints(1)[0]!;
        if (!(series >= 0 && series < count!)) throw unreadable("a series of nobody", { series });
        this.#dirty.add(series);
      }
      return steps!;
    });
  }

  #readStep(piece: Piece): void {
    readPiece(piece, (reader) => {
      const seen = checkedBits(reader.octets(reader.number()), this.#series.count);
      const claimed = checkedBits(reader.rest(), this.#series.count);
      const seenCount = countOf(seen);
      this.#steps.add({ step: piece.step, seen, seenCount, claimed, isChanged: false });
    });
  }

  #look(series: number, live: number, { step, seen, claimed }: LiveStep, sink: SilenceSink): void {
    const stride = this.#series.strides[series]!;
    if (stride === 0) return;
    const detector = this.#detectors.lend(stride, this.#series.heads, series);
    const own = Math.floor(live / stride);
    const isSeen = hasBit(seen, series);
    const p = isSeen ? Number.NaN : detector.missed(own);
    if (isSeen) detector.seen(own);
    if (!Number.isNaN(p) || (claimed.length > 0 && hasBit(claimed, series))) {
      this.#claim(series, step, p, sink);
    }
  }

  /** One series from the oldest changeable step on, as if its points had come in time. @returns its looks. */
  #again(series: number, sink: SilenceSink): number {
    copyState(this.#series.bases, series, this.#series.heads, series);
    this.#series.touch(series);
    const { past, baseLive } = this.#steps;
    for (let i = 0; i < past.length; i++) this.#look(series, baseLive + i + 1, past[i]!, sink);
    if (this.#series.ended[series] === 1) this.ended(series);
    return 1 + past.length;
  }

  #claim(series: number, step: number, p: number, sink: SilenceSink): void {
    const live = this.#steps.get(step)!;
    const bit = 1 << (series & 7);
    if (!Number.isNaN(p)) {
      if (!hasBit(live.claimed, series)) {
        this.#steps.hold(live, "claimed", series);
        live.claimed[series >>> 3]! |= bit;
        live.isChanged = true;
      }
      sink(series, step, p);
      return;
    }
    live.claimed[series >>> 3]! &= ~bit;
    live.isChanged = true;
    sink(series, step, p);
  }

  #stepOf(step: number): LiveStep | undefined {
    const known = this.#steps.get(step);
    if (known !== undefined) return known;
    if (!this.#steps.takes(step)) return undefined;
    const made = liveStep(step, this.#series.count);
    this.#steps.add(made);
    // A step without any point becomes a live one, which changes the count of all later ones.
    if (step > this.#steps.lookedAt) return made;
    for (let series = 0; series < this.#series.count; series++) this.#dirty.add(series);
    return made;
  }

  /** Steps that no point can change any more become the base. */
  *#forget(): Generator<number, void> {
    const oldest = this.#steps.lookedAt - this.#horizonSteps;
    for (;;) {
      const gone = this.#steps.takeOldest(oldest);
      if (gone === undefined) return;
      const live = this.#steps.baseLive;
      const { bases, strides } = this.#series;
      for (let series = 0; series < this.#series.count; series++) {
        const stride = strides[series]!;
        if (stride === 0 || !hasBit(gone.seen, series)) continue;
        this.#detectors.lend(stride, bases, series).seen(Math.floor(live / stride));
      }
      this.#series.changed.fill(1);
      yield this.#series.count;
    }
  }
}
