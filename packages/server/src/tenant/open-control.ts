import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TenantProblem } from "./tenant-problem.ts";

/** For the server's own user: keys' hashes and tenants' names are nobody else's. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const WAIT_MS = 5000;
/** SQLite's name for a database without a file. */
const IN_MEMORY = ":memory:";

/**
 * Opens or makes the database at `path`, readable by its owner only, and prepares it.
 *
 * @throws TenantProblem naming the file and why it cannot be used.
 */
export function openControl(path: string, prepare: (db: DatabaseSync) => void): DatabaseSync {
  try {
    if (path !== IN_MEMORY) {
      mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
      if (!existsSync(path)) closeSync(openSync(path, "a", FILE_MODE));
    }
    const db = new DatabaseSync(path, { timeout: WAIT_MS });
    try {
      db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
      prepare(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof TenantProblem || !(error instanceof Error)) throw error;
    throw new TenantProblem(`${path}: ${causeOf(path, error)}`);
  }
}

/** SQLite names neither the file nor the true cause: who may not write a folder is told of a "file". */
function causeOf(path: string, { message }: Error): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return `its folder cannot be made (${message})`;
  if (!allows(folder, constants.W_OK | constants.X_OK)) {
    return `there is no right to write in ${folder}: change its mode, or run as its owner`;
  }
  if (existsSync(path) && !allows(path, constants.R_OK | constants.W_OK)) {
    return "there is no right to read and write it: change its mode, or run as its owner";
  }
  if (/not a database|malformed/.test(message)) {
    return `it is damaged (${message}): put it aside and restore it from a backup`;
  }
  return message;
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
