import { unreadable } from "../../model/state-bytes.ts";
import { CHUNK_ENTITIES, readCopy } from "./entity-snapshots.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import {
  FLEET_VERSION,
  type FleetHeader,
  levelsOf,
  savedNames,
  type WholeHeader,
} from "./fleet-pieces.ts";
import { readRow, restingRow } from "./fleet-row.ts";
import { readNames } from "./name-pieces.ts";
import {
  PIECE,
  type Piece,
  PieceOrder,
  type PieceSource,
  type RestingPiece,
  readJson,
  readPiece,
} from "./piece.ts";
import { StepPoints } from "./step-points.ts";

/**
 * Fills an empty fleet with pieces in the order in which they were given; those of steps that have left
 * the window since are passed over. @throws Refusal "state/unreadable" for damage, a piece too few, another
 * grid or horizon, and a fleet that is not empty.
 */
export class FleetReader {
  readonly #fold: FleetFold;
  readonly #history: FleetHistory;
  readonly #saved: PieceSource | undefined;
  readonly #names = { clusterIds: [] as string[], nodes: [] as (readonly [string, number])[] };
  readonly #order = new PieceOrder();
  #header: WholeHeader | undefined;
  #rows = 0;
  #points = 0;
  /** Of the piece that came last: those of the step before, mostly. */
  #pointsBefore: StepPoints | undefined;
  readonly #banks = new Map<number, number>();
  readonly #snapshots = new Map<number, number>();

  constructor(fold: FleetFold, history: FleetHistory, saved?: PieceSource) {
    this.#fold = fold;
    this.#history = history;
    this.#saved = saved;
  }

  /** @throws Refusal "state/unreadable" also where a piece came without its bytes and there is no source. */
  take(given: Piece | RestingPiece): void {
    this.#order.check(given);
    if (given.bytes === undefined && this.#mayRest(given)) {
      this.#placeResting(given);
      return;
    }
    const piece = this.#whole(given);
    if (piece.kind === PIECE.fleet) {
      this.#header = this.#headerOf(piece);
      return;
    }
    const header = this.#header;
    if (header === undefined) throw unreadable("its header is missing");
    if (piece.kind <= PIECE.seriesNames) {
      readNames(piece, this.#names, this.#fold.directory);
      return;
    }
    this.#fold.reserve();
    const kept = piece.step >= (header.keptFrom ?? Number.NEGATIVE_INFINITY);
    if (piece.kind <= PIECE.tenant) this.#takeBank(piece);
    else if (kept && piece.kind <= PIECE.tenantSnapshot) this.#takeSnapshot(piece);
    else if (kept && piece.kind === PIECE.row) this.#takeRow(piece);
    else if (kept && piece.kind === PIECE.points) this.#takePoints(piece, header);
  }

  /** After the last piece. */
  end(): FleetHeader {
    const header = this.#header;
    if (header === undefined) throw unreadable("its header is missing");
    const { clusters, nodes, series } = savedNames(this.#fold);
    const { names } = header;
    const levels = levelsOf(this.#fold);
    const isWhole =
      names.clusters === clusters &&
      names.nodes === nodes &&
      names.series === series &&
      header.rows === this.#rows &&
      header.points === this.#points &&
      levels.every(({ bank, kind }) => {
        return (this.#banks.get(kind) ?? 0) === Math.ceil(bank.count / CHUNK_ENTITIES);
      }) &&
      levels.every(({ snapshotKind }, i) => {
        return (this.#snapshots.get(snapshotKind) ?? 0) === header.snapshots[i];
      });
    if (!isWhole) throw unreadable("some of it is missing");
    return header;
  }

  /** Whether nobody has to have it in memory, and it is of the window. */
  #mayRest({ step }: RestingPiece): boolean {
    const isKept = this.#header !== undefined && step >= this.#history.keptFrom;
    return isKept && this.#history.mayRest(step) && this.#saved !== undefined;
  }

  #placeResting({ kind, step }: RestingPiece): void {
    if (kind === PIECE.points) {
      this.#history.placeResting(step);
      this.#points++;
    } else {
      this.#history.placeRow(restingRow(step));
      this.#rows++;
    }
  }

  #whole({ kind, chunk, step, bytes }: Piece | RestingPiece): Piece {
    if (bytes !== undefined) return { kind, chunk, step, bytes };
    if (this.#saved === undefined) throw unreadable("a piece came without its bytes", { kind });
    return { kind, chunk, step, bytes: this.#saved.read({ kind, chunk, step }) };
  }

  #headerOf({ bytes }: Piece): WholeHeader {
    const header = readJson(bytes) as WholeHeader;
    const { stepMs, horizonSteps, version } = header;
    if (version !== FLEET_VERSION) throw unreadable("it is of another version", { version });
    if (stepMs !== this.#fold.stepMs || horizonSteps !== this.#history.horizonSteps) {
      throw unreadable("it was saved for another step or horizon: make the fleet with those", {
        stepMs,
        horizonSteps,
      });
    }
    if (this.#fold.directory.metricNames.length > 0) {
      throw unreadable("restore into a new fleet, before any series is added");
    }
    this.#history.processed = header.processed ?? Number.NEGATIVE_INFINITY;
    this.#history.keptFrom = header.keptFrom ?? Number.NEGATIVE_INFINITY;
    return header;
  }

  #takeBank(piece: Piece): void {
    const { bank } = levelsOf(this.#fold).find(({ kind }) => kind === piece.kind)!;
    const { firstSteps, lastSteps, states } = readPiece(piece, readCopy);
    const from = piece.chunk * CHUNK_ENTITIES;
    if (firstSteps.length !== Math.min(CHUNK_ENTITIES, bank.count - from)) {
      throw unreadable("a chunk of another size", { kind: piece.kind, chunk: piece.chunk });
    }
    bank.fill(from, firstSteps, lastSteps, states);
    this.#banks.set(piece.kind, (this.#banks.get(piece.kind) ?? 0) + 1);
  }

  #takeSnapshot(piece: Piece): void {
    const { bank } = levelsOf(this.#fold).find((one) => one.snapshotKind === piece.kind)!;
    readPiece(piece, (reader) => bank.snapshots.restore(piece.chunk, piece.step, reader));
    this.#snapshots.set(piece.kind, (this.#snapshots.get(piece.kind) ?? 0) + 1);
  }

  #takeRow({ step, bytes }: Piece): void {
    const row = restingRow(step);
    readRow(row, bytes, this.#fold);
    this.#history.placeRow(row);
    this.#rows++;
  }

  #takePoints(piece: Piece, { stepMs, names }: WholeHeader): void {
    const { tally } = this.#history.window;
    const points = readPiece(piece, (reader) =>
      StepPoints.read(reader, stepMs, names.series, tally),
    );
    points.trim(this.#pointsBefore);
    this.#pointsBefore = points;
    this.#history.place(piece.step, points);
    this.#points++;
  }
}
