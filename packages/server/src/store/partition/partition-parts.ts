import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { privateFolder } from "../../config/private-files.ts";
import { SeriesHeads } from "../head/series-heads.ts";
import { restoreNames, restoreSessions } from "../recovery/name-recovery.ts";
import { type RecoveryPlace, replay, restoreHeads } from "../recovery/recovery.ts";
import { repairHeads } from "../recovery/repair.ts";
import { durablePosition } from "../recovery/written-again.ts";
import { SealedPoints } from "../sealed/sealed-points.ts";
import { NamesFile } from "../series/names-file.ts";
import { SeriesDictionary } from "../series/series-dictionary.ts";
import { AcknowledgedMark } from "../sqlite/acknowledged-mark.ts";
import type { Damage } from "../sqlite/damage.ts";
import { type Disk, REAL_DISK } from "../sqlite/disk.ts";
import { type OpenedPartitionFile, openPartitionFile } from "../table/partition-file.ts";
import { PartitionTables } from "../table/partition-tables.ts";
import { Sessions } from "../table/sessions.ts";
import { Placement } from "./placement.ts";

export interface PartitionStoreOptions {
  /** Called once per damaged item, after it has been quarantined. */
  readonly onDamage: (damage: Damage) => void;
  /** Day files held open at once. Default 32: a chart over four weeks stays warm. */
  readonly openDaysMax?: number;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
}

/** What a partition consists of, with everything in memory as it was at the last commit. */
export interface PartitionParts {
  readonly file: string;
  readonly disk: Disk;
  readonly db: DatabaseSync;
  readonly tables: PartitionTables;
  readonly mark: AcknowledgedMark;
  readonly sessions: Sessions;
  readonly names: NamesFile;
  readonly dictionary: SeriesDictionary;
  readonly heads: SeriesHeads;
  readonly sealed: SealedPoints;
  readonly placement: Placement;
  /** Of the last commit. */
  readonly position: number;
  /** Up to here everything is on the disk. */
  readonly durablePosition: number;
  /** By series the instant from which detection has to be redone. */
  readonly changes: ReadonlyMap<number, number>;
  /** Points in log records that saved heads do not hold yet. */
  readonly loggedPoints: number;
}

const OPEN_DAYS = 32;

/** Opens or makes the partition in `dir` and restores it. @throws StoreTooNew, StoreUnavailable. */
export function openParts(dir: string, options: PartitionStoreOptions): PartitionParts {
  privateFolder(dir);
  const file = join(dir, "partition.db");
  const mark = new AcknowledgedMark(join(dir, "acknowledged"));
  const { db, salvaged } = openPartitionFile(file, mark.read(), options.onDamage);
  try {
    const parts = restoredParts(dir, options, { file, db, salvaged, mark });
    return { ...parts, durablePosition: durablePosition(parts, parts.position) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function restoredParts(
  dir: string,
  { onDamage, openDaysMax = OPEN_DAYS, disk = REAL_DISK }: PartitionStoreOptions,
  opened: OpenedPartitionFile & { readonly file: string; readonly mark: AcknowledgedMark },
): Omit<PartitionParts, "durablePosition"> {
  const { file, db, salvaged, mark } = opened;
  const tables = new PartitionTables(db);
  if (salvaged) restoreSessions(tables, dir);
  const sessions = new Sessions(tables.sessions());
  const heads = new SeriesHeads();
  const sealed = new SealedPoints({ dir, openMax: openDaysMax, sessions, onDamage });
  const placement = new Placement(heads, sealed);
  const names = new NamesFile(join(dir, "names.jsonl"));
  const dictionary = new SeriesDictionary();
  const progress = tables.progress();
  const acknowledged = mark.read();
  // What is lost was reported: once is enough.
  if (acknowledged !== undefined && acknowledged.position > progress.position) {
    mark.write({ ...acknowledged, position: progress.position });
  }
  const seriesCount = () => dictionary.size;
  const place: RecoveryPlace = { file, tables, heads, seriesCount, onDamage };
  const lostNames = restoreNames(place, dictionary, names, sealed, salvaged);
  heads.grow(dictionary.size);
  const { lostHeads, positions } = restoreHeads(place);
  let loggedPoints = 0;
  const { changes, lostRecords } = replay(place, progress.headPosition, positions, (batch) => {
    loggedPoints += batch.values.length;
    placement.place(batch);
  });
  if (salvaged || lostNames + lostHeads + lostRecords > 0) {
    repairHeads(heads, sealed, dictionary.size);
  }
  const parts = {
    file,
    disk,
    db,
    tables,
    mark,
    sessions,
    names,
    dictionary,
    heads,
    sealed,
    placement,
  };
  return { ...parts, position: progress.position, changes, loggedPoints };
}
