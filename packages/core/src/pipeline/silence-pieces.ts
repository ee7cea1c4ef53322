import { ByteWriter } from "../aggregate/fleet/column-bytes.ts";
import { NO_STEP, PIECE, type Piece, PieceOrder, readPiece } from "../aggregate/fleet/piece.ts";
import { unreadable } from "../model/state-bytes.ts";
import { Bits } from "./bits.ts";
import type { NodeWatch } from "./node-watch.ts";
import { CHUNK_SERIES, CHUNK_SHIFT, type SilenceStates } from "./silence-states.ts";
import { liveStep, type SilenceSteps } from "./silence-steps.ts";

const VERSION = 3;
/** More series than this no tenant has: a count beyond it is damage. */
const SERIES_MAX = 1 << 24;

/** What a watch consists of. */
export interface SilenceParts {
  readonly series: SilenceStates;
  readonly steps: SilenceSteps;
  readonly nodes: NodeWatch;
  readonly dirty: Set<number>;
  /** Node of each series that has a name. */
  readonly seriesNode: readonly number[];
}

/** All of a watch, or what has changed since `markSilenceSaved`. */
export function* silencePieces(
  { series, steps, nodes, dirty }: SilenceParts,
  which: "all" | "changed",
): Generator<Piece> {
  const all = steps.all();
  const header = new ByteWriter();
  const { lookedAt, baseLive } = steps;
  const clusters = nodes.departures.count;
  for (const number of [VERSION, series.count, lookedAt, baseLive, all.length, clusters]) {
    header.number(number);
  }
  header.column(Int32Array.from(dirty).sort());
  yield { kind: PIECE.silence, chunk: 0, step: NO_STEP, bytes: header.bytes() };
  for (let chunk = 0; chunk << CHUNK_SHIFT < series.count; chunk++) {
    if (which === "changed" && series.changed[chunk] !== 1) continue;
    yield { kind: PIECE.silenceStates, chunk, step: NO_STEP, bytes: series.write(chunk) };
  }
  for (const { step, seen, ended, claimed, isChanged } of all) {
    if (which === "changed" && !isChanged) continue;
    const writer = new ByteWriter();
    const columns = [seen.trimmed(), ended.trimmed(), claimed.trimmed()];
    for (const column of columns) writer.number(column.length);
    for (const column of columns) writer.column(column);
    yield { kind: PIECE.silenceStep, chunk: 0, step, bytes: writer.bytes() };
  }
  const { states } = nodes;
  for (let chunk = 0; chunk < states.chunks; chunk++) {
    if (which === "changed" && states.changed[chunk] !== 1) continue;
    yield { kind: PIECE.silenceNodes, chunk, step: NO_STEP, bytes: states.write(chunk) };
  }
  yield* nodes.departures.pieces(which);
}

/** All pieces that were given are safe. */
export function markSilenceSaved({ series, steps, nodes }: SilenceParts): void {
  series.changed.fill(0);
  nodes.states.changed.fill(0);
  nodes.departures.saved();
  for (const live of steps.all()) live.isChanged = false;
}

/**
 * Fills an empty watch with pieces in the order in which they were given; the names of its series must be
 * there. @throws Refusal "state/unreadable" for damage, a piece too few, another version.
 */
export class SilenceReader {
  readonly #parts: SilenceParts;
  readonly #add: (series: number) => void;
  readonly #order = new PieceOrder();
  /** Steps and clusters that are wanted, and pieces of each kind that came. */
  #wanted: { readonly steps: number; readonly clusters: number } | undefined;
  readonly #came = { series: 0, steps: 0, nodes: 0, clusters: 0 };

  /** @param add makes room for a series */
  constructor(parts: SilenceParts, add: (series: number) => void) {
    this.#parts = parts;
    this.#add = add;
  }

  take(piece: Piece): void {
    this.#order.check(piece);
    const { series, steps, nodes } = this.#parts;
    if (piece.kind === PIECE.silence) this.#readHeader(piece);
    else if (this.#wanted === undefined) throw unreadable("its header is missing");
    else if (piece.kind === PIECE.silenceStates) {
      series.read(piece);
      this.#came.series++;
    } else if (piece.kind === PIECE.silenceNodes) {
      nodes.states.read(piece);
      this.#came.nodes++;
    } else if (piece.kind === PIECE.departures) {
      nodes.departures.read(piece, nodes.clusterCount);
      this.#came.clusters++;
    } else if (piece.step >= steps.oldest) {
      this.#readStep(piece);
      this.#came.steps++;
    }
  }

  /** After the last piece. */
  end(): void {
    const { series, nodes } = this.#parts;
    const isWhole =
      this.#came.steps === this.#wanted?.steps &&
      this.#came.clusters === this.#wanted.clusters &&
      this.#came.series === Math.ceil(series.count / CHUNK_SERIES) &&
      this.#came.nodes === nodes.states.chunks;
    if (!isWhole) throw unreadable("some of it is missing");
    markSilenceSaved(this.#parts);
    nodes.allLate();
  }

  #readHeader(piece: Piece): void {
    const { steps, dirty, seriesNode } = this.#parts;
    const countMax = Math.min(SERIES_MAX, seriesNode.length);
    this.#wanted = readPiece(piece, (reader) => {
      const [version, count, lookedAt, baseLive, stepCount, clusters] = reader.floats(6);
      if (version !== VERSION) throw unreadable("it is of another version", { version });
      if (!(Number.isInteger(count) && count! >= 0 && count! <= countMax)) {
        throw unreadable("a number of series that cannot be", { count });
      }
      for (let series = 0; series < count!; series++) this.#add(series);
      steps.lookedAt = lookedAt!;
      steps.baseLive = baseLive!;
      while (!reader.atEnd) {
        const series = reader.ints(1)[0]!;
        if (!(series >= 0 && series < count!)) throw unreadable("a series of nobody", { series });
        dirty.add(series);
      }
      return { steps: stepCount!, clusters: clusters! };
    });
  }

  #readStep(piece: Piece): void {
    const { series, steps, nodes, seriesNode } = this.#parts;
    const { count } = series;
    const live = readPiece(piece, (reader) => {
      const lengths = [reader.number(), reader.number(), reader.number()];
      const [seen, ended, claimed] = lengths.map((length) => Bits.of(reader.octets(length), count));
      reader.end();
      const made = liveStep(piece.step, 0, nodes.states.count);
      return { ...made, seen: seen!, ended: ended!, claimed: claimed!, isChanged: false };
    });
    live.seenCount = live.seen.count();
    let last = -1;
    live.seen.forEach((one) => {
      const node = seriesNode[one]!;
      if (node !== last) live.nodes.set(node);
      last = node;
    });
    steps.add(live);
  }
}
