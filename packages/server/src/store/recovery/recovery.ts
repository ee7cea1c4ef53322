import { CorruptBytes, decodeChunk, encodeChunk } from "../codec/chunk-codec.ts";
import { NO_POINTS } from "../codec/merge.ts";
import type { PointBatch } from "../codec/point-batch.ts";
import type { SeriesHeads } from "../head/series-heads.ts";
import { decodeHead, decodeRecord, type HeadSnapshot, type LogRecord } from "../log/log-record.ts";
import type { Damage } from "../sqlite/damage.ts";
import type { PartitionTables } from "../table/partition-tables.ts";

export interface RecoveryPlace {
  readonly file: string;
  readonly tables: PartitionTables;
  readonly heads: SeriesHeads;
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

/** Restores all saved heads; those that do not decode are quarantined. Returns how many were. */
export function restoreHeads(place: RecoveryPlace): number {
  const bad: { seriesId: number; data: Uint8Array; reason: string }[] = [];
  for (const { seriesId, data } of place.tables.heads()) {
    try {
      const head = decodeHead(data);
      if (head.seriesId !== seriesId) throw new CorruptBytes("head of another series");
      restoreHead(place.heads, head);
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
  return bad.length;
}

/**
 * Appends again what the log holds after `headPosition`, and returns what changed in the records that
 * detection had not seen: by series the earliest instant. Runs that a later head snapshot covers
 * are left out.
 */
export function replay(
  place: RecoveryPlace,
  headPosition: number,
  append: (batch: PointBatch) => void,
): { changes: Map<number, number>; lostRecords: number } {
  const changes = new Map<number, number>();
  const detectedPosition = place.tables.detected();
  const coveredUpTo = new Map<number, number>();
  const bad: { position: number; data: Uint8Array; reason: string }[] = [];
  for (const { position, data } of place.tables.log()) {
    try {
      const record = decodeRecord(data);
      if (position > detectedPosition) noteChanges(changes, record);
      if (position <= headPosition) continue;
      for (const head of record.heads) coveredUpTo.set(head.seriesId, position);
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
  const points = bytes.length === 0 ? NO_POINTS : decodeChunk(seriesId, bytes);
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
  const starts = new Uint32Array(counts.length);
  for (let r = 1; r < counts.length; r++) starts[r] = starts[r - 1]! + counts[r - 1]!;
  const runs = [...counts.keys()].filter((r) => !isCovered(seriesIds[r]!));
  const at = runs.flatMap((r) => Array.from({ length: counts[r]! }, (_, i) => starts[r]! + i));
  return {
    seriesIds: Uint32Array.from(runs, (r) => seriesIds[r]!),
    counts: Uint32Array.from(runs, (r) => counts[r]!),
    timestampsMs: Float64Array.from(at, (i) => timestampsMs[i]!),
    values: Float64Array.from(at, (i) => values[i]!),
  };
}

function setAsideRecord(
  place: RecoveryPlace,
  { position, data, reason }: { position: number; data: Uint8Array; reason: string },
): void {
  place.tables.setAside("log", position, data, reason);
  place.onDamage({
    kind: "log-record",
    file: place.file,
    seriesId: undefined,
    startMs: Number.NaN,
    endMs: Number.NaN,
    points: Number.NaN,
    reason: `log record ${position}: ${reason}`,
    keptAs: `${place.file} table lost`,
  });
}
