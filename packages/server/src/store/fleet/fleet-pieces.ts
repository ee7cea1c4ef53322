import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import {
  type Piece,
  type PieceFloor,
  type PieceName,
  RESTING_KINDS,
  Refusal,
  type RestingPiece,
} from "@foreshock/core/fold";
import { transaction } from "../sqlite/database.ts";
import { guarded } from "../sqlite/store-error.ts";

/** Longest value of a row: a larger piece is cut into parts. */
const PART_BYTES_MAX = 256 * 1024;
/** Rows of saves that are over, deleted in one transaction. */
const ROWS_DROPPED_MAX = 256;

/** Where a tenant's saved fold stands. Pieces of a later generation belong to a save that was cut off. */
export const FLEET_PIECES_SCHEMA = `
  CREATE TABLE fleet_save (
    tenant TEXT PRIMARY KEY, slot TEXT NOT NULL, generation INTEGER NOT NULL,
    first_generation INTEGER NOT NULL, upto_ms REAL NOT NULL, position TEXT NOT NULL
  ) STRICT;
  CREATE TABLE fleet_piece (
    tenant TEXT NOT NULL, kind INTEGER NOT NULL, chunk INTEGER NOT NULL, step INTEGER NOT NULL,
    generation INTEGER NOT NULL, part INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (tenant, kind, chunk, step, generation, part)
  ) STRICT`;

/** What is saved of a tenant's fold, besides its pieces. */
export interface FoldSave {
  /** What the pieces are: the caller's word. */
  readonly slot: string;
  /** Everything before this instant has been folded. */
  readonly uptoMs: number;
  /** Where to go on: JSON text of the caller's, for example the position of every partition. */
  readonly position: string;
}

interface Row {
  readonly kind: number;
  readonly chunk: number;
  readonly step: number;
  readonly generation: number;
  readonly part: number;
  readonly crc: number;
  /** Null where it was not asked for. */
  readonly data: Uint8Array | null;
}

interface Generations {
  readonly generation: number;
  /** Pieces of earlier ones are not of this fold. */
  readonly first: number;
}

/**
 * A tenant's fold in rows of bounded size. A save writes what has changed beside what is there, in as many
 * transactions as it takes, and counts from the moment in which it is switched to: a crash leaves the save
 * before it, whole. What a save replaces is deleted afterwards, a little at a time.
 */
export class FoldPieces {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #tenant: string;
  readonly #onDamage: (name: string) => void;
  /** Bytes of pieces that were written, for tests of what a save costs. */
  bytesWritten = 0;
  /** A piece of the save that counts was found damaged, and reported. */
  isDamaged = false;
  #written: Pick<Piece, "kind" | "chunk" | "step">[] = [];
  #isFresh = false;
  #known: Generations | undefined;
  #one: StatementSync | undefined;

  constructor(db: DatabaseSync, file: string, tenant: string, onDamage: (name: string) => void) {
    this.#db = db;
    this.#file = file;
    this.#tenant = tenant;
    this.#onDamage = onDamage;
  }

  /** The save that counts; undefined without any. */
  saved(): FoldSave | undefined {
    const sql = "SELECT slot, upto_ms AS uptoMs, position FROM fleet_save WHERE tenant = ?";
    return this.#get(sql) as unknown as FoldSave | undefined;
  }

  /**
   * The pieces of the save that counts, by kind, chunk and step; those of kinds that may rest without their bytes,
   * which are not read. One that is damaged is reported.
   *
   * @throws Refusal "state/unreadable"
   */
  *read(): Generator<Piece | RestingPiece> {
    const { generation, first } = this.#generations();
    const sql = `SELECT kind, chunk, step, generation, part, crc,
        CASE WHEN kind IN (${RESTING_KINDS.join()}) THEN NULL ELSE data END AS data
      FROM fleet_piece WHERE tenant = ? AND generation BETWEEN ? AND ?
      ORDER BY kind, chunk, step, generation DESC, part`;
    const rows = this.#db.prepare(sql).iterate(this.#tenant, first, generation);
    let parts: Row[] = [];
    try {
      for (;;) {
        const next = guarded(this.#file, () => rows.next());
        const row = next.done === true ? undefined : (next.value as unknown as Row);
        const head = parts[0];
        if (head !== undefined && (row === undefined || !isSamePiece(head, row))) {
          yield head.data === null ? nameOf(head) : this.#joined(parts);
          parts = [];
        }
        if (row === undefined) return;
        // Of several generations of a piece the newest comes first.
        if (parts.length === 0 || parts[0]!.generation === row.generation) parts.push(row);
      }
    } finally {
      rows.return?.();
    }
  }

  /**
   * The bytes of one piece of the save that counts. Where they are damaged, that is reported and the save counts no
   * more: the fold is folded again. @throws Refusal "state/unreadable"
   */
  bytesOf({ kind, chunk, step }: PieceName): Uint8Array {
    const { generation, first } = this.#generations();
    this.#one ??= this.#db.prepare(
      `SELECT kind, chunk, step, generation, part, crc, data FROM fleet_piece
       WHERE tenant = ? AND kind = ? AND chunk = ? AND step = ? AND generation BETWEEN ? AND ?
       ORDER BY generation DESC, part`,
    );
    const one = this.#one;
    const rows = guarded(this.#file, () =>
      one.all(this.#tenant, kind, chunk, step, first, generation),
    ) as unknown as Row[];
    const newest = rows.filter((row) => row.generation === rows[0]!.generation);
    try {
      if (newest.length === 0) throw this.#unusable({ kind, chunk, step });
      return this.#joined(newest).bytes;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** No save counts any more; the pieces are deleted at the next `cleanLeftovers`. */
  forget(): void {
    this.#run("DELETE FROM fleet_save WHERE tenant = ?");
    this.settle();
  }

  /** Begins a save anew; `isFresh`: nothing of what is saved belongs to this fold. */
  begin(isFresh: boolean): void {
    this.#written = [];
    this.#isFresh = isFresh;
  }

  /** Adds pieces to the save that was begun. They do not count before `switchTo`. @throws StoreUnavailable. */
  write(pieces: readonly Piece[]): void {
    const generation = this.#generations().generation + 1;
    transaction(this.#db, this.#file, () => {
      const insert = this.#db.prepare(
        "INSERT OR REPLACE INTO fleet_piece VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      );
      // A save that failed may have left more parts of the same generation.
      const shorten = this.#db.prepare(
        `DELETE FROM fleet_piece WHERE tenant = ? AND kind = ? AND chunk = ? AND step = ?
         AND generation = ? AND part >= ?`,
      );
      for (const { kind, chunk, step, bytes } of pieces) {
        const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES_MAX));
        for (let part = 0; part < parts; part++) {
          const data = bytes.subarray(part * PART_BYTES_MAX, (part + 1) * PART_BYTES_MAX);
          insert.run(this.#tenant, kind, chunk, step, generation, part, crc32(data), data);
        }
        shorten.run(this.#tenant, kind, chunk, step, generation, parts);
        this.#written.push({ kind, chunk, step });
        this.bytesWritten += bytes.length;
      }
    });
  }

  /** Inside a checkpoint: what was written since `begin`, and of what was there the rest, counts from now on. */
  switchTo({ slot, uptoMs, position }: FoldSave): void {
    const { generation, first } = this.#generations();
    const next = generation + 1;
    this.#run(
      "INSERT OR REPLACE INTO fleet_save VALUES (?, ?, ?, ?, ?, ?)",
      ...[slot, next, this.#isFresh ? next : first, uptoMs, position],
    );
  }

  /** The save has not changed and has seen all up to `position`. */
  move(position: string): void {
    guarded(this.#file, () => {
      const sql = "UPDATE fleet_save SET position = ? WHERE tenant = ?";
      this.#db.prepare(sql).run(position, this.#tenant);
    });
  }

  /** The checkpoint of `switchTo` is durable, or has failed: what is known of it is read again. */
  settle(): void {
    this.#known = undefined;
  }

  /**
   * Deletes what the save replaced and what is before the floors, in transactions of bounded size: one for
   * each time that more is asked for.
   */
  *clean(floors: readonly PieceFloor[]): Generator<number> {
    const written = this.#written;
    this.#written = [];
    const { generation, first } = this.#generations();
    for (let from = 0; from < written.length; from += ROWS_DROPPED_MAX) {
      const some = written.slice(from, from + ROWS_DROPPED_MAX);
      transaction(this.#db, this.#file, () => {
        const sql = `DELETE FROM fleet_piece
          WHERE tenant = ? AND kind = ? AND chunk = ? AND step = ? AND generation < ?`;
        const statement = this.#db.prepare(sql);
        for (const { kind, chunk, step } of some) {
          statement.run(this.#tenant, kind, chunk, step, generation);
        }
      });
      yield some.length;
    }
    for (const { kind, fromStep } of floors) {
      if (!Number.isFinite(fromStep)) continue;
      yield* this.#drop("kind = ? AND step >= 0 AND step < ?", kind, fromStep);
    }
    if (this.#isFresh) yield* this.#drop("generation < ?", first);
    this.#isFresh = false;
  }

  /** At a start: deletes what a save that was cut off has left. */
  *cleanLeftovers(): Generator<number> {
    const { generation, first } = this.#generations();
    yield* this.#drop("generation NOT BETWEEN ? AND ?", first, generation);
    yield* this.#drop(
      `EXISTS (SELECT 1 FROM fleet_piece AS newer WHERE newer.tenant = fleet_piece.tenant
        AND newer.kind = fleet_piece.kind AND newer.chunk = fleet_piece.chunk
        AND newer.step = fleet_piece.step AND newer.generation > fleet_piece.generation)`,
    );
  }

  *#drop(which: string, ...values: number[]): Generator<number> {
    const sql = `DELETE FROM fleet_piece WHERE rowid IN
      (SELECT rowid FROM fleet_piece WHERE tenant = ? AND ${which} LIMIT ${ROWS_DROPPED_MAX})`;
    for (;;) {
      const { changes } = guarded(this.#file, () =>
        this.#db.prepare(sql).run(this.#tenant, ...values),
      );
      if (Number(changes) > 0) yield Number(changes);
      if (Number(changes) < ROWS_DROPPED_MAX) return;
    }
  }

  #joined(parts: readonly Row[]): Piece {
    const { kind, chunk, step } = parts[0]!;
    const isWhole = parts.every(({ part, crc, data }, i) => part === i && crc === crc32(data!));
    if (!isWhole) throw this.#unusable({ kind, chunk, step });
    const [first, ...others] = parts;
    if (others.length === 0) return { kind, chunk, step, bytes: first!.data! };
    return { kind, chunk, step, bytes: Buffer.concat(parts.map(({ data }) => data!)) };
  }

  /** Reports it. */
  #unusable({ kind, chunk, step }: PieceName): Refusal {
    const name = `${kind}/${chunk}/${step}`;
    this.isDamaged = true;
    this.#onDamage(name);
    return new Refusal("state/unreadable", "a piece of a saved fold is damaged", { piece: name });
  }

  #generations(): Generations {
    if (this.#known === undefined) {
      const sql = "SELECT generation, first_generation AS first FROM fleet_save WHERE tenant = ?";
      this.#known = (this.#get(sql) as unknown as Generations | undefined) ?? NEVER_SAVED;
    }
    return this.#known;
  }

  #get(sql: string): Record<string, unknown> | undefined {
    return guarded(this.#file, () => this.#db.prepare(sql).get(this.#tenant));
  }

  #run(sql: string, ...values: (string | number)[]): void {
    guarded(this.#file, () => this.#db.prepare(sql).run(this.#tenant, ...values));
  }
}

const NEVER_SAVED: Generations = { generation: 0, first: 0 };

function nameOf({ kind, chunk, step }: Row): RestingPiece {
  return { kind, chunk, step };
}

function isSamePiece(a: Row, b: Row): boolean {
  return a.kind === b.kind && a.chunk === b.chunk && a.step === b.step;
}
