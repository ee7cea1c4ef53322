import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { TimeRange } from "@foreshock/core";
import type { Points } from "../codec/chunk-codec.ts";
import { checkedBatch, type PointBatch } from "../codec/point-batch.ts";
import { dayOf, SeriesHeads } from "../head/series-heads.ts";
import { LogBuffer } from "../log/log-buffer.ts";
import type { HeadSnapshot } from "../log/log-record.ts";
import { restoreNames, restoreSessions } from "../recovery/name-recovery.ts";
import { replay, restoreHeads, snapshotOf } from "../recovery/recovery.ts";
import { repairHeads } from "../recovery/repair.ts";
import { SealedPoints } from "../sealed/sealed-points.ts";
import { NamesFile } from "../series/names-file.ts";
import { SeriesDictionary, type SeriesName } from "../series/series-dictionary.ts";
import { type Damage, stateDamage } from "../sqlite/damage.ts";
import { durableTransaction, transaction } from "../sqlite/database.ts";
import { type Disk, REAL_DISK } from "../sqlite/disk.ts";
import { guarded, StoreUnavailable } from "../sqlite/store-error.ts";
import { WalSync } from "../sqlite/wal-sync.ts";
import { AlarmTable } from "../table/alarm-table.ts";
import { EpisodeTable } from "../table/episode-table.ts";
import { openPartitionFile } from "../table/partition-file.ts";
import { PartitionTables } from "../table/partition-tables.ts";
import { Sessions } from "../table/sessions.ts";
import { StateTable } from "../table/state-table.ts";
import { type AppendOutcome, Placement } from "./placement.ts";
import { readPoints } from "./reading.ts";
import { entryOf, type SeriesEntry } from "./series-entry.ts";

export interface PartitionStoreOptions {
  /** Day files held open at once. Default 32: a chart over four weeks stays warm. */
  readonly openDaysMax?: number;
  /** Told once for everything found damaged; it is put aside before. */
  readonly onDamage?: (damage: Damage) => void;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
}

const OPEN_DAYS = 32;
/**
 * A checkpoint pays when the log holds so many points of every series: a saved head costs some 300
 * bytes, a logged point 13, and reading them back in a start 0.3 microseconds.
 */
const LOGGED_POINTS_A_SERIES = 32;
const LOGGED_POINTS_MIN = 10_000;
/** Points that may wait for a commit. More means that commits fail: 16 MB of log a million points. */
const UNCOMMITTED_POINTS_MAX = 8_000_000;

/**
 * One partition's samples, detector states, episodes and alarms. Synchronous; one writer, which holds
 * the folder alone. Points go into memory and a log; `commit` makes them durable; `checkpoint` moves
 * them to where they stay. A point is never served twice, and never lost once committed.
 */
export class PartitionStore {
  readonly states: StateTable;
  readonly episodes: EpisodeTable;
  readonly alarms: AlarmTable;
  readonly #file: string;
  readonly #disk: Disk;
  readonly #db: DatabaseSync;
  readonly #tables: PartitionTables;
  readonly #sessions: Sessions;
  readonly #names: NamesFile;
  readonly #dictionary = new SeriesDictionary();
  readonly #heads = new SeriesHeads();
  readonly #sealed: SealedPoints;
  readonly #log = new LogBuffer();
  readonly #wal: WalSync;
  readonly #placement: Placement;
  readonly #damage: Damage[] = [];
  readonly #onDamage: (damage: Damage) => void;
  readonly #changes: ReadonlyMap<number, number>;
  #position: number;
  #headPosition: number;
  /** Points in log records that saved heads do not hold yet. */
  #loggedPoints: number;
  #failed: StoreUnavailable | undefined;

  /** Opens or makes the partition in `dir`. @throws StoreTooNew, StoreUnavailable. */
  static open(dir: string, options: PartitionStoreOptions = {}): PartitionStore {
    mkdirSync(dir, { recursive: true });
    return new PartitionStore(dir, options);
  }

  private constructor(dir: string, options: PartitionStoreOptions) {
    this.#onDamage = options.onDamage ?? (() => {});
    this.#file = join(dir, "partition.db");
    this.#disk = options.disk ?? REAL_DISK;
    this.#names = new NamesFile(join(dir, "names.jsonl"));
    const onDamage = (damage: Damage): void => this.#damaged(damage);
    const { db, salvaged } = openPartitionFile(this.#file, onDamage);
    this.#db = db;
    try {
      this.#tables = new PartitionTables(db);
      const openMax = options.openDaysMax ?? OPEN_DAYS;
      if (salvaged) restoreSessions(this.#tables, dir);
      this.#sessions = new Sessions(this.#tables.sessions());
      durableTransaction(db, this.#file, () => this.#sessions.confirm(this.#tables));
      this.#sealed = new SealedPoints({ dir, openMax, sessions: this.#sessions, onDamage });
      this.#placement = new Placement(this.#heads, this.#sealed);
      this.states = new StateTable(db, this.#file, (seriesId, uptoMs) =>
        this.#damaged(stateDamage(this.#file, seriesId, uptoMs)),
      );
      const tenantOf = (id: number): string => this.#dictionary.name(id).tenantId;
      this.episodes = new EpisodeTable(db, this.#file, tenantOf);
      this.alarms = new AlarmTable(db, this.#file, tenantOf);
      const progress = this.#tables.progress();
      ({ position: this.#position, headPosition: this.#headPosition } = progress);
      this.#wal = new WalSync(this.#file, progress.position, this.#disk);
      const { changes, loggedPoints } = this.#restore(salvaged, onDamage);
      this.#changes = changes;
      this.#loggedPoints = loggedPoints;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Number of series; their ids are 0 .. seriesCount - 1. */
  get seriesCount(): number {
    return this.#dictionary.size;
  }

  /** Position of the last commit. */
  get position(): number {
    return this.#position;
  }

  /** Position in the log up to which detection had seen everything when that was last noted. */
  get detectedPosition(): number {
    return this.#tables.detected();
  }

  /** What was found damaged since opening, oldest first. */
  get damage(): readonly Damage[] {
    return this.#damage;
  }

  /** The number of a series, given out on first sight; durable with the next commit. */
  intern(name: SeriesName): number {
    const id = this.#dictionary.intern(name);
    this.#heads.grow(this.#dictionary.size);
    return id;
  }

  /** Everything known of a series without reading points. @throws RangeError for an unknown number. */
  entry(seriesId: number): SeriesEntry {
    return entryOf(this.#dictionary, this.#heads, seriesId);
  }

  /** All series in order of their numbers. */
  *entries(): Iterable<SeriesEntry> {
    for (let id = 0; id < this.#dictionary.size; id++) yield this.entry(id);
  }

  /**
   * Takes points into memory; they are read at once and durable after the next `commit`. Any
   * order: of two points at one instant the later call's (later entry's) value wins.
   *
   * Long runs that continue their series (>= 120 points) go past the log: sealed at once, written
   * to the day files by the next commit.
   *
   * @throws StoreUnavailable when commits have failed for long; RangeError for a malformed batch.
   */
  append(given: PointBatch): AppendOutcome {
    this.#checkUsable();
    if (this.#log.pointCount > UNCOMMITTED_POINTS_MAX) {
      throw new StoreUnavailable("backlog", "too many points wait for a commit");
    }
    const batch = checkedBatch(given, this.#dictionary.size);
    return this.#placement.place(batch, (r, from, changedFromMs) => {
      this.#log.add(batch, r, from, changedFromMs);
    });
  }

  /**
   * Makes everything appended and interned so far durable, and gives its position in the log.
   * When it throws, nothing is lost: the next commit takes it along.
   *
   * @throws StoreUnavailable.
   */
  commit(): number {
    this.#checkUsable();
    if (this.#hasNews()) this.#save([...this.#placement.direct.keys()], () => this.#headPosition);
    else this.#wal.now(this.#position);
    return this.#position;
  }

  /**
   * Writes what `commit` would, without waiting for the disk: a crash of the process keeps it, a
   * loss of power may not. `synced` makes it durable.
   *
   * @throws StoreUnavailable; nothing is lost then.
   */
  stage(): number {
    this.#checkUsable();
    if (this.#hasNews()) {
      const ids = [...this.#placement.direct.keys()];
      this.#save(ids, () => this.#headPosition, transaction);
    }
    return this.#position;
  }

  /** Resolves when everything staged before the call is durable. @throws StoreUnavailable. */
  synced(): Promise<void> {
    return this.#wal.wait(this.#position);
  }

  /** Whether so much stands in the log that a `checkpoint` is worth its cost; else `mark` will do. */
  get wantsCheckpoint(): boolean {
    const worth = LOGGED_POINTS_A_SERIES * this.#dictionary.size;
    return this.#loggedPoints + this.#log.pointCount >= Math.max(LOGGED_POINTS_MIN, worth);
  }

  /**
   * Notes that detection has seen all up to `detectedPosition`; `write` saves what belongs to that,
   * in the same transaction. Commits, too. The log stays: heads and chunks are left to `checkpoint`.
   *
   * @throws StoreUnavailable.
   */
  mark(detectedPosition: number, write: () => void = () => {}): void {
    this.#checkUsable();
    this.#save([...this.#placement.direct.keys()], (position) => {
      write();
      this.#tables.putDetected(Math.min(detectedPosition, position));
      return this.#headPosition;
    });
  }

  /**
   * Moves what the log holds to where it stays: chunks to the day files, heads to their table; and
   * drops the log up to `detectedPosition`. `write` saves the detector states that have seen all
   * up to there (and whatever else belongs to them) in the same transaction. Commits, too.
   *
   * @throws StoreUnavailable; nothing is lost then, the log stays.
   */
  checkpoint(detectedPosition: number, write: () => void = () => {}): void {
    this.#checkUsable();
    const waiting = this.#sealed.waitingIds();
    const dirty = this.#dirtyIds();
    this.#save([...new Set([...waiting, ...this.#placement.direct.keys()])], (position) => {
      for (const id of dirty) this.#tables.putHead(snapshotOf(this.#heads, id));
      write();
      this.#tables.putDetected(Math.min(detectedPosition, position));
      this.#tables.dropLog(Math.min(detectedPosition, position));
      return position;
    });
    this.#loggedPoints = 0;
    for (const id of dirty) this.#heads.dirty[id] = 0;
    this.#sealed.compact();
  }

  /**
   * What had been committed but not yet covered by a checkpoint's `detectedPosition` when the
   * partition was opened: by series the instant from which on detection has to be redone, from the
   * newest state before it. The points themselves are in place already.
   */
  replayTail(visit: (seriesId: number, changedFromMs: number) => void): void {
    for (const [seriesId, changedFromMs] of this.#changes) visit(seriesId, changedFromMs);
  }

  /** Points in the range, ascending, one per instant. Columns may be views: do not write to them. */
  read(seriesId: number, { startMs, endMs }: TimeRange): Points {
    return readPoints(this.#heads, this.#sealed, seriesId, startMs, endMs);
  }

  /** Deletes all points before the UTC day of `atMs`; how many days went. Episodes and states stay. */
  dropBefore(atMs: number): number {
    this.checkpoint(0);
    const day = dayOf(atMs);
    const dropped = this.#sealed.files.dropBefore(day, (file) => {
      for (const { seriesId, points } of file.spans()) {
        this.#heads.forget(seriesId, points);
      }
    });
    for (let id = 0; id < this.#dictionary.size; id++) this.#heads.dropBefore(id, day);
    this.checkpoint(0);
    return dropped;
  }

  /** Numbers of the UTC days (since 1970) that have a file, ascending. */
  days(): number[] {
    return this.#sealed.files.days();
  }

  /** Reads a whole day and checks every byte of it; what is damaged is put aside and reported. */
  scrub(day: number): void {
    this.#checkUsable();
    this.#sealed.scrub(day);
  }

  /** Commits what waits and frees the files. Safe to call twice. */
  close(): void {
    if (!this.#db.isOpen) return;
    try {
      if (this.#failed === undefined) this.commit();
    } finally {
      this.#wal.close();
      this.#sealed.files.close();
      this.#db.close();
    }
  }

  #hasNews(): boolean {
    return !this.#log.empty || this.#placement.direct.size > 0 || this.#dictionary.hasUnsaved;
  }

  #restore(
    salvaged: boolean,
    onDamage: (damage: Damage) => void,
  ): { changes: Map<number, number>; loggedPoints: number } {
    const place = { file: this.#file, tables: this.#tables, heads: this.#heads, onDamage };
    const lostNames = restoreNames(place, this.#dictionary, this.#names, this.#sealed, salvaged);
    this.#heads.grow(this.#dictionary.size);
    const lostHeads = restoreHeads(place);
    let loggedPoints = 0;
    const { changes, lostRecords } = replay(place, this.#headPosition, (batch) => {
      loggedPoints += batch.values.length;
      this.#placement.place(batch);
    });
    if (salvaged || lostNames + lostHeads + lostRecords > 0) {
      repairHeads(this.#heads, this.#sealed, this.#dictionary.size);
    }
    return { changes, loggedPoints };
  }

  /**
   * Writes the waiting chunks of these series into the day files, then in one transaction: names,
   * a log record, the confirmation of the chunks, and what `write` adds; it gives the position up
   * to which saved heads hold everything.
   */
  #save(
    ids: readonly number[],
    write: (position: number) => number,
    within: typeof transaction = durableTransaction,
  ): void {
    const position = this.#position + 1;
    const named = this.#dictionary.unsaved();
    let headPosition = this.#headPosition;
    try {
      guarded(this.#file, () => this.#disk.writing(this.#file));
      this.#sealed.write(ids);
      this.#names.append(named.map((id) => [id, this.#dictionary.name(id)]));
      within(this.#db, this.#file, () => {
        for (const id of named) this.#tables.putSeries(id, this.#dictionary.name(id));
        this.#tables.putLog(position, this.#log.encode(this.#directHeads()));
        const before = headPosition;
        headPosition = write(position);
        // A page less to write: without it the position is that of the newest log row.
        if (headPosition !== before) this.#tables.putProgress(position, headPosition);
        if (this.#sessions.hasUnconfirmed) this.#sessions.confirm(this.#tables);
      });
    } catch (error) {
      // The day files may hold chunks that are not confirmed: the next commit has to write these
      // series past the log, so that a replay does not put their points in a second time.
      for (const id of ids) this.#placement.goDirect(id);
      if (error instanceof StoreUnavailable && !error.retryable) this.#failed = error;
      throw error;
    }
    this.#position = position;
    this.#headPosition = headPosition;
    if (within === durableTransaction) {
      this.#disk.synced(this.#file);
      this.#wal.reached(position);
    }
    this.#loggedPoints += this.#log.pointCount;
    this.#sessions.confirmed();
    this.#dictionary.saved(named);
    this.#sealed.confirm(ids);
    this.#log.clear();
    this.#placement.direct.clear();
  }

  #directHeads(): HeadSnapshot[] {
    return [...this.#placement.direct].map(([id, changedFromMs]) =>
      snapshotOf(this.#heads, id, changedFromMs),
    );
  }

  #dirtyIds(): number[] {
    const ids: number[] = [];
    for (let id = 0; id < this.#dictionary.size; id++)
      if (this.#heads.dirty[id] === 1) ids.push(id);
    return ids;
  }

  #checkUsable(): void {
    if (!this.#db.isOpen) throw new StoreUnavailable("closed", "the store is closed");
    const failed = this.#failed ?? this.#wal.failure;
    if (failed !== undefined) throw failed;
  }

  #damaged(damage: Damage): void {
    this.#damage.push(damage);
    this.#onDamage(damage);
  }
}
