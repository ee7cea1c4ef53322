import { dayOf } from "../head/series-heads.ts";
import { snapshotOf } from "../recovery/recovery.ts";
import type { Committer } from "./committer.ts";
import type { PartitionParts } from "./partition-parts.ts";

/** Saves all waiting chunks and changed heads, and what `write` adds, in one transaction. @throws StoreUnavailable. */
export function saveAll(
  { tables, sealed, heads, dictionary }: PartitionParts,
  committer: Committer,
  write: (position: number) => void = () => {},
): void {
  const dirty: number[] = [];
  for (let id = 0; id < dictionary.size; id++) if (heads.dirty[id] === 1) dirty.push(id);
  committer.save(sealed.waitingIds(), (position) => {
    for (const id of dirty) tables.putHead(snapshotOf(heads, id), position);
    write(position);
    return position;
  });
  for (const id of dirty) heads.dirty[id] = 0;
  sealed.compact();
}

/**
 * Heads are saved without those points before the files go: a crash between the two leaves files that the
 * next call deletes. Returns the days whose files were deleted. @throws StoreUnavailable.
 */
export function dropDaysBefore(
  parts: PartitionParts,
  committer: Committer,
  atMs: number,
): number[] {
  const { sealed, heads, dictionary } = parts;
  const day = dayOf(atMs);
  saveAll(parts, committer);
  for (const old of sealed.files.days()) {
    if (old >= day) break;
    sealed.files.use(old, (file) => {
      for (const { seriesId, points } of file.spans()) heads.forget(seriesId, points, old);
    });
  }
  for (let id = 0; id < dictionary.size; id++) heads.dropBefore(id, day);
  saveAll(parts, committer);
  return sealed.files.dropBefore(day);
}
