import { CorruptBytes, decodeChunk, encodeChunk } from "../codec/chunk-codec.ts";
import { NO_POINTS } from "../codec/merge.ts";
import type { PointBatch } from "../codec/point-batch.ts";
import type { SeriesHeads } from "../head/series-heads.ts";
import {
  decodeHead,
  decodeRecord,
  guessedRecord,
  type HeadSnapshot,
  hasHeads,
  type LogRecord,
} from "../log/log-record.ts";
import type { Damage } from "../sqlite/damage.ts";
import type { PartitionTables } from "../table/partition-tables.ts";

/** Where heads are decoded, one after the other: two columns for each take longer than to fill them. */
const HEAD_ROOM = { timestampsMs: new Float64Array(256), values: new Float64Array(256) };
/** Series that are reported one by one for one damaged record. */
const LOST_SERIES_MAX = 50;

export interface RecoveryPlace {
  readonly file: string;
  readonly tables: PartitionTables;
  readonly heads: SeriesHeads;
  /** Series whose names are known by then. */
  readonly seriesCount: () => number;
  readonly onDamage: (damage: Damage) => void;
}

/** The open end of a series as it is saved; `changedFromMs` is for the log alone. */
export function snapshotOf(
  heads: SeriesHeads,
  seriesId: number,
  changedFromMs = Number.POSITIVE_INFINITY,
): HeadSnapshot {
  const { recent } = heads;
  const length = recent.length(seriesId);
  const points = recent.copy(seriesId, 0, length);
  return {
    seriesId,
    firstMs: heads.firstMs[seriesId]!,
    lastMs: heads.lastMs[seriesId]!,
    sealedUntilMs: heads.sealedUntilMs[seriesId]!,
    pointCount: heads.pointCount[seriesId]!,
    changedFromMs,
    tail: recent.tailLength(seriesId),
    bytes: length === 0 ? new Uint8Array(0) : encodeChunk(seriesId, points, 0, length),
  };
}

/**
 * Restores all saved heads; those that do not decode are quarantined. Returns how many were, and by series
 * the log position up to which its head holds everything, where the head says so itself.
 */
export function restoreHeads(place: RecoveryPlace): {
  lostHeads: number;
  positions: Map<number, number>;
} {
  const positions = new Map<number, number>();
  const bad: { seriesId: number; data: Uint8Array; reason: string }[] = [];
  for (const { seriesId, data } of place.tables.heads()) {
    try {
      const { head, position } = decodeHead(data);
      if (head.seriesId !== seriesId) throw new CorruptBytes("head of another series");
      restoreHead(place.heads, head);
      if (position > 0) positions.set(seriesId, position);
    } catch (error) {
      if (!(error instanceof CorruptBytes)) throw error;
      bad.push({ seriesId, data, reason: error.message });
    }
  }
  for (const { seriesId, data, reason } of bad) {
    place.tables.setAside("head", seriesId, data, reason);
    place.onDamage({
      kind: "head",
      file: place.file,
      seriesId,
      startMs: Number.NaN,
      endMs: Number.NaN,
      points: Number.NaN,
      reason: `${reason}: the newest points of the series, up to 120, may be lost`,
      keptAs: `${place.file} table lost`,
    });
  }
  return { lostHeads: bad.length, positions };
}

/**
 * Appends again what the log holds after `headPosition`, and returns what changed in the records that
 * detection had not seen: by series the earliest instant. Runs that the saved head of their series
 * (`headPositions`) or a later head snapshot covers are left out.
 */
export function replay(
  place: RecoveryPlace,
  headPosition: number,
  headPositions: ReadonlyMap<number, number>,
  append: (batch: PointBatch) => void,
): { changes: Map<number, number>; lostRecords: number } {
  const changes = new Map<number, number>();
  const detectedPosition = place.tables.detected();
  const coveredUpTo = new Map(headPositions);
  const bad: { position: number; data: Uint8Array; reason: string }[] = [];
  for (const { position, data } of place.tables.log()) {
    try {
      const isSeen = position <= detectedPosition;
      if (isSeen && !(hasHeads(data) && position > headPosition)) continue;
      const record = decodeRecord(data);
      if (!isSeen) noteChanges(changes, record);
      if (position <= headPosition) continue;
      for (const { seriesId } of record.heads) {
        if (position > (coveredUpTo.get(seriesId) ?? 0)) coveredUpTo.set(seriesId, position);
      }
    } catch (error) {
      if (!(error instanceof CorruptBytes)) throw error;
      bad.push({ position, data, reason: error.message });
    }
  }
  for (const row of bad) setAsideRecord(place, row);
  for (const { position, data } of place.tables.log()) {
    if (position <= headPosition) continue;
    const record = decodeRecord(data);
    append(uncovered(record, position, coveredUpTo));
    for (const head of record.heads) {
      if (coveredUpTo.get(head.seriesId) !== position) continue;
      restoreHead(place.heads, head);
      place.heads.dirty[head.seriesId] = 1;
    }
  }
  return { changes, lostRecords: bad.length };
}

function restoreHead(heads: SeriesHeads, head: HeadSnapshot): void {
  const { seriesId, bytes } = head;
  const points = bytes.length === 0 ? NO_POINTS : decodeChunk(seriesId, bytes, HEAD_ROOM);
  heads.recent.restore(seriesId, points, head.tail);
  heads.firstMs[seriesId] = head.firstMs;
  heads.lastMs[seriesId] = head.lastMs;
  heads.sealedUntilMs[seriesId] = head.sealedUntilMs;
  heads.pointCount[seriesId] = head.pointCount;
}

function noteChanges(changes: Map<number, number>, record: LogRecord): void {
  const note = (seriesId: number, fromMs: number): void => {
    if (fromMs === Number.POSITIVE_INFINITY) return;
    changes.set(seriesId, Math.min(changes.get(seriesId) ?? fromMs, fromMs));
  };
  for (let r = 0; r < record.seriesIds.length; r++) {
    note(record.seriesIds[r]!, record.changedFromMs[r]!);
  }
  for (const { seriesId, changedFromMs } of record.heads) note(seriesId, changedFromMs);
}

function uncovered(
  record: LogRecord,
  position: number,
  coveredUpTo: ReadonlyMap<number, number>,
): PointBatch {
  const isCovered = (id: number): boolean => (coveredUpTo.get(id) ?? -1) >= position;
  if (!record.seriesIds.some(isCovered)) return record;
  const { seriesIds, counts, timestampsMs, values } = record;
  const kept = { seriesIds: seriesIds.slice(), counts: counts.slice() };
  const times = new Float64Array(values.length);
  const columns = new Float64Array(values.length);
  let [runs, points, from] = [0, 0, 0];
  for (let r = 0; r < counts.length; r++) {
    const to = from + counts[r]!;
    if (!isCovered(seriesIds[r]!)) {
      kept.seriesIds[runs] = seriesIds[r]!;
      kept.counts[runs++] = counts[r]!;
      times.set(timestampsMs.subarray(from, to), points);
      columns.set(values.subarray(from, to), points);
      points += counts[r]!;
    }
    from = to;
  }
  return {
    seriesIds: kept.seriesIds.subarray(0, runs),
    counts: kept.counts.subarray(0, runs),
    timestampsMs: times.subarray(0, points),
    values: columns.subarray(0, points),
  };
}

function setAsideRecord(
  place: RecoveryPlace,
  { position, data, reason }: { position: number; data: Uint8Array; reason: string },
): void {
  place.tables.setAside("log", position, data, reason);
  const told = {
    kind: "log-record",
    file: place.file,
    reason: `log record ${position}: ${reason}`,
    keptAs: `${place.file} table lost`,
  } as const;
  const series = seriesOfLost(data, place.seriesCount());
  for (const one of series.slice(0, LOST_SERIES_MAX)) place.onDamage({ ...told, ...one });
  if (series.length > 0 && series.length <= LOST_SERIES_MAX) return;
  const rest = { startMs: Number.NaN, endMs: Number.NaN, points: Number.NaN };
  place.onDamage({ ...told, seriesId: undefined, ...rest });
}

/** As far as the damaged record can be believed: each series with the times of its points. */
function seriesOfLost(
  data: Uint8Array,
  seriesCount: number,
): Pick<Damage, "seriesId" | "startMs" | "endMs" | "points">[] {
  const record = guessedRecord(data);
  if (record === undefined) return [];
  const found = new Map<number, { startMs: number; endMs: number; points: number }>();
  let at = 0;
  for (let r = 0; r < record.seriesIds.length; r++) {
    const seriesId = record.seriesIds[r]!;
    const span = found.get(seriesId) ?? { startMs: Number.POSITIVE_INFINITY, endMs: 0, points: 0 };
    for (const end = Math.min(at + record.counts[r]!, record.values.length); at < end; at++) {
      span.startMs = Math.min(span.startMs, record.timestampsMs[at]!);
      span.endMs = Math.max(span.endMs, record.timestampsMs[at]! + 1);
      span.points++;
    }
    if (seriesId < seriesCount && span.points > 0) found.set(seriesId, span);
  }
  return [...found].map(([seriesId, span]) => ({ seriesId, ...span }));
}
