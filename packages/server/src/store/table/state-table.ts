import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { crc32, zstdDecompressSync } from "node:zlib";
import { hasZeroRunsPacked, packZeroRuns, unpackZeroRuns } from "../codec/zero-runs.ts";
import { transaction } from "../sqlite/database.ts";
import { STEP_STATE_SCHEMA, StepStates } from "./step-states.ts";

/**
 * `head`: the two newest stay, so that a checkpoint that was cut off leaves the states of the one before.
 * `day`: the two newest stay. `step`: those that bound how much a late point makes fold again.
 */
export type StateSlot = "head" | "day" | "step";

export interface SavedState {
  /** The state has seen all points up to and including this instant. */
  readonly uptoMs: number;
  readonly bytes: Uint8Array;
}

export interface StateRow extends SavedState {
  readonly seriesId: number;
  readonly slot: StateSlot;
}

interface Place {
  readonly id: number;
  readonly uptoMs: number;
}

interface Found extends SavedState {
  readonly id: number;
  readonly crc: number;
}

// One row per series and place; the key keeps the places of a series side by side, and a row of
// some kilobytes stays in a leaf page, which a WITHOUT ROWID table would not allow.
export const STATE_SCHEMA = `CREATE TABLE state (
  id INTEGER PRIMARY KEY, upto_ms REAL NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
) STRICT; ${STEP_STATE_SCHEMA}`;

const PLACES = 4;
const HEAD_PLACES = [0, 3] as const;
const DAY_PLACES = [1, 2];

/** States that are read at once: about 80 kB, and 5 pages of the file. */
const AHEAD_SERIES = 64;
/** States of other tenants' series that may be kept until these are asked for: 3 MB. */
const AHEAD_MAX = 2048;
/** A state of a series takes 4 kB. */
const ROOM_BYTES = 1 << 14;
const ZSTD_MAGIC = 0xfd2f_b528;
/** No state is as large; a larger claim is damage. */
const STATE_BYTES_MAX = 1 << 20;

/** Saved detector states of the series of a partition. */
export class StateTable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #steps: StepStates;
  readonly #put: StatementSync;
  readonly #uptos: StatementSync;
  readonly #rows: StatementSync;
  readonly #many: StatementSync;
  readonly #one: StatementSync;
  readonly #drop: StatementSync;
  readonly #onDamage: (seriesId: number, uptoMs: number) => void;
  /** By series the place of the newest head as far as known. */
  readonly #newestHead = new Map<number, number>();
  /** By series. */
  readonly #ahead = new Map<number, Found>();
  /** Where states are unpacked that are used at once: a buffer for each takes longer than to fill it. */
  readonly #room = new Uint8Array(ROOM_BYTES);

  constructor(
    db: DatabaseSync,
    file: string,
    onDamage: (seriesId: number, uptoMs: number) => void,
  ) {
    this.#db = db;
    this.#file = file;
    this.#onDamage = onDamage;
    this.#steps = new StepStates(db);
    this.#put = db.prepare("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)");
    this.#uptos = db.prepare("SELECT id, upto_ms AS uptoMs FROM state WHERE id IN (?, ?)");
    this.#rows = db.prepare(
      `SELECT id, upto_ms AS uptoMs, crc, data AS bytes FROM state
       WHERE id >= ? AND id < ? AND upto_ms <= ? ORDER BY upto_ms DESC LIMIT 1`,
    );
    // Without their bytes, of which one in four places is wanted: a query for the newest would sort them all.
    this.#many = db.prepare(
      "SELECT id, upto_ms AS uptoMs FROM state WHERE id >= ? AND id < ? ORDER BY id",
    );
    this.#one = db.prepare(
      "SELECT id, upto_ms AS uptoMs, crc, data AS bytes FROM state WHERE id = ?",
    );
    this.#drop = db.prepare("DELETE FROM state WHERE id >= ? AND id < ? AND upto_ms >= ?");
  }

  /** Saves states, all or none; inside a checkpoint they count with it. @throws StoreUnavailable. */
  save(rows: readonly StateRow[]): void {
    const heads: [seriesId: number, place: number][] = [];
    transaction(this.#db, this.#file, () => {
      for (const { seriesId, slot, uptoMs, bytes } of rows) {
        this.#ahead.delete(seriesId);
        const packed = packZeroRuns(bytes);
        const crc = crc32(packed, seriesId);
        if (slot === "step") {
          this.#steps.put(seriesId, uptoMs, crc, packed);
          continue;
        }
        const place =
          slot === "head" ? this.#headPlace(seriesId) : this.#dayPlace(seriesId, uptoMs);
        if (slot === "head") heads.push([seriesId, place]);
        this.#put.run(seriesId * PLACES + place, uptoMs, crc, packed);
      }
    });
    for (const [seriesId, place] of heads) this.#newestHead.set(seriesId, place);
  }

  /**
   * The newest sound state of a series, once. Whoever goes through the series in the order of their numbers has
   * many rows read at once. Its bytes are good until the next call: they are unpacked into the same memory.
   */
  newest(seriesId: number): SavedState | undefined {
    if (!this.#ahead.has(seriesId)) this.#readAhead(seriesId);
    const found = this.#ahead.get(seriesId);
    this.#ahead.delete(seriesId);
    // What is damaged, or has a state beside these, is looked for by itself.
    if (found === undefined || crc32(found.bytes, seriesId) !== found.crc) {
      return this.load(seriesId, Number.MAX_SAFE_INTEGER);
    }
    this.#noteHead(seriesId, found.id);
    return unpacked(found, this.#room);
  }

  #readAhead(seriesId: number): void {
    if (this.#ahead.size > AHEAD_MAX) this.#ahead.clear();
    const end = seriesId + AHEAD_SERIES;
    const rows = this.#many.all(seriesId * PLACES, end * PLACES) as unknown as Place[];
    for (let i = 0; i < rows.length; ) {
      const id = Math.floor(rows[i]!.id / PLACES);
      let newest = rows[i]!;
      for (; i < rows.length && Math.floor(rows[i]!.id / PLACES) === id; i++) {
        if (rows[i]!.uptoMs > newest.uptoMs) newest = rows[i]!;
      }
      this.#ahead.set(id, this.#one.get(newest.id) as unknown as Found);
    }
    for (const [id, uptoMs] of this.#steps.newest(seriesId, end)) {
      const row = this.#ahead.get(id);
      if (row !== undefined && row.uptoMs < uptoMs) this.#ahead.delete(id);
    }
  }

  #noteHead(seriesId: number, rowId: number): void {
    const place = rowId - seriesId * PLACES;
    if (HEAD_PLACES.some((one) => one === place)) this.#newestHead.set(seriesId, place);
  }

  /** The newest sound state with uptoMs <= beforeMs; undefined when there is none. */
  load(seriesId: number, beforeMs: number): SavedState | undefined {
    const from = seriesId * PLACES;
    // One row at a time: the others are kilobytes that are not needed unless it is damaged.
    const newest = this.#firstSound(seriesId, "state", () =>
      this.#rows.get(from, from + PLACES, beforeMs),
    );
    if (newest !== undefined) this.#noteHead(seriesId, newest.id);
    const step = this.#firstSound(seriesId, "state_step", () =>
      this.#steps.between(seriesId, newest?.uptoMs ?? -1, beforeMs),
    );
    return unpacked(step ?? newest);
  }

  /** Forgets states with uptoMs >= fromMs: a late point made them untrue. */
  dropFrom(seriesId: number, fromMs: number): void {
    this.#ahead.delete(seriesId);
    transaction(this.#db, this.#file, () => {
      this.#drop.run(seriesId * PLACES, (seriesId + 1) * PLACES, fromMs);
      this.#steps.dropFrom(seriesId, fromMs);
    });
  }

  /** What `next` gives first that is sound; what is damaged on the way to it is dropped and reported. */
  #firstSound(
    seriesId: number,
    table: "state" | "state_step",
    next: () => Record<string, SQLOutputValue> | undefined,
  ): Found | undefined {
    for (;;) {
      const row = next() as Found | undefined;
      if (row === undefined || crc32(row.bytes, seriesId) === row.crc) return row;
      const key = table === "state" ? "id" : "rowid";
      this.#db.prepare(`DELETE FROM ${table} WHERE ${key} = ?`).run(row.id);
      this.#onDamage(seriesId, row.uptoMs);
    }
  }

  /** Not that of the newest head. */
  #headPlace(seriesId: number): number {
    const newest = this.#newestHead.get(seriesId);
    return newest === HEAD_PLACES[0] ? HEAD_PLACES[1] : HEAD_PLACES[0];
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

/** States of earlier versions are read as well: packed by zstd, or as they are. None begins like another kind. */
function unpacked(found: Found | undefined, room?: Uint8Array): SavedState | undefined {
  if (found === undefined) return undefined;
  const { uptoMs, bytes } = found;
  if (hasZeroRunsPacked(bytes))
    return { uptoMs, bytes: unpackZeroRuns(bytes, STATE_BYTES_MAX, room) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== ZSTD_MAGIC) return { uptoMs, bytes };
  const plain = zstdDecompressSync(bytes, { maxOutputLength: STATE_BYTES_MAX });
  return { uptoMs, bytes: new Uint8Array(plain) };
}
