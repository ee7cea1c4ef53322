import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CorruptBytes, decodeChunk } from "../codec/chunk-codec.ts";
import { checkDatabase, openDatabase, transaction } from "../sqlite/database.ts";
import { salvageRows } from "../sqlite/salvage.ts";
import { guarded } from "../sqlite/store-error.ts";

export const DAY_FORMAT = 1;

/** Points of one series in [t0Ms, t1Ms] of one UTC day; of two with one instant the higher seq's counts. */
export interface Chunk {
  readonly seriesId: number;
  readonly t0Ms: number;
  readonly t1Ms: number;
  readonly pointCount: number;
  /** Order of writing over the whole partition. */
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** Where a chunk is in its file's order. */
export type ChunkKey = Pick<Chunk, "seriesId" | "t0Ms" | "seq">;

export interface Span {
  readonly seriesId: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly points: number;
}

export type Extent = Pick<Chunk, "t1Ms" | "pointCount">;

const SCHEMA = `
  CREATE TABLE chunk (
    series_id INTEGER NOT NULL, t0_ms INTEGER NOT NULL, seq INTEGER NOT NULL,
    t1_ms INTEGER NOT NULL, points INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (series_id, t0_ms, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lost (
    series_id ANY, t0_ms ANY, seq ANY, t1_ms ANY, points ANY, data ANY, reason TEXT NOT NULL
  ) STRICT;
  CREATE TABLE newest (only INTEGER PRIMARY KEY CHECK (only = 0), seq INTEGER NOT NULL) STRICT;
  INSERT INTO newest VALUES (0, 0)`;

const COLUMNS =
  "series_id AS seriesId, t0_ms AS t0Ms, t1_ms AS t1Ms, points AS pointCount, seq, data AS bytes";

/** The sealed chunks of one partition and one UTC day, in one SQLite file. */
export class DayFile {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  readonly #extents: StatementSync;

  /** @throws StoreTooNew, StoreCorrupt, StoreUnavailable. */
  constructor(file: string) {
    this.file = file;
    this.#db = openDatabase({
      file,
      format: DAY_FORMAT,
      schema: SCHEMA,
      synchronous: "FULL",
      pageBytes: 4096,
      cacheKib: 512,
    });
    this.#read = this.#db.prepare(
      `SELECT ${COLUMNS} FROM chunk
       WHERE series_id = ? AND t0_ms < ? AND t1_ms >= ? ORDER BY t0_ms, seq`,
    );
    this.#extents = this.#db.prepare(
      `SELECT t1_ms AS t1Ms, points AS pointCount FROM chunk
       WHERE series_id = ? AND t1_ms >= ? ORDER BY t0_ms, seq`,
    );
    this.#write = this.#db.prepare("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?, ?, ?)");
    this.#remove = this.#db.prepare(
      "DELETE FROM chunk WHERE series_id = ? AND t0_ms = ? AND seq = ?",
    );
  }

  /** Chunks with a point in [startMs, endMs), by first time. */
  read(seriesId: number, startMs: number, endMs: number): Chunk[] {
    return guarded(this.file, () => this.#read.all(seriesId, endMs, startMs)) as unknown as Chunk[];
  }

  /** Where the next chunks end that have points from `fromMs` on: by first time, about `pointsMax` points of them. */
  extents(seriesId: number, fromMs: number, pointsMax: number): Extent[] {
    return guarded(this.file, () => {
      const found: Extent[] = [];
      let points = 0;
      for (const row of this.#extents.iterate(seriesId, fromMs)) {
        const extent = row as unknown as Extent;
        found.push(extent);
        points += extent.pointCount;
        if (points >= pointsMax) break;
      }
      return found;
    });
  }

  /** Adds chunks, durably, all or none. */
  write(chunks: readonly Chunk[]): void {
    let newest = 0;
    transaction(this.#db, this.file, () => {
      for (const chunk of chunks) {
        this.#insert(chunk);
        if (chunk.seq > newest) newest = chunk.seq;
      }
      this.#db.prepare("UPDATE newest SET seq = max(seq, ?)").run(newest);
    });
  }

  /** Puts `chunks` in place of `olds`, which held the same points. */
  replace(olds: readonly Chunk[], chunks: readonly Chunk[]): void {
    transaction(this.#db, this.file, () => {
      for (const old of olds) this.#remove.run(old.seriesId, old.t0Ms, old.seq);
      for (const chunk of chunks) this.#insert(chunk);
    });
  }

  /** Quarantines a chunk that does not decode, keeping its bytes. */
  setAside(chunk: Chunk, reason: string): void {
    transaction(this.#db, this.file, () => {
      this.#remove.run(chunk.seriesId, chunk.t0Ms, chunk.seq);
      this.#db
        .prepare("INSERT INTO lost VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(
          chunk.seriesId,
          chunk.t0Ms,
          chunk.seq,
          chunk.t1Ms,
          chunk.pointCount,
          chunk.bytes,
          reason,
        );
    });
  }

  /** The highest seq ever written here. */
  newestSeq(): number {
    return guarded(this.file, () => {
      return Number(this.#db.prepare("SELECT seq FROM newest").get()?.seq ?? 0);
    });
  }

  /** Removes what a write that was never confirmed left behind: chunks with afterSeq < seq. */
  dropAfter(afterSeq: number): void {
    transaction(this.#db, this.file, () => {
      this.#db.prepare("DELETE FROM chunk WHERE seq > ?").run(afterSeq);
      this.#db.prepare("UPDATE newest SET seq = min(seq, ?)").run(afterSeq);
    });
  }

  /** Series that have chunks here: first and last time, number of points. */
  spans(): Span[] {
    return guarded(this.file, () =>
      this.#db
        .prepare(
          `SELECT series_id AS seriesId, min(t0_ms) AS firstMs, max(t1_ms) AS lastMs,
            sum(points) AS points FROM chunk GROUP BY series_id`,
        )
        .all(),
    ) as unknown as Span[];
  }

  /** At most `limit` chunks after `key`, by series, first time and seq. */
  after({ seriesId, t0Ms, seq }: ChunkKey, limit: number): Chunk[] {
    return guarded(this.file, () =>
      this.#db
        .prepare(
          `SELECT ${COLUMNS} FROM chunk WHERE (series_id, t0_ms, seq) > (?, ?, ?)
           ORDER BY series_id, t0_ms, seq LIMIT ?`,
        )
        .all(seriesId, t0Ms, seq, limit),
    ) as unknown as Chunk[];
  }

  chunkCount(): number {
    return guarded(this.file, () =>
      Number(this.#db.prepare("SELECT count(*) AS n FROM chunk").get()?.n ?? 0),
    );
  }

  /** Reads through the whole file and checks its structure. @throws StoreCorrupt. */
  check(): void {
    checkDatabase(this.#db, this.file);
  }

  close(): void {
    this.#db.close();
  }

  #insert(chunk: Chunk): void {
    this.#write.run(
      chunk.seriesId,
      chunk.t0Ms,
      chunk.seq,
      chunk.t1Ms,
      chunk.pointCount,
      chunk.bytes,
    );
  }
}

/** The points of a chunk. @throws CorruptBytes when its bytes are damaged, or its columns do not match them. */
export function pointsOf(chunk: Chunk): ReturnType<typeof decodeChunk> {
  // Damage can turn a column into one of another type.
  if (!(chunk.bytes instanceof Uint8Array)) throw new CorruptBytes("chunk data are not bytes");
  const points = decodeChunk(chunk.seriesId, chunk.bytes);
  const { timestampsMs } = points;
  const fits =
    timestampsMs.length === chunk.pointCount &&
    timestampsMs[0] === chunk.t0Ms &&
    timestampsMs[timestampsMs.length - 1] === chunk.t1Ms;
  if (!fits) throw new CorruptBytes("chunk columns do not match its bytes");
  return points;
}

/** The chunks of a damaged file that can still be reached and decode. */
export function salvageChunks(damagedFile: string): Chunk[] {
  const chunks: Chunk[] = [];
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(damagedFile, { readOnly: true });
  } catch {
    return chunks;
  }
  try {
    salvageRows(db, "chunk", ["series_id", "t0_ms", "seq"], (row) => {
      const [seriesId, t0Ms, seq, t1Ms, pointCount, bytes] = row as [
        number,
        number,
        number,
        number,
        number,
        Uint8Array,
      ];
      const chunk: Chunk = { seriesId, t0Ms, seq, t1Ms, pointCount, bytes };
      if (isSound(chunk)) chunks.push(chunk);
    });
    return chunks;
  } finally {
    db.close();
  }
}

function isSound(chunk: Chunk): boolean {
  try {
    pointsOf(chunk);
    return true;
  } catch {
    return false;
  }
}
