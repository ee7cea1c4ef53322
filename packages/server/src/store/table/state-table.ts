import type { DatabaseSync, StatementSync } from "node:sqlite";
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { transaction } from "../sqlite/database.ts";

/** `head` is overwritten every time; of `day` the two newest stay, for points that come late. */
export type StateSlot = "head" | "day";

export interface SavedState {
  /** The state has seen all points up to and including this instant. */
  readonly uptoMs: number;
  readonly bytes: Uint8Array;
}

export interface StateRow extends SavedState {
  readonly seriesId: number;
  readonly slot: StateSlot;
}

// One row per series and place; the key keeps the places of a series side by side, and a row of
// some kilobytes stays in a leaf page, which a WITHOUT ROWID table would not allow.
export const STATE_SCHEMA = `CREATE TABLE state (
  id INTEGER PRIMARY KEY, upto_ms REAL NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
) STRICT`;

const PLACES = 4;
const HEAD_PLACE = 0;
const DAY_PLACES = [1, 2];

/** Young series have seen few hours of the day: their states shrink to a third. */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
const ZSTD_MAGIC = 0xfd2f_b528;
/** No state is as large; a larger claim is damage. */
const STATE_BYTES_MAX = 1 << 20;

/** Saved detector states of the series of a partition. */
export class StateTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #put: StatementSync;
  readonly #uptos: StatementSync;
  readonly #rows: StatementSync;
  readonly #drop: StatementSync;
  readonly #onDamage: (seriesId: number, uptoMs: number) => void;

  constructor(
    db: DatabaseSync,
    file: string,
    onDamage: (seriesId: number, uptoMs: number) => void,
  ) {
    this.#db = db;
    this.#file = file;
    this.#onDamage = onDamage;
    this.#put = db.prepare("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)");
    this.#uptos = db.prepare("SELECT id, upto_ms AS uptoMs FROM state WHERE id IN (?, ?)");
    this.#rows = db.prepare(
      `SELECT id, upto_ms AS uptoMs, crc, data AS bytes FROM state
       WHERE id >= ? AND id < ? AND upto_ms <= ? ORDER BY upto_ms DESC`,
    );
    this.#drop = db.prepare("DELETE FROM state WHERE id >= ? AND id < ? AND upto_ms >= ?");
  }

  /** Saves states, all or none; inside a checkpoint they count with it. @throws StoreUnavailable. */
  save(rows: readonly StateRow[]): void {
    transaction(this.#db, this.#file, () => {
      for (const { seriesId, slot, uptoMs, bytes } of rows) {
        const place = slot === "head" ? HEAD_PLACE : this.#dayPlace(seriesId, uptoMs);
        const packed = packedState(bytes);
        this.#put.run(seriesId * PLACES + place, uptoMs, crc32(packed, seriesId), packed);
      }
    });
  }

  /** The newest sound state with uptoMs <= beforeMs; undefined when there is none. */
  load(seriesId: number, beforeMs: number): SavedState | undefined {
    const from = seriesId * PLACES;
    for (const row of this.#rows.all(from, from + PLACES, beforeMs)) {
      const { id, uptoMs, crc, bytes } = row as unknown as SavedState & { id: number; crc: number };
      if (crc32(bytes, seriesId) === crc) return { uptoMs, bytes: unpacked(bytes) };
      this.#db.prepare("DELETE FROM state WHERE id = ?").run(id);
      this.#onDamage(seriesId, uptoMs);
    }
    return undefined;
  }

  /** Forgets states with uptoMs >= fromMs: a late point made them untrue. */
  dropFrom(seriesId: number, fromMs: number): void {
    this.#drop.run(seriesId * PLACES, (seriesId + 1) * PLACES, fromMs);
  }

  /** The place whose snapshot is the same, missing or older. */
  #dayPlace(seriesId: number, uptoMs: number): number {
    const ids = DAY_PLACES.map((place) => seriesId * PLACES + place);
    const taken = this.#uptos.all(ids[0]!, ids[1]!) as unknown as { id: number; uptoMs: number }[];
    const equal = taken.find((row) => row.uptoMs === uptoMs);
    if (equal !== undefined) return equal.id % PLACES;
    const free = ids.find((id) => !taken.some((row) => row.id === id));
    if (free !== undefined) return free % PLACES;
    return taken.reduce((a, b) => (a.uptoMs < b.uptoMs ? a : b)).id % PLACES;
  }
}

/** The packer sizes its tables by this hint: small ones for a state. */
function packedState(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: PARAMS, pledgedSrcSize: bytes.length });
}

/** States saved before packing existed are returned as they are: none of them begins like a packed one. */
function unpacked(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== ZSTD_MAGIC) return bytes;
  return new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: STATE_BYTES_MAX }));
}
