import { crc32 } from "node:zlib";
import { CorruptBytes } from "../codec/chunk-codec.ts";

/** One commit: runs of points as they came, and the heads of series that were written past the log. */
export interface LogRecord {
  readonly seriesIds: Uint32Array;
  readonly counts: Uint32Array;
  /** Per run: from this instant on the series may read differently than before. */
  readonly changedFromMs: Float64Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly heads: readonly HeadSnapshot[];
}

/**
 * State of a series' open end after a long run that went straight into the day files. It represents
 * everything appended to the series up to and including its record.
 */
export interface HeadSnapshot {
  readonly seriesId: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly sealedUntilMs: number;
  readonly pointCount: number;
  readonly changedFromMs: number;
  /** How many of the points in `bytes` are sealed already. */
  readonly tail: number;
  /** Chunk bytes of the recent points; empty when there are none. */
  readonly bytes: Uint8Array;
}

const FORMAT = 1;
const HEADER_BYTES = 32;
const HEAD_COUNT_AT = 20;
const POSITION_BYTES = 8;
const HEAD_BYTES = 56;
/** Times as 32-bit offsets from the earliest, instead of doubles. */
const SHORT_TIMES = 1;
/** All points at the earliest time: no column of times. */
const ONE_TIME = 2;
/** One point in every run: no column of counts. */
const SINGLE_POINTS = 4;
const OFFSET_MAX = 2 ** 32 - 1;

/** The record as bytes with a checksum: 12 to 20 bytes per run of one point, 8 to 12 per further point. */
export function encodeRecord(record: LogRecord): Uint8Array {
  const { seriesIds, counts, timestampsMs: times, values, heads } = record;
  const [earliest, latest] = spanOf(times);
  const timeKind =
    earliest === latest ? ONE_TIME : latest - earliest <= OFFSET_MAX ? SHORT_TIMES : 0;
  const single = counts.every((count) => count === 1);
  const late = lateRuns(record);
  const timeBytes = timeKind === ONE_TIME ? 0 : timeKind === SHORT_TIMES ? 4 : 8;
  const bytes = new Uint8Array(
    HEADER_BYTES +
      late.length * 16 +
      values.length * (8 + timeBytes) +
      seriesIds.length * (single ? 4 : 8) +
      heads.reduce((sum, head) => sum + HEAD_BYTES + head.bytes.length, 0),
  );
  const view = new DataView(bytes.buffer);
  const flags = timeKind | (single ? SINGLE_POINTS : 0);
  const sizes = [flags, seriesIds.length, values.length, heads.length];
  view.setUint32(4, FORMAT, true);
  sizes.forEach((size, i) => void view.setUint32(8 + 4 * i, size, true));
  view.setFloat64(24, earliest, true);
  let at = HEADER_BYTES;
  at = putColumn(bytes, at, values);
  if (timeKind === SHORT_TIMES) {
    const offsets = new Uint32Array(times.length);
    for (let i = 0; i < times.length; i++) offsets[i] = times[i]! - earliest;
    at = putColumn(bytes, at, offsets);
  } else if (timeKind === 0) at = putColumn(bytes, at, times);
  at = putColumn(bytes, at, seriesIds);
  if (!single) at = putColumn(bytes, at, counts);
  for (const head of heads) at = putHead(bytes, view, at, head);
  for (const r of late) {
    view.setFloat64(at, r, true);
    view.setFloat64(at + 8, record.changedFromMs[r]!, true);
    at += 16;
  }
  view.setUint32(0, crc32(bytes.subarray(4)), true);
  return bytes;
}

/** @throws CorruptBytes when the checksum differs or the format is unknown. */
export function decodeRecord(bytes: Uint8Array): LogRecord {
  return fieldsOf(bytes, soundView(bytes));
}

/** Whether a sound record has heads, without decoding it. @throws CorruptBytes like `decodeRecord`. */
export function hasHeads(bytes: Uint8Array): boolean {
  const view = soundView(bytes);
  demandFormat(view);
  return view.getUint32(HEAD_COUNT_AT, true) > 0;
}

/** @throws CorruptBytes when the checksum differs. */
function soundView(bytes: Uint8Array): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || crc32(bytes.subarray(4)) !== view.getUint32(0, true)) {
    throw new CorruptBytes("log record checksum");
  }
  return view;
}

function demandFormat(view: DataView): void {
  const format = view.getUint32(4, true);
  if (format !== FORMAT) throw new CorruptBytes(`log record format ${format}`);
}

/** What a record that does not match its checksum seems to say: to name what is lost, and nothing else. */
export function guessedRecord(bytes: Uint8Array): LogRecord | undefined {
  try {
    return fieldsOf(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return undefined;
  }
}

function fieldsOf(bytes: Uint8Array, view: DataView): LogRecord {
  demandFormat(view);
  const [flags, runCount, pointCount, headCount] = [0, 1, 2, 3].map((i) =>
    view.getUint32(8 + 4 * i, true),
  ) as [number, number, number, number];
  const earliest = view.getFloat64(24, true);
  if (4 * runCount + 8 * pointCount > bytes.length) throw new CorruptBytes("log record too short");
  let at = HEADER_BYTES;
  const take = <Column extends Float64Array | Uint32Array>(column: Column): Column => {
    at = getColumn(bytes, at, column);
    return column;
  };
  const values = take(new Float64Array(pointCount));
  const timestampsMs = new Float64Array(pointCount).fill(earliest);
  if (flags & SHORT_TIMES) {
    const offsets = take(new Uint32Array(pointCount));
    for (let i = 0; i < pointCount; i++) timestampsMs[i]! += offsets[i]!;
  } else if (!(flags & ONE_TIME)) take(timestampsMs);
  const seriesIds = take(new Uint32Array(runCount));
  const counts = new Uint32Array(runCount).fill(1);
  if (!(flags & SINGLE_POINTS)) take(counts);
  const heads: HeadSnapshot[] = [];
  for (let h = 0; h < headCount; h++) {
    const head = getHead(bytes, view, at);
    heads.push(head);
    at += HEAD_BYTES + head.bytes.length;
  }
  const changedFromMs = firstTimes(counts, timestampsMs);
  for (; at < bytes.length; at += 16) {
    changedFromMs[view.getFloat64(at, true)] = view.getFloat64(at + 8, true);
  }
  return { seriesIds, counts, changedFromMs, timestampsMs, values, heads };
}

/** A head alone, with its checksum and the log position up to which it holds everything. */
export function encodeHead(head: HeadSnapshot, position: number): Uint8Array {
  const end = 4 + HEAD_BYTES + head.bytes.length;
  const bytes = new Uint8Array(end + POSITION_BYTES);
  const view = new DataView(bytes.buffer);
  putHead(bytes, view, 4, head);
  view.setFloat64(end, position, true);
  view.setUint32(0, crc32(bytes.subarray(4)), true);
  return bytes;
}

/**
 * `position` is 0 where an earlier version wrote the head: then only the common one says what it holds.
 *
 * @throws CorruptBytes when the checksum differs.
 */
export function decodeHead(bytes: Uint8Array): {
  readonly head: HeadSnapshot;
  readonly position: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length >= 4 + HEAD_BYTES;
  if (!whole || crc32(bytes.subarray(4)) !== view.getUint32(0, true)) {
    throw new CorruptBytes("head checksum");
  }
  const head = getHead(bytes, view, 4);
  const end = 4 + HEAD_BYTES + head.bytes.length;
  return { head, position: bytes.length > end ? view.getFloat64(end, true) : 0 };
}

function putHead(bytes: Uint8Array, view: DataView, at: number, head: HeadSnapshot): number {
  const { firstMs, lastMs, sealedUntilMs, pointCount, changedFromMs } = head;
  view.setUint32(at, head.seriesId, true);
  view.setUint32(at + 4, head.tail, true);
  [firstMs, lastMs, sealedUntilMs, pointCount, changedFromMs].forEach((value, i) => {
    view.setFloat64(at + 8 + 8 * i, value, true);
  });
  view.setUint32(at + 48, head.bytes.length, true);
  bytes.set(head.bytes, at + HEAD_BYTES);
  return at + HEAD_BYTES + head.bytes.length;
}

function getHead(bytes: Uint8Array, view: DataView, at: number): HeadSnapshot {
  const length = view.getUint32(at + 48, true);
  return {
    seriesId: view.getUint32(at, true),
    tail: view.getUint32(at + 4, true),
    firstMs: view.getFloat64(at + 8, true),
    lastMs: view.getFloat64(at + 16, true),
    sealedUntilMs: view.getFloat64(at + 24, true),
    pointCount: view.getFloat64(at + 32, true),
    changedFromMs: view.getFloat64(at + 40, true),
    bytes: bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length),
  };
}

function putColumn(bytes: Uint8Array, at: number, column: Float64Array | Uint32Array): number {
  bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
  return at + column.byteLength;
}

function getColumn(bytes: Uint8Array, at: number, column: Float64Array | Uint32Array): number {
  const end = at + column.byteLength;
  if (end > bytes.length) throw new CorruptBytes("log record too short");
  new Uint8Array(column.buffer).set(bytes.subarray(at, end));
  return end;
}

function spanOf(times: Float64Array): [number, number] {
  if (times.length === 0) return [0, 0];
  let earliest = times[0]!;
  let latest = earliest;
  for (let i = 1; i < times.length; i++) {
    if (times[i]! < earliest) earliest = times[i]!;
    if (times[i]! > latest) latest = times[i]!;
  }
  return [earliest, latest];
}

/** Runs whose change does not begin at their first point. */
function lateRuns({ counts, changedFromMs, timestampsMs }: LogRecord): number[] {
  const late: number[] = [];
  for (let r = 0, at = 0; r < counts.length; r++) {
    if (changedFromMs[r] !== (timestampsMs[at] ?? 0)) late.push(r);
    at += counts[r]!;
  }
  return late;
}

function firstTimes(counts: Uint32Array, times: Float64Array): Float64Array {
  const first = new Float64Array(counts.length);
  let at = 0;
  for (let r = 0; r < counts.length; r++) {
    first[r] = times[at] ?? 0;
    at += counts[r]!;
  }
  return first;
}
