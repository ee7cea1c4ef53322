import { appendAll, DAY_MS } from "@foreshock/core/fold";
import { CHUNK_POINTS_MAX, CorruptBytes, encodeChunk, type Points } from "../codec/chunk-codec.ts";
import { clip, merge } from "../codec/merge.ts";
import { CHUNK_POINTS } from "../head/recent-points.ts";
import { dayOf } from "../head/series-heads.ts";
import type { Damage } from "../sqlite/damage.ts";
import { StoreUnavailable } from "../sqlite/store-error.ts";
import type { Sessions } from "../table/sessions.ts";
import { chunksOf, dayCuts, inOrder, type Layer, overlapping } from "./chunk-layers.ts";
import { type Chunk, type ChunkKey, type DayFile, pointsOf } from "./day-file.ts";
import { DayFiles } from "./day-files.ts";
import { LatePoints } from "./late-points.ts";

export interface SealedPointsOptions {
  readonly dir: string;
  readonly openMax: number;
  readonly sessions: Sessions;
  readonly onDamage: (damage: Damage) => void;
}

/** `isWritten`: into its day file, which is not confirmed yet. */
type WaitingChunk = Omit<Chunk, "seq"> & { seq: number; isWritten: boolean };

/** Above every seq that is ever written. */
const WAITING_SEQ = 2 ** 52;
/** Day files that are written in one go: each is a sync or two, and one body may need hundreds. */
export const DAYS_AT_ONCE = 4;
/** Series whose chunks are rewritten in one transaction. */
const COMPACT_SERIES = 20;

/**
 * All points older than the open heads: chunks in day files, chunks that wait in memory to be written,
 * and late points. What waits in memory is covered by the log, or was never acknowledged.
 */
export class SealedPoints {
  readonly files: DayFiles;
  readonly #options: SealedPointsOptions;
  /** In order of sealing; no seq (0) until they are written. */
  readonly #waiting = new Map<number, WaitingChunk[]>();
  readonly #late = new LatePoints();
  /** Series some of whose chunks were written ahead. */
  readonly #held = new Set<number>();
  /** Series by day whose chunks may overlap there. */
  readonly #overlaps = new Map<number, Set<number>>();

  constructor(options: SealedPointsOptions) {
    this.#options = options;
    this.files = new DayFiles({
      dir: options.dir,
      openMax: options.openMax,
      limitOf: (seq) => options.sessions.limitOf(seq),
      onDamage: options.onDamage,
    });
  }

  /** Takes a sealed chunk of one UTC day. */
  add(seriesId: number, t0Ms: number, t1Ms: number, pointCount: number, bytes: Uint8Array): void {
    const chunk = { seriesId, t0Ms, t1Ms, pointCount, bytes, seq: 0, isWritten: false };
    const chunks = this.#waiting.get(seriesId);
    if (chunks === undefined) this.#waiting.set(seriesId, [chunk]);
    else chunks.push(chunk);
  }

  /** Takes a point that is older than the head; a later one for the same instant wins. */
  addLate(seriesId: number, atMs: number, value: number): void {
    this.#late.set(seriesId, atMs, value);
  }

  /** Takes many ascending points older than the head at once: sealed straight away. */
  addRun(seriesId: number, points: Points): void {
    this.#sealLate(seriesId);
    this.#sealRun(seriesId, points, CHUNK_POINTS);
  }

  /** Points in [startMs, endMs), merged. */
  read(seriesId: number, startMs: number, endMs: number): Points {
    const layers: Layer[] = [];
    const take = (chunk: Chunk, seq: number, file: DayFile | undefined): void => {
      const points = this.#decoded(chunk, file);
      if (points !== undefined) layers.push({ seq, points });
    };
    for (const day of this.files.days()) {
      if ((day + 1) * DAY_MS <= startMs || day * DAY_MS >= endMs) continue;
      this.files.use(day, (file) => {
        for (const chunk of file.read(seriesId, startMs, endMs)) take(chunk, chunk.seq, file);
      });
    }
    // What waits is newer than all that is written, in its own order.
    let waitingSeq = WAITING_SEQ;
    for (const chunk of this.#waiting.get(seriesId) ?? []) {
      waitingSeq++;
      if (chunk.t0Ms < endMs && chunk.t1Ms >= startMs) take(chunk, waitingSeq, undefined);
    }
    const late = this.#late.of(seriesId);
    if (late.values.length > 0) layers.push({ seq: Number.POSITIVE_INFINITY, points: late });
    return clip(merge(inOrder(layers)), startMs, endMs);
  }

  /**
   * An instant such that about `pointsMax` sealed points are between `fromMs` and it, and at least one;
   * undefined where there are no more than that.
   */
  pieceEnd(seriesId: number, fromMs: number, pointsMax: number): number | undefined {
    const waiting = (this.#waiting.get(seriesId) ?? []).filter(({ t1Ms }) => t1Ms >= fromMs);
    const days = new Set(this.files.days());
    for (const { t0Ms } of waiting) days.add(dayOf(t0Ms));
    let points = 0;
    for (const day of [...days].sort((a, b) => a - b)) {
      if ((day + 1) * DAY_MS <= fromMs) continue;
      const written = this.files.has(day)
        ? this.files.use(day, (file) => file.extents(seriesId, fromMs, pointsMax - points))
        : [];
      const here = [...written, ...waiting.filter(({ t0Ms }) => dayOf(t0Ms) === day)];
      for (const { t1Ms, pointCount } of here.sort((a, b) => a.t1Ms - b.t1Ms)) {
        points += pointCount;
        if (points >= pointsMax) return t1Ms + 1;
      }
    }
    return undefined;
  }

  /** Chunks of a series that wait in memory. */
  waitingCount(seriesId: number): number {
    return this.#waiting.get(seriesId)?.length ?? 0;
  }

  /** Series with chunks or late points that wait in memory. */
  waitingIds(): number[] {
    return [...new Set([...this.#waiting.keys(), ...this.#late.ids()])];
  }

  /** Series some of whose chunks were written ahead and are not confirmed yet. */
  get held(): ReadonlySet<number> {
    return this.#held;
  }

  /**
   * Writes what waits for these series into the day files, durably, but does not forget it yet: a
   * crash before the partition confirms would undo it.
   */
  write(ids: readonly number[]): void {
    this.#writeDays(this.#unwrittenByDay(ids));
  }

  /** Whether these series have chunks of more days to be written than go at once. */
  isWide(ids: readonly number[]): boolean {
    const days = new Set<number>();
    for (const id of ids) {
      this.#sealLate(id);
      for (const { t0Ms, isWritten } of this.#waiting.get(id) ?? []) {
        if (!isWritten && days.add(dayOf(t0Ms)).size > DAYS_AT_ONCE) return true;
      }
    }
    return false;
  }

  /**
   * Writes the first days of these series, as many as go at once, as `write` does, and holds the series: nothing that
   * is written may be confirmed without theirs.
   */
  writeAhead(ids: readonly number[]): void {
    const some = this.#unwrittenByDay(ids).slice(0, DAYS_AT_ONCE);
    for (const [, chunks] of some) for (const { seriesId } of chunks) this.#held.add(seriesId);
    this.#writeDays(some);
  }

  /** Forgets what was written for these series, now that it is confirmed. */
  confirm(ids: readonly number[]): void {
    for (const id of ids) {
      this.#waiting.delete(id);
      this.#held.delete(id);
    }
  }

  /**
   * Rewrites chunks that late points made overlap as chunks that do not; what is stored stays the
   * same. To be called when nothing waits unconfirmed. Without room for it, the next call tries again.
   */
  compact(): void {
    while (this.compactNext());
  }

  /** The same for some series of one day. True while there are more. */
  compactNext(): boolean {
    try {
      for (const [day, ids] of this.#overlaps) {
        const some = [...ids].filter((id) => !this.#waiting.has(id)).slice(0, COMPACT_SERIES);
        if (some.length > 0 && this.files.has(day)) this.#compactDay(day, some);
        for (const id of some) ids.delete(id);
        if (ids.size === 0) this.#overlaps.delete(day);
        if (some.length > 0) return true;
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable && error.retryable)) throw error;
    }
    return false;
  }

  /**
   * Decodes at most `limit` chunks of a day after `key`; what is damaged is quarantined and reported.
   * Returns them as they are in the file.
   */
  check(day: number, key: ChunkKey, limit: number): Chunk[] {
    return this.files.use(day, (file) => {
      const chunks = file.after(key, limit);
      for (const chunk of chunks) this.#decoded(chunk, file);
      return chunks;
    });
  }

  /** In the order of days; numbered in the order in which they came. */
  #unwrittenByDay(ids: readonly number[]): (readonly [day: number, WaitingChunk[]])[] {
    const byDay = new Map<number, WaitingChunk[]>();
    for (const id of ids) {
      this.#sealLate(id);
      for (const chunk of this.#waiting.get(id) ?? []) {
        if (chunk.isWritten) continue;
        if (chunk.seq === 0) chunk.seq = this.#options.sessions.nextSeq();
        const day = dayOf(chunk.t0Ms);
        const chunks = byDay.get(day);
        if (chunks === undefined) byDay.set(day, [chunk]);
        else chunks.push(chunk);
      }
    }
    return [...byDay].sort((a, b) => a[0] - b[0]);
  }

  #writeDays(days: readonly (readonly [day: number, WaitingChunk[]])[]): void {
    for (const [day, chunks] of days) {
      chunks.sort((a, b) => a.seriesId - b.seriesId || a.t0Ms - b.t0Ms || a.seq - b.seq);
      this.files.use(day, (file) => file.write(chunks));
      for (const chunk of chunks) chunk.isWritten = true;
    }
  }

  #compactDay(day: number, ids: readonly number[]): void {
    this.files.use(day, (file) => {
      const olds: Chunk[] = [];
      const news: Chunk[] = [];
      for (const id of ids) {
        for (const chunks of overlapping(file.read(id, day * DAY_MS, (day + 1) * DAY_MS))) {
          const layers = chunks.flatMap((chunk) => {
            const points = this.#decoded(chunk, file);
            return points === undefined ? [] : [{ seq: chunk.seq, points }];
          });
          const seq = chunks.reduce((newest, chunk) => Math.max(newest, chunk.seq), 0);
          appendAll(olds, chunks);
          appendAll(news, chunksOf(id, merge(inOrder(layers)), seq));
        }
      }
      file.replace(olds, news);
    });
  }

  #decoded(chunk: Chunk, file: DayFile | undefined): Points | undefined {
    try {
      return pointsOf(chunk);
    } catch (error) {
      if (!(error instanceof CorruptBytes) || file === undefined) throw error;
      file.setAside(chunk, error.message);
      this.#options.onDamage({
        kind: "chunk",
        file: file.file,
        seriesId: chunk.seriesId,
        startMs: chunk.t0Ms,
        endMs: chunk.t1Ms + 1,
        points: chunk.pointCount,
        reason: error.message,
        keptAs: `${file.file} table lost`,
      });
      return undefined;
    }
  }

  #sealLate(id: number): void {
    const points = this.#late.of(id);
    if (points.values.length === 0) return;
    this.#sealRun(id, points, CHUNK_POINTS_MAX);
    this.#late.delete(id);
  }

  #sealRun(id: number, points: Points, pointsMax: number): void {
    for (const [from, to] of dayCuts(points.timestampsMs, pointsMax)) {
      const bytes = encodeChunk(id, points, from, to);
      this.add(id, points.timestampsMs[from]!, points.timestampsMs[to - 1]!, to - from, bytes);
      const day = dayOf(points.timestampsMs[from]!);
      const ids = this.#overlaps.get(day);
      if (ids === undefined) this.#overlaps.set(day, new Set([id]));
      else ids.add(id);
    }
  }
}
