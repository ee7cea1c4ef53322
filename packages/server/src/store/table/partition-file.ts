import type { DatabaseSync } from "node:sqlite";
import type { Mark } from "../sqlite/acknowledged-mark.ts";
import type { Damage } from "../sqlite/damage.ts";
import { checkDatabase, openDatabase, transaction } from "../sqlite/database.ts";
import {
  copyAside,
  removeCopy,
  restoreCopy,
  salvageTables,
  setAsideFile,
} from "../sqlite/salvage.ts";
import { StoreCorrupt } from "../sqlite/store-error.ts";
import { findBrokenWal, mendWal } from "../sqlite/wal-frames.ts";
import {
  migratePartition,
  PARTITION_FORMAT,
  PARTITION_SCHEMA,
  PARTITION_TABLES,
  PartitionTables,
} from "./partition-tables.ts";

export interface OpenedPartitionFile {
  readonly db: DatabaseSync;
  /** Rows may be missing. */
  readonly salvaged: boolean;
}

/**
 * Opens the partition's own file. A damaged one is quarantined and reported, and what can still be
 * read of it is copied into a new one. Damage inside the write-ahead log would hide all that was committed after
 * it: where less is found than was acknowledged, its checksums are mended and the rows' own ones decide.
 *
 * @throws StoreTooNew, StoreUnavailable.
 */
export function openPartitionFile(
  file: string,
  acknowledged: Mark | undefined,
  onDamage: (damage: Damage) => void,
): OpenedPartitionFile {
  const broken = findBrokenWal(`${file}-wal`);
  // Opening writes what it finds into the file and forgets the rest.
  const aside = broken === undefined ? undefined : copyAside(file);
  const opened = openSalvaging(file, onDamage);
  const found = positionOf(opened.db);
  if (opened.salvaged || found >= (acknowledged?.position ?? 0)) {
    if (aside !== undefined) removeCopy(aside);
    return opened;
  }
  const lost = { file, found, acknowledged: acknowledged!, aside };
  if (broken === undefined || aside === undefined) {
    onDamage(writeAheadDamage(lost, found));
    return opened;
  }
  opened.db.close();
  restoreCopy(aside, file);
  mendWal(`${file}-wal`, broken.frames);
  const mended = openSalvaging(file, onDamage);
  onDamage(writeAheadDamage(lost, positionOf(mended.db)));
  return mended;
}

interface Lost {
  readonly file: string;
  readonly found: number;
  readonly acknowledged: Mark;
  readonly aside: string | undefined;
}

/** @param now position after mending. */
function writeAheadDamage({ file, found, acknowledged, aside }: Lost, now: number): Damage {
  const { position, newestMs } = acknowledged;
  const isWhole = now >= position;
  const rest = isWhole
    ? "all of them could be read after all, but for rows that are reported by themselves"
    : `of these ${position - now} are lost, with points up to ${new Date(Math.max(0, newestMs)).toISOString()}`;
  return {
    kind: "write-ahead",
    file: `${file}-wal`,
    seriesId: undefined,
    startMs: Number.NaN,
    endMs: Number.NaN,
    points: isWhole ? 0 : Number.NaN,
    reason: `${position - found} acknowledged commits are behind a damaged place; ${rest}`,
    keptAs: aside ?? "nothing to keep",
  };
}

function positionOf(db: DatabaseSync): number {
  return new PartitionTables(db).progress().position;
}

function openSalvaging(file: string, onDamage: (damage: Damage) => void): OpenedPartitionFile {
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
