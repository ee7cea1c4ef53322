import { dirname } from "node:path";
import type { Disk } from "./disk.ts";
import { guarded, StoreUnavailable } from "./store-error.ts";

/** Kept free for checkpoints, merges of files and whatever else the machine needs. Source: reliability table. */
const SHARE_KEPT = 0.05;
const BYTES_KEPT = 512 * 2 ** 20;
/** Of a small disk no more than this. */
const SHARE_KEPT_MAX = 0.1;

/** What a disk of this size keeps free: nothing that comes from outside is written below it. */
export function bytesKept(totalBytes: number): number {
  const small = Math.min(BYTES_KEPT, SHARE_KEPT_MAX * totalBytes);
  return Math.max(SHARE_KEPT * totalBytes, small);
}

/** Cost: one system call, 2 microseconds. @throws StoreUnavailable "disk-full". */
export function demandRoom(disk: Disk, file: string): void {
  const { freeBytes, totalBytes } = guarded(file, () => disk.room(dirname(file)));
  if (freeBytes >= bytesKept(totalBytes)) return;
  const [free, kept] = [freeBytes, bytesKept(totalBytes)].map((n) => Math.round(n / 2 ** 20));
  throw new StoreUnavailable(
    "disk-full",
    `no room to write ${file}: ${free} MB are free and ${kept} MB are kept free; free disk space`,
  );
}
