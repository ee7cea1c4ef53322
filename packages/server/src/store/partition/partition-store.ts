import type { SeriesKey, TimeRange } from "@foreshock/core/fold";
import type { Points } from "../codec/chunk-codec.ts";
import { checkedBatch, type PointBatch } from "../codec/point-batch.ts";
import { Scrubber } from "../sealed/scrubber.ts";
import type { SeriesName } from "../series/series-dictionary.ts";
import { stateDamage } from "../sqlite/damage.ts";
import { transaction } from "../sqlite/database.ts";
import { AlarmTable } from "../table/alarm-table.ts";
import { EpisodeTable } from "../table/episode-table.ts";
import { StateTable } from "../table/state-table.ts";
import { Committer } from "./committer.ts";
import { openParts, type PartitionParts, type PartitionStoreOptions } from "./partition-parts.ts";
import type { AppendOutcome } from "./placement.ts";
import { readPiece, readPoints } from "./reading.ts";
import { dropDaysBefore, saveAll } from "./save-all.ts";
import { entryOf, type SeriesEntry } from "./series-entry.ts";
import { SlicedCheckpoint } from "./sliced-checkpoint.ts";

/**
 * A checkpoint pays off when the log holds this many points per series: a saved head costs some 300
 * bytes, a logged point 13, and reading one back at a start takes 0.3 microseconds.
 */
const LOGGED_POINTS_PER_SERIES = 32;
const LOGGED_POINTS_MIN = 10_000;

/**
 * One partition's samples, detector states, episodes and alarms. Synchronous; one writer, which holds
 * the folder alone. Points go into memory and a log; `commit` makes them durable; `checkpoint` moves
 * them to where they stay. A point is never served twice, and never lost once committed.
 */
export class PartitionStore {
  readonly #dir: string;
  readonly #options: PartitionStoreOptions;
  #states!: StateTable;
  #episodes!: EpisodeTable;
  #alarms!: AlarmTable;
  #parts!: PartitionParts;
  #committer!: Committer;
  #scrubber!: Scrubber;
  #isScrubbing = false;

  /** Opens or makes the partition. @throws StoreTooNew, StoreUnavailable. */
  static open(dir: string, options: PartitionStoreOptions): PartitionStore {
    return new PartitionStore(dir, options);
  }

  private constructor(dir: string, options: PartitionStoreOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#takeUp();
  }

  #takeUp(): void {
    const { onDamage } = this.#options;
    const parts = openParts(this.#dir, this.#options);
    const { db, file, dictionary, sealed, sessions } = parts;
    this.#parts = parts;
    this.#committer = new Committer(parts);
    this.#scrubber = new Scrubber(sealed, sessions.id);
    this.#states = new StateTable(db, file, (seriesId, uptoMs) =>
      onDamage(stateDamage(file, seriesId, uptoMs)),
    );
    const tenantOf = (id: number): string => dictionary.name(id).tenantId;
    this.#episodes = new EpisodeTable(db, file, tenantOf);
    this.#alarms = new AlarmTable(db, file, tenantOf);
  }

  /**
   * Forgets what was appended and is not written: everything is as it was after the last `stage` that went
   * through. Series get their numbers again when they are interned in the same order.
   *
   * @throws StoreUnavailable; the store is closed then.
   */
  forgetUnwritten(): void {
    this.#committer.discard();
    this.#takeUp();
  }

  /** After `forgetUnwritten` it is another one, as `episodes` and `alarms` are. */
  get states(): StateTable {
    return this.#states;
  }

  get episodes(): EpisodeTable {
    return this.#episodes;
  }

  get alarms(): AlarmTable {
    return this.#alarms;
  }

  /** Their ids are 0 .. seriesCount - 1. */
  get seriesCount(): number {
    return this.#parts.dictionary.size;
  }

  /** Position of the last commit. */
  get position(): number {
    return this.#committer.position;
  }

  /** Position in the log up to which detection had seen everything when that was last recorded. */
  get detectedPosition(): number {
    return this.#parts.tables.detected();
  }

  /** The number of a series, assigned on first sight; durable with the next commit. */
  intern(name: SeriesName): number {
    const { dictionary, heads } = this.#parts;
    const id = dictionary.intern(name);
    heads.grow(dictionary.size);
    return id;
  }

  /** The number of a series; undefined where it was never interned. */
  find(key: SeriesKey): number | undefined {
    return this.#parts.dictionary.find(key);
  }

  /** The same object while its metadata stays. @throws RangeError for an unknown number. */
  name(seriesId: number): SeriesName {
    return this.#parts.dictionary.name(seriesId);
  }

  /** Everything known about a series without reading points. @throws RangeError for an unknown number. */
  entry(seriesId: number): SeriesEntry {
    return entryOf(this.#parts.dictionary, this.#parts.heads, seriesId);
  }

  /** All series in order of their numbers. */
  *entries(): Iterable<SeriesEntry> {
    for (let id = 0; id < this.seriesCount; id++) yield this.entry(id);
  }

  /**
   * Takes points into memory; they can be read at once and are durable after the next `commit`. Any order: of
   * two points at one instant the later call's (later entry's) value wins. A run without points says that
   * its series reads differently from its first point on. Long runs that continue their series (>= 120
   * points) go past the log: sealed at once, written to the day files by the next commit.
   *
   * @throws StoreUnavailable when commits have failed for long; RangeError for a malformed batch.
   */
  append(given: PointBatch): AppendOutcome {
    this.#committer.checkRoom("at times");
    const batch = checkedBatch(given, this.seriesCount);
    return this.#parts.placement.place(batch, (r, from, changedFromMs) => {
      this.#committer.log(batch, r, from, changedFromMs);
    });
  }

  /** Looks at the disk. @throws StoreUnavailable where `append` would throw whatever it is given. */
  demandRoom(): void {
    this.#committer.checkRoom("now");
  }

  /**
   * Makes everything appended and interned so far durable, and returns its position in the log.
   * @throws StoreUnavailable; nothing is lost then, the next commit takes it along.
   */
  commit(): number {
    return this.#committer.commit();
  }

  /**
   * Writes what `commit` would, without waiting for the disk: a crash of the process keeps it, a
   * loss of power may not. `synced` makes it durable.
   *
   * @throws StoreUnavailable; nothing is lost then.
   */
  stage(): number {
    return this.#committer.stage();
  }

  /** Resolves when everything staged before the call is durable. @throws StoreUnavailable. */
  synced(): Promise<void> {
    return this.#committer.synced();
  }

  /** Whether the log has grown enough for a `checkpoint` to be worth its cost; otherwise `mark` will do. */
  get wantsCheckpoint(): boolean {
    const worth = LOGGED_POINTS_PER_SERIES * this.seriesCount;
    return this.#committer.loggedPoints >= Math.max(LOGGED_POINTS_MIN, worth);
  }

  /**
   * Records that detection has seen everything up to `detectedPosition`; `write` saves what belongs to that, in the
   * same transaction. Commits, too. The log stays: heads and chunks are left to `checkpoint`. @throws StoreUnavailable.
   */
  mark(detectedPosition: number, write: () => void = () => {}): void {
    const { tables } = this.#parts;
    this.#committer.checkUsable();
    this.#committer.save([], (position) => {
      write();
      tables.putDetected(Math.min(detectedPosition, position));
      return undefined;
    });
  }

  /**
   * Moves what the log holds to where it stays: chunks to the day files, heads to their table; and
   * drops the log up to `detectedPosition`. `write` saves the detector states that have seen everything
   * up to there (and whatever else belongs to them) in the same transaction. Commits, too.
   *
   * @throws StoreUnavailable; nothing is lost then, the log stays.
   */
  checkpoint(detectedPosition: number, write: () => void = () => {}): void {
    const { tables } = this.#parts;
    this.#committer.checkUsable();
    saveAll(this.#parts, this.#committer, (position) => {
      write();
      tables.putDetected(Math.min(detectedPosition, position));
      tables.dropLog(Math.min(detectedPosition, position));
    });
  }

  /** Records that detection has seen all up to there; written, not synced. @throws StoreUnavailable. */
  note(detectedPosition: number): void {
    this.#committer.checkUsable();
    const upTo = Math.min(detectedPosition, this.position);
    this.inOneSave(() => this.#parts.tables.putDetected(upTo));
  }

  /** The same, in slices between which points are taken; what belongs to it is saved before, by `inOneSave`. */
  slicedCheckpoint(): SlicedCheckpoint {
    this.#committer.checkUsable();
    return new SlicedCheckpoint(this.#parts, this.#committer);
  }

  /** Saves of several tables as one: all of them or none. @throws StoreUnavailable. */
  inOneSave(work: () => void): void {
    this.#committer.checkUsable();
    transaction(this.#parts.db, this.#parts.file, work);
  }

  /**
   * What had been committed but not yet covered by a checkpoint's `detectedPosition` when the
   * partition was opened: by series the instant from which on detection has to be redone, from the
   * newest state before it. The points themselves are in place already.
   */
  replayTail(visit: (seriesId: number, changedFromMs: number) => void): void {
    for (const [seriesId, changedFromMs] of this.#parts.changes) visit(seriesId, changedFromMs);
  }

  /** Points in the range, ascending, one per instant. Columns may be views: do not write to them. */
  read(seriesId: number, { startMs, endMs }: TimeRange): Points {
    return readPoints(this.#parts.heads, this.#parts.sealed, seriesId, startMs, endMs);
  }

  /**
   * The next points from an instant on, about `pointsMax` of them (at least one chunk); `isLast` says that there
   * are none after them before `untilMs`. For whoever goes through a long series in pieces.
   */
  readNext(
    seriesId: number,
    fromMs: number,
    pointsMax: number,
    untilMs: number = Number.MAX_SAFE_INTEGER,
  ): { readonly points: Points; readonly isLast: boolean } {
    const { heads, sealed } = this.#parts;
    return readPiece(heads, sealed, seriesId, { fromMs, untilMs, pointsMax });
  }

  /**
   * Deletes all points before the UTC day of `atMs`; episodes, alarms and states stay. Commits, too. Heads are
   * saved without those points first: a crash before the files go leaves files that the next call deletes.
   *
   * @returns the days (since 1970) whose files were deleted. @throws StoreUnavailable.
   */
  dropBefore(atMs: number): number[] {
    this.#committer.checkUsable();
    return dropDaysBefore(this.#parts, this.#committer, atMs);
  }

  /** Numbers of the UTC days (since 1970) that have a file, ascending. */
  days(): number[] {
    return this.#parts.sealed.files.days();
  }

  /**
   * Checks the next sealed chunks, at most `chunksMax` of them, going round all days; what is damaged is
   * quarantined and reported. Cost: about 7 microseconds per chunk, once per day file about 1 ms per MB.
   *
   * @returns the share of a whole round that this was. @throws StoreUnavailable.
   */
  scrubNext(chunksMax: number): number {
    this.#committer.checkUsable();
    if (!this.#isScrubbing) {
      // The next start begins at another day.
      const { sessions, tables } = this.#parts;
      this.inOneSave(() => sessions.confirm(tables));
      this.#isScrubbing = true;
    }
    return this.#scrubber.next(chunksMax);
  }

  /** Commits what waits and frees the files. Safe to call twice. */
  close(): void {
    this.#committer.close();
  }
}
