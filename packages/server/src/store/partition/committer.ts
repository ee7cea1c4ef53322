import type { PointBatch } from "../codec/point-batch.ts";
import { LogBuffer } from "../log/log-buffer.ts";
import type { HeadSnapshot } from "../log/log-record.ts";
import { snapshotOf } from "../recovery/recovery.ts";
import { writeAgain } from "../recovery/written-again.ts";
import { durableTransaction, transaction } from "../sqlite/database.ts";
import { demandRoom } from "../sqlite/disk-room.ts";
import { guarded, StoreUnavailable } from "../sqlite/store-error.ts";
import { WalSync } from "../sqlite/wal-sync.ts";
import type { PartitionParts } from "./partition-parts.ts";

/** Points that may wait for a commit. More means that commits fail: 16 MB of log per million points. */
const UNCOMMITTED_POINTS_MAX = 8_000_000;
/** Points that may be taken, some 100 KB, before the disk is asked for room again within one commit. */
const POINTS_PER_LOOK = 4096;

/**
 * What a save writes beside log, names and chunks. Returns the position up to which saved heads hold
 * everything; undefined where it saves none.
 */
export type SaveMore = (position: number) => number | undefined;

/**
 * Takes what was appended to a partition from memory to the disk: chunks to the day files first, then
 * names, log record and the confirmation of the chunks in one transaction.
 */
export class Committer {
  readonly #parts: PartitionParts;
  readonly #log = new LogBuffer();
  readonly #wal: WalSync;
  #position: number;
  #savedPoints: number;
  #failed: StoreUnavailable | undefined;
  /** What was found at opening is to be written again before anything is acknowledged. */
  #isOwed: boolean;
  #newestMs = Number.NEGATIVE_INFINITY;
  /** Points that may wait before the disk is asked for room again; 0 before it is asked at all. */
  #roomForPoints = 0;

  constructor(parts: PartitionParts) {
    this.#parts = parts;
    this.#position = parts.position;
    this.#savedPoints = parts.loggedPoints;
    this.#isOwed = parts.durablePosition < parts.position;
    parts.placement.begin(() => this.stage());
    this.#wal = new WalSync(parts.file, parts.durablePosition, {
      disk: parts.disk,
      durable: (position) => parts.mark.write({ position, newestMs: this.#newestMs }),
    });
  }

  /** Position of the last commit. */
  get position(): number {
    return this.#position;
  }

  /** Points that saved heads do not hold yet: those in log records, and those that wait for one. */
  get loggedPoints(): number {
    return this.#savedPoints + this.#log.pointCount;
  }

  /** Adds run `r` of the batch, whose points start at `from`, to the next log record. */
  log(batch: PointBatch, r: number, from: number, changedFromMs: number): void {
    const newestMs = batch.timestampsMs[from + batch.counts[r]! - 1]!;
    if (newestMs > this.#newestMs) this.#newestMs = newestMs;
    this.#log.add(batch, r, from, changedFromMs);
  }

  /** @throws StoreUnavailable when the partition is closed, or only a restart helps. */
  checkUsable(): void {
    if (!this.#parts.db.isOpen) throw new StoreUnavailable("closed", "the store is closed");
    const failed = this.#failed ?? this.#wal.failure;
    if (failed !== undefined) throw failed;
  }

  /**
   * Asks the disk for room: now, or once for each commit and again after so many points.
   *
   * @throws StoreUnavailable when the disk is all but full, or commits have failed for long.
   */
  checkRoom(when: "now" | "at times"): void {
    this.checkUsable();
    if (when === "now" || this.#log.pointCount >= this.#roomForPoints) {
      demandRoom(this.#parts.disk, this.#parts.file);
      this.#roomForPoints = this.#log.pointCount + POINTS_PER_LOOK;
    }
    if (this.#log.pointCount > UNCOMMITTED_POINTS_MAX) {
      throw new StoreUnavailable("backlog", "too many points wait for a commit");
    }
  }

  /** Everything so far is durable when it returns. @throws StoreUnavailable. */
  commit(): number {
    this.checkUsable();
    if (this.#hasNews) this.save([]);
    this.#payOff();
    this.#wal.now(this.#position);
    return this.#position;
  }

  /** Written, but not yet synced, when it returns. @throws StoreUnavailable. */
  stage(): number {
    this.checkUsable();
    if (this.#hasNews) this.save([], undefined, transaction);
    return this.#position;
  }

  /** Resolves when everything staged before the call is durable. @throws StoreUnavailable. */
  async synced(): Promise<void> {
    this.#payOff();
    await this.#wal.wait(this.#position);
  }

  #payOff(): void {
    if (!this.#isOwed) return;
    try {
      writeAgain(this.#parts, this.#position);
    } catch (error) {
      if (error instanceof StoreUnavailable && !error.retryable) this.#failed = error;
      throw error;
    }
    this.#isOwed = false;
    this.#wal.reached(this.#position);
  }

  /** Saved heads hold this many of the logged points. */
  covered(points: number): void {
    this.#savedPoints = Math.max(0, this.#savedPoints - points);
  }

  /**
   * Writes the waiting chunks of these series, and of those that go past the log, into the day files; then in
   * one transaction: names, a log record, the confirmation of the chunks, and what `more` adds.
   */
  save(
    given: readonly number[],
    more: SaveMore = () => undefined,
    within: typeof transaction = durableTransaction,
  ): void {
    const { sealed, names, dictionary, placement, db, file, disk, sessions } = this.#parts;
    const ids = this.#idsToWrite(given);
    const position = this.#position + 1;
    const named = dictionary.unsaved();
    let headPosition: number | undefined;
    try {
      this.#beginWriting(ids);
      sealed.write(ids);
      names.append(named.map((id) => [id, dictionary.name(id)]));
      within(db, file, () => {
        headPosition = this.#writeRows(position, named, more, ids);
      });
    } catch (error) {
      // The day files may hold chunks that are not confirmed: the next commit has to write these
      // series past the log, so that a replay does not put their points in a second time.
      for (const id of ids) placement.goDirect(id);
      if (error instanceof StoreUnavailable && !error.retryable) this.#failed = error;
      throw error;
    }
    this.#savedPoints = headPosition === undefined ? this.loggedPoints : 0;
    this.#position = position;
    if (within === durableTransaction) {
      disk.synced(file);
      this.#wal.reached(position);
    }
    if (this.#confirms(ids)) sessions.confirmed();
    dictionary.saved(named);
    sealed.confirm(ids);
    this.#log.clear();
    this.#roomForPoints = 0;
    placement.written();
  }

  /**
   * Before these series are given to `save`: writes some of their day files, where there are too many for one go;
   * points can be taken and committed until the next call. True while there are more. @throws StoreUnavailable.
   */
  writeAhead(ids: readonly number[]): boolean {
    const { sealed } = this.#parts;
    this.checkUsable();
    if (!sealed.isWide(ids)) return false;
    // What went past the log is confirmed before anything is held.
    this.stage();
    this.#beginWriting(ids);
    sealed.writeAhead(ids);
    return true;
  }

  /**
   * What is confirmed with these has a snapshot of its head beside it: series that are held are written past the log
   * with the others.
   */
  #idsToWrite(given: readonly number[]): number[] {
    const { sealed, placement } = this.#parts;
    const ids = new Set([...given, ...placement.direct.keys()]);
    if (ids.size === 0) return [];
    for (const id of sealed.held) {
      if (ids.has(id)) continue;
      placement.goDirect(id);
      ids.add(id);
    }
    return [...ids];
  }

  #beginWriting(ids: readonly number[]): void {
    const { db, file, disk, sessions, tables } = this.#parts;
    guarded(file, () => disk.writing(file));
    if (ids.length === 0 || sessions.isKnown) return;
    // Chunks of a session that nobody knows of would be taken for those of the next one.
    durableTransaction(db, file, () => sessions.confirm(tables));
    sessions.confirmed();
  }

  /** Whether a save of these series leaves no chunk without its head. */
  #confirms(ids: readonly number[]): boolean {
    return ids.length > 0 || this.#parts.sealed.held.size === 0;
  }

  /** Frees the files without writing anything. */
  discard(): void {
    const { db, sealed, mark } = this.#parts;
    if (!db.isOpen) return;
    this.#wal.close();
    mark.close();
    sealed.files.close();
    db.close();
  }

  /** Commits what waits, unless that can no longer succeed; frees the files. Safe to call twice. */
  close(): void {
    if (!this.#parts.db.isOpen) return;
    try {
      if (this.#failed === undefined) this.commit();
    } finally {
      this.discard();
    }
  }

  get #hasNews(): boolean {
    const { placement, dictionary } = this.#parts;
    return !this.#log.empty || placement.direct.size > 0 || dictionary.hasUnsaved;
  }

  #writeRows(
    position: number,
    named: readonly number[],
    more: SaveMore,
    ids: readonly number[],
  ): number | undefined {
    const { tables, dictionary, sessions } = this.#parts;
    for (const id of named) tables.putSeries(id, dictionary.name(id));
    tables.putLog(position, this.#log.encode(this.#directHeads()));
    const headPosition = more(position);
    // One page less to write: without it the position is that of the newest log row.
    if (headPosition !== undefined) tables.putProgress(position, headPosition);
    if (sessions.hasUnconfirmed && this.#confirms(ids)) sessions.confirm(tables);
    return headPosition;
  }

  #directHeads(): HeadSnapshot[] {
    const { placement, heads } = this.#parts;
    return [...placement.direct].map(([id, changedFromMs]) => snapshotOf(heads, id, changedFromMs));
  }
}
