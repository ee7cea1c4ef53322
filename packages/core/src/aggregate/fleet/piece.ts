import { unreadable } from "../../model/state-bytes.ts";
import { ByteReader } from "./column-bytes.ts";

/**
 * A part of a fold's state under a name of its own: what it is, of which chunk of entities or series (0
 * where there is no such), of which step (NO_STEP where it is of none). Saved again when it has changed.
 */
export interface Piece {
  readonly kind: number;
  readonly chunk: number;
  readonly step: number;
  readonly bytes: Uint8Array;
}

export type PieceName = Pick<Piece, "kind" | "chunk" | "step">;

/** A piece that stays where it is saved until somebody asks for it. */
export interface RestingPiece extends PieceName {
  readonly bytes?: undefined;
}

/** Where saved pieces can be read again. */
export interface PieceSource {
  /** The bytes that were given last under the name, and are saved. @throws Refusal "state/unreadable" */
  read(name: PieceName): Uint8Array;
}

export const NO_STEP = -1;

/** Kinds of pieces, in the order in which they are given and taken back. */
export const PIECE = {
  fleet: 1,
  clusterNames: 2,
  nodeNames: 3,
  seriesNames: 4,
  nodes: 5,
  clusters: 6,
  tenant: 7,
  nodeSnapshot: 8,
  clusterSnapshot: 9,
  tenantSnapshot: 10,
  row: 11,
  points: 12,
  silence: 20,
  silenceStates: 21,
  silenceStep: 22,
  silenceNodes: 23,
  departures: 24,
} as const;

/** Kinds whose pieces may be taken back without their bytes, where there is a source to read them from later. */
export const RESTING_KINDS: readonly number[] = [PIECE.row, PIECE.points];

/** Pieces of steps before this one are of no use any more. */
export interface PieceFloor {
  readonly kind: number;
  readonly fromStep: number;
}

/** Pieces are taken back in their order, each once. */
export class PieceOrder {
  #last: PieceName | undefined;

  /** @throws Refusal "state/unreadable" */
  check(piece: PieceName): void {
    const last = this.#last;
    this.#last = piece;
    if (last === undefined) return;
    const { kind, chunk, step } = piece;
    const order = kind - last.kind || chunk - last.chunk || step - last.step;
    if (!(order > 0))
      throw unreadable("a piece is there twice, or out of order", { kind, chunk, step });
  }
}

/** A piece that is a JSON text. @throws Refusal "state/unreadable" */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unreadable("a piece is not valid JSON");
  }
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/**
 * Hands the bytes of a piece to its reader. @throws Refusal "state/unreadable" also for what goes wrong on
 * the way because they are not what they should be.
 */
export function readPiece<Result>(
  { kind, bytes }: Piece,
  read: (reader: ByteReader) => Result,
): Result {
  try {
    return read(new ByteReader(bytes));
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw unreadable("a piece is not what it should be", { kind, why: error.message });
    }
    throw error;
  }
}
