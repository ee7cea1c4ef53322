import { fdatasync, fdatasyncSync, statfsSync } from "node:fs";
import { promisify } from "node:util";

/** Where the store meets the disk: what has to be waited for, and what can fail. Simulations replace it. */
export interface Disk {
  /** Of the disk that a folder is on. */
  room(dir: string): { readonly freeBytes: number; readonly totalBytes: number };
  /** Before a transaction on `file` is written. @throws an error with a system's `code` (ENOSPC, EIO). */
  writing(file: string): void;
  /** Resolves when what was written to the open file is durable. */
  sync(handle: number, file: string): Promise<void>;
  /** The same at once. */
  syncNow(handle: number, file: string): void;
  /** SQLite itself has synced what was committed to `file`. */
  synced(file: string): void;
}

const syncLater = promisify(fdatasync);

/** The machine's own disk. */
export const REAL_DISK: Disk = {
  room: (dir) => {
    const { bavail, blocks, bsize } = statfsSync(dir);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
  writing() {},
  sync: (handle) => syncLater(handle),
  syncNow: (handle) => fdatasyncSync(handle),
  synced() {},
};
