import type { SavedBudgets } from "./budget-steps.ts";
import { ByteWriter } from "./column-bytes.ts";
import type { EntityBank } from "./entity-bank.ts";
import { CHUNK_ENTITIES, CHUNK_SHIFT, writeCopy } from "./entity-snapshots.ts";
import type { FindingsMemory } from "./fleet-finding.ts";
import type { FleetFold } from "./fleet-fold.ts";
import type { FleetHistory } from "./fleet-history.ts";
import { rowBytes } from "./fleet-row.ts";
import { namePieces, type SavedNames } from "./name-pieces.ts";
import { jsonBytes, NO_STEP, PIECE, type Piece } from "./piece.ts";

export const FLEET_VERSION = 3;

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
export interface WholeHeader extends FleetHeader {
  readonly version: number;
  readonly processed: number | null;
  readonly keptFrom: number | null;
  readonly names: SavedNames;
  readonly rows: number;
  readonly points: number;
  readonly snapshots: readonly number[];
}

interface Level {
  readonly bank: EntityBank;
  readonly kind: number;
  readonly snapshotKind: number;
}

export function levelsOf(fold: FleetFold): readonly Level[] {
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
    version: FLEET_VERSION,
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
    history.wake(row);
    yield { kind: PIECE.row, chunk: 0, step: row.step, bytes: rowBytes(row) };
  }
  for (const step of history.steps()) {
    if (!all && history.window.live(step)?.isChanged !== true) continue;
    const points = history.points(step)!;
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
  history.saved();
}

export function savedNames({ directory }: FleetFold): SavedNames {
  const { clusterIds, nodeIds, metricNames } = directory;
  return { clusters: clusterIds.length, nodes: nodeIds.length, series: metricNames.length };
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

function finite(step: number): number | null {
  return Number.isFinite(step) ? step : null;
}
