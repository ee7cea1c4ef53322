import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { privateFile } from "../../config/private-files.ts";
import { guarded, StoreCorrupt, StoreTooNew } from "./store-error.ts";

export interface DatabaseFile {
  readonly file: string;
  /** Raised when older programs could not read the file any more. */
  readonly format: number;
  /** Whether every transaction is fsynced, or only those by `durableTransaction` (and all before them). */
  readonly synchronous: "FULL" | "NORMAL";
  readonly pageBytes: number;
  readonly cacheKib: number;
  /** Statements that make the tables of a new file. */
  readonly schema: string;
  /** Brings a file of an older format forward, in one transaction. */
  readonly migrate?: (db: DatabaseSync, from: number) => void;
}

const HEADER_BYTES = 100;
/** Where SQLite keeps user_version in the first page (sqlite.org/fileformat2.html, section 1.3). */
const VERSION_AT = 60;
/** A write-ahead log is cut back to this size after a checkpoint. */
const WAL_BYTES_KEPT = 16 * 2 ** 20;

/**
 * Opens or makes a database in WAL mode, held by this process alone.
 *
 * @throws StoreTooNew (before anything is written), StoreUnavailable, StoreCorrupt, FileProblem.
 */
export function openDatabase(options: DatabaseFile): DatabaseSync {
  const { file, format, schema, synchronous, pageBytes, cacheKib } = options;
  privateFile(file);
  const before = formatOf(file);
  if (before > format) throw new StoreTooNew(file, before, format);
  return guarded(file, () => {
    if (before === 0 && statSync(file).size === 0) makeEmpty(options);
    const db = new DatabaseSync(file);
    try {
      db.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA locking_mode = EXCLUSIVE;`);
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
      db.exec(`PRAGMA cache_size = -${cacheKib}; PRAGMA journal_size_limit = ${WAL_BYTES_KEPT};`);
      // Made by SQLite, and never finished.
      if (versionOf(db) === 0) {
        db.exec(`BEGIN IMMEDIATE; ${schema}; PRAGMA user_version = ${format}; COMMIT;`);
        db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      const found = versionOf(db);
      if (found > format) throw new StoreTooNew(file, found, format);
      if (found < format) {
        transaction(db, file, () => {
          options.migrate?.(db, found);
          db.exec(`PRAGMA user_version = ${format}`);
        });
      }
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * A new file with its tables, made under another name and synced once: where SQLite makes it in place it syncs six
 * times, and a body may need hundreds of files. Its name is synced with the first transaction in its log.
 */
function makeEmpty({ file, format, schema, pageBytes }: DatabaseFile): void {
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  privateFile(unfinished);
  const db = new DatabaseSync(unfinished);
  try {
    db.exec(
      `PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;`,
    );
    db.exec(`BEGIN IMMEDIATE; ${schema}; PRAGMA user_version = ${format}; COMMIT;`);
  } finally {
    db.close();
  }
  const handle = openSync(unfinished, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, file);
}

/** Runs `work` in one transaction; all of it or nothing. */
export function transaction<Result>(db: DatabaseSync, file: string, work: () => Result): Result {
  if (db.isTransaction) return work();
  return guarded(file, () => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  });
}

/**
 * The same for a database that is opened with "NORMAL": fsynced before this returns. Inside another
 * transaction it is a part of that one.
 */
export function durableTransaction<Result>(
  db: DatabaseSync,
  file: string,
  work: () => Result,
): Result {
  if (db.isTransaction) return work();
  db.exec("PRAGMA synchronous = FULL");
  try {
    return transaction(db, file, work);
  } finally {
    db.exec("PRAGMA synchronous = NORMAL");
  }
}

/** Reads through the whole file and checks its structure. @throws StoreCorrupt. */
export function checkDatabase(db: DatabaseSync, file: string): void {
  const found = guarded(file, () => db.prepare("PRAGMA quick_check(1)").get()?.quick_check);
  if (found !== "ok") throw new StoreCorrupt(file, found);
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

/** Format in the file's first page, read without opening it as a database; 0 when there is none. */
function formatOf(file: string): number {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return 0;
  }
  try {
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    const read = readSync(handle, header, 0, HEADER_BYTES, 0);
    const isDatabase = read === HEADER_BYTES && header.getUint32(0) === 0x53514c69;
    return isDatabase ? header.getUint32(VERSION_AT) : 0;
  } finally {
    closeSync(handle);
  }
}
