import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

/** What SQLite may leave beside a database. */
export const SIDE_FILES = ["", "-wal", "-shm"];

function freeName(file: string): string {
  let number = 1;
  while (existsSync(`${file}.damaged-${number}`)) number++;
  return `${file}.damaged-${number}`;
}

/** Copies a database and the files beside it, as they are; returns the name of the copy. */
export function copyAside(file: string): string {
  const aside = freeName(file);
  for (const side of SIDE_FILES) if (existsSync(file + side)) cpSync(file + side, aside + side);
  return aside;
}

/** Puts a copy back in place of what became of the file; the copy stays. */
export function restoreCopy(aside: string, file: string): void {
  for (const side of SIDE_FILES) {
    rmSync(file + side, { force: true });
    if (existsSync(aside + side)) cpSync(aside + side, file + side);
  }
}

export function removeCopy(aside: string): void {
  for (const side of SIDE_FILES) rmSync(aside + side, { force: true });
}

/** Renames a damaged database and the files beside it; returns the new name. */
export function setAsideFile(file: string): string {
  const aside = freeName(file);
  for (const side of SIDE_FILES) {
    if (existsSync(file + side)) renameSync(file + side, aside + side);
  }
  return aside;
}

/**
 * Hands over every row of a table of a damaged database that can still be reached: from the front
 * up to the first damaged page, then from the back down to it. Returns the number of rows.
 */
export function salvageRows(
  db: DatabaseSync,
  table: string,
  key: readonly string[],
  take: (row: SQLOutputValue[]) => void,
): number {
  const seen = new Set<string>();
  for (const direction of ["ASC", "DESC"]) {
    const order = key.map((column) => `${column} ${direction}`).join(", ");
    try {
      const rows = db.prepare(`SELECT ${key.join(", ")}, * FROM ${table} ORDER BY ${order}`);
      rows.setReturnArrays(true);
      for (const row of rows.iterate() as unknown as Iterable<SQLOutputValue[]>) {
        const text = JSON.stringify(row.slice(0, key.length));
        if (seen.has(text)) break;
        seen.add(text);
        take(row.slice(key.length));
      }
    } catch {
      // The damaged page: what comes after it is reached from the other end.
    }
  }
  return seen.size;
}

/** Copies what can be reached of whole tables; rows that do not match the schema are left out. */
export function salvageTables(
  damagedFile: string,
  into: DatabaseSync,
  tables: Readonly<Record<string, number>>,
): void {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(damagedFile, { readOnly: true });
  } catch {
    return;
  }
  try {
    for (const [table, columns] of Object.entries(tables)) {
      const marks = Array.from({ length: columns }, () => "?").join(", ");
      const insert = into.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${marks})`);
      salvageRows(db, table, ["rowid"], (row) => {
        try {
          insert.run(...(row as SQLInputValue[]));
        } catch {
          // A value of the wrong type: damaged.
        }
      });
    }
  } finally {
    db.close();
  }
}
