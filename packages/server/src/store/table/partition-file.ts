import type { DatabaseSync } from "node:sqlite";
import type { Damage } from "../sqlite/damage.ts";
import { checkDatabase, openDatabase, transaction } from "../sqlite/database.ts";
import { salvageTables, setAsideFile } from "../sqlite/salvage.ts";
import { StoreCorrupt } from "../sqlite/store-error.ts";
import {
  migratePartition,
  PARTITION_FORMAT,
  PARTITION_SCHEMA,
  PARTITION_TABLES,
} from "./partition-tables.ts";

/**
 * Opens the partition's own file. A damaged one is quarantined and reported, and what can still be
 * read of it is copied into a new one: `salvaged` says that rows may be missing.
 *
 * @throws StoreTooNew, StoreUnavailable.
 */
export function openPartitionFile(
  file: string,
  onDamage: (damage: Damage) => void,
): { db: DatabaseSync; salvaged: boolean } {
  try {
    return { db: openChecked(file), salvaged: false };
  } catch (error) {
    if (!(error instanceof StoreCorrupt)) throw error;
    const aside = setAsideFile(file);
    onDamage({
      kind: "partition-file",
      file,
      seriesId: undefined,
      startMs: Number.NaN,
      endMs: Number.NaN,
      points: Number.NaN,
      reason: error.message,
      keptAs: aside,
    });
    const db = openChecked(file);
    transaction(db, file, () => salvageTables(aside, db, PARTITION_TABLES));
    return { db, salvaged: true };
  }
}

function openChecked(file: string): DatabaseSync {
  const db = openDatabase({
    file,
    format: PARTITION_FORMAT,
    schema: PARTITION_SCHEMA,
    migrate: migratePartition,
    // Episodes and states follow from the points; what must be durable says so itself.
    synchronous: "NORMAL",
    pageBytes: 16_384,
    cacheKib: 2048,
  });
  try {
    checkDatabase(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
