import { unreadable } from "../../model/state-bytes.ts";
import type { SavedBudgets } from "./budget-steps.ts";
import { ByteWriter } from "./column-bytes.ts";
import type { EntityBank } from "./entity-bank.ts";
import { CHUNK_ENTITIES, CHUNK_SHIFT, readCopy, writeCopy } from "./entity-snapshots.ts";
import type { FindingsMemory } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import { type FleetRow, fleetRow } from "./fleet-row.ts";
import { namePieces, readNames, type SavedNames } from "./name-pieces.ts";
import { jsonBytes, NO_STEP, PIECE, type Piece, PieceOrder, readJson, readPiece } from "./piece.ts";
import { StepPoints } from "./step-points.ts";

const VERSION = 3;

/** What is small. Numbers survive JSON to the last bit. */
export interface FleetHeader {
  readonly stepMs: number;
  readonly horizonSteps: number;
  readonly ignoredPoints: number;
  readonly memory: FindingsMemory;
  readonly budgets: SavedBudgets;
  readonly late: readonly (readonly [node: number, fromStep: number])[];
}

/** Numbers of pieces, so that one that is missing is noticed. */
interface WholeHeader extends FleetHeader {
  readonly version: number;
  readonly processed: number | null;
  readonly keptFrom: number | null;
  readonly names: SavedNames;
  readonly rows: number;
  readonly points: number;
  readonly snapshots: readonly number[];
}

interface RowHeader extends Pick<FleetRow, "before" | "opened"> {}

interface Level {
  readonly bank: EntityBank;
  readonly kind: number;
  readonly snapshotKind: number;
}

function levelsOf(fold: FleetFold): readonly Level[] {
  return [
    { bank: fold.nodes, kind: PIECE.nodes, snapshotKind: PIECE.nodeSnapshot },
    { bank: fold.clusters, kind: PIECE.clusters, snapshotKind: PIECE.clusterSnapshot },
    { bank: fold.tenant, kind: PIECE.tenant, snapshotKind: PIECE.tenantSnapshot },
  ];
}

/** A fleet in pieces: all of it, or what has changed since `markSaved`. */
export function* fleetPieces(
  fold: FleetFold,
  history: FleetHistory,
  header: FleetHeader,
  namesSaved: SavedNames | undefined,
): Generator<Piece> {
  const all = namesSaved === undefined;
  const levels = levelsOf(fold);
  const whole: WholeHeader = {
    ...header,
    version: VERSION,
    processed: finite(history.processed),
    keptFrom: finite(history.keptFrom),
    names: savedNames(fold),
    rows: history.rows.length,
    points: history.steps().length,
    snapshots: levels.map(({ bank }) => bank.snapshots.count),
  };
  yield { kind: PIECE.fleet, chunk: 0, step: NO_STEP, bytes: jsonBytes(whole) };
  yield* namePieces(fold.directory, namesSaved);
  for (const { bank, kind } of levels) {
    for (let chunk = 0; chunk << CHUNK_SHIFT < bank.count; chunk++) {
      if (!all && bank.changed[chunk] !== 1) continue;
      yield { kind, chunk, step: NO_STEP, bytes: bankBytes(bank, chunk) };
    }
  }
  for (const { bank, snapshotKind: kind } of levels) {
    for (const { chunk, copy } of bank.snapshots.pieces(all)) {
      const writer = new ByteWriter();
      writeCopy(writer, copy);
      yield { kind, chunk, step: copy.step, bytes: writer.bytes() };
    }
  }
  for (const row of history.rows) {
    if (!all && !row.isChanged) continue;
    yield { kind: PIECE.row, chunk: 0, step: row.step, bytes: rowBytes(row) };
  }
  for (const step of history.steps()) {
    const points = history.points(step)!;
    if (!all && !points.isChanged) continue;
    const writer = new ByteWriter();
    points.write(writer);
    yield { kind: PIECE.points, chunk: 0, step, bytes: writer.bytes() };
  }
}

/** All pieces that were given are safe. */
export function markSaved(fold: FleetFold, history: FleetHistory): void {
  for (const { bank } of levelsOf(fold)) {
    bank.changed.fill(0);
    bank.snapshots.saved();
  }
  for (const row of history.rows) row.isChanged = false;
  for (const step of history.steps()) history.points(step)!.isChanged = false;
}

export function savedNames({ directory }: FleetFold): SavedNames {
  const { clusterIds, nodeIds, metricNames } = directory;
  return { clusters: clusterIds.length, nodes: nodeIds.length, series: metricNames.length };
}

/**
 * Fills an empty fleet with pieces in the order in which they were given; those of steps that have left
 * the window since are passed over. @throws Refusal "state/unreadable" for damage, a piece too few, another
 * grid or horizon, and a fleet that is not empty.
 */
export class FleetReader {
  readonly #fold: FleetFold;
  readonly #history: FleetHistory;
  readonly #names = { clusterIds: [] as string[], nodes: [] as (readonly [string, number])[] };
  readonly #order = new PieceOrder();
  #header: WholeHeader | undefined;
  #rows = 0;
  #points = 0;
  /** Of the piece that came last: those of the step before, mostly. */
  #pointsBefore: StepPoints | undefined;
  readonly #banks = new Map<number, number>();
  readonly #snapshots = new Map<number, number>();

  constructor(fold: FleetFold, history: FleetHistory) {
    this.#fold = fold;
    this.#history = history;
  }

  take(piece: Piece): void {
    this.#order.check(piece);
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

  #headerOf({ bytes }: Piece): WholeHeader {
    const header = readJson(bytes) as WholeHeader;
    const { stepMs, horizonSteps, version } = header;
    if (version !== VERSION) throw unreadable("it is of another version", { version });
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

  #takeRow(piece: Piece): void {
    const { nodes, clusters, tenant } = this.#fold;
    const row = readPiece(piece, (reader) => {
      const header = readJson(reader.octets(reader.number())) as RowHeader;
      const made = fleetRow(piece.step, header.before);
      made.opened = header.opened;
      made.nodes.read(reader, nodes.count);
      made.clusters.read(reader, clusters.count);
      made.tenant.read(reader, tenant.count);
      reader.end();
      return made;
    });
    row.isChanged = false;
    this.#history.placeRow(row);
    this.#rows++;
  }

  #takePoints(piece: Piece, { stepMs, names }: WholeHeader): void {
    const { tally } = this.#history;
    const points = readPiece(piece, (reader) =>
      StepPoints.read(reader, stepMs, names.series, tally),
    );
    points.trim(this.#pointsBefore);
    this.#pointsBefore = points;
    this.#history.place(piece.step, points);
    this.#points++;
  }
}

function bankBytes(
  { firstSteps, lastSteps, states, count }: EntityBank,
  chunk: number,
): Uint8Array {
  const from = chunk << CHUNK_SHIFT;
  const end = Math.min(count, from + CHUNK_ENTITIES);
  const writer = new ByteWriter();
  const perEntity = states.histogram.length / firstSteps.length;
  const scalars = states.scalars.length / firstSteps.length;
  writeCopy(writer, {
    firstSteps: firstSteps.subarray(from, end),
    lastSteps: lastSteps.subarray(from, end),
    states: {
      histogram: states.histogram.subarray(from * perEntity, end * perEntity),
      scalars: states.scalars.subarray(from * scalars, end * scalars),
    },
  });
  return writer.bytes();
}

function rowBytes({ before, opened, nodes, clusters, tenant }: FleetRow): Uint8Array {
  const header: RowHeader = { before, opened };
  const text = jsonBytes(header);
  const writer = new ByteWriter();
  writer.number(text.length);
  writer.column(text);
  nodes.write(writer);
  clusters.write(writer);
  tenant.write(writer);
  return writer.bytes();
}

function finite(step: number): number | null {
  return Number.isFinite(step) ? step : null;
}
