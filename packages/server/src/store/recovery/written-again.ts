import type { DatabaseSync } from "node:sqlite";
import type { AcknowledgedMark } from "../sqlite/acknowledged-mark.ts";
import type { Disk } from "../sqlite/disk.ts";
import { guarded, StoreUnavailable } from "../sqlite/store-error.ts";

export interface FoundFile {
  readonly db: DatabaseSync;
  readonly file: string;
  readonly disk: Disk;
  readonly mark: AcknowledgedMark;
}

/**
 * Up to which position what was found is on the disk for certain. What was committed after the last
 * acknowledgement may have been read from memory: its sync was never finished, or failed. All of it is written
 * again where that can be done now; else it can be read, and `writeAgain` comes before anything is acknowledged.
 *
 * @param position of the last commit that was found.
 */
export function durablePosition(found: FoundFile, position: number): number {
  const known = found.mark.read()?.position ?? 0;
  if (known >= position) return position;
  try {
    writeAgain(found, position);
    return position;
  } catch (error) {
    if (error instanceof StoreUnavailable) return known;
    throw error;
  }
}

/**
 * Writes what is in the write-ahead file into the database itself, and syncs that: after a failed sync a second
 * one of the same file would prove nothing. Cost: O(write-ahead file); the thread waits for the disk.
 *
 * @throws StoreUnavailable; then it has to be done again.
 */
export function writeAgain({ db, file, disk, mark }: FoundFile, position: number): void {
  const row = guarded(file, () => db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get());
  if (row?.busy !== 0) throw new StoreUnavailable("io-error", `${file} is being read`);
  disk.synced(file);
  const newestMs = mark.read()?.newestMs ?? Number.NEGATIVE_INFINITY;
  mark.write({ position, newestMs });
}
