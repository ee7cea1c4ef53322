import type { IngestBatch, IngestPlace } from "../platform/ingest-batch.ts";
import type { LabelNames } from "../platform/label-names.ts";
import { ByteTable } from "./byte-table.ts";
import { PointBudget } from "./growing-columns.ts";
import { BYTES, broken, FIXED64, ProtobufReader, VARINT } from "./protobuf.ts";
import {
  COUNTER_TYPE,
  isStaleMarker,
  LABEL,
  METADATA,
  REQUEST,
  SAMPLE,
  SERIES,
} from "./remote-write-fields.ts";
import { isCounterName, placeOf } from "./series-labels.ts";

export interface RemoteWriteBatch extends IngestBatch {
  /** Points of series whose labels cannot be used, with the first few reasons. */
  readonly unusablePoints: number;
  readonly unusableExamples: readonly string[];
  /** Parts of the protocol that are read over. */
  readonly skippedHistograms: number;
  readonly skippedExemplars: number;
}

const EXAMPLES_MAX = 5;
/** Label sets remembered per tenant: the default limit of active series, with room for churn. */
const PLACES_MAX = 100_000;
const COUNTERS_MAX = 20_000;

/**
 * Reads remote write 1.0 (`prometheus.WriteRequest`, already unpacked) of one tenant. Label sets it
 * has seen are recognised by their bytes, so that a series costs one look-up.
 *
 * Two passes: the first counts and checks every length, so that the columns of the second have
 * their exact size. Measured (npm run bench): see docs/benchmarks.md.
 */
export class RemoteWriteReader {
  readonly #names: LabelNames;
  #places: ByteTable<IngestPlace | string>;
  #placesBefore: ByteTable<IngestPlace | string>;
  /** Metric families that their sender declared counters, beyond what names tell. */
  readonly #counters = new Set<string>();
  readonly #placesMax: number;

  constructor(names: LabelNames, placesMax = PLACES_MAX) {
    this.#names = names;
    this.#placesMax = placesMax;
    this.#places = new ByteTable(placesMax);
    this.#placesBefore = new ByteTable(0);
  }

  /** @throws IngestProblem "malformed_body" | "body_too_large". Nothing of the body is kept then. */
  read(bytes: Buffer, pointsMax: number): RemoteWriteBatch {
    const budget = new PointBudget(pointsMax);
    const counts = countSamples(bytes, budget);
    const batch = new BatchBuilder(counts.length, budget.count);
    const reader = new ProtobufReader(bytes);
    for (let k = 0; reader.next(); ) {
      if (reader.wireType !== BYTES) {
        reader.skip();
        continue;
      }
      const { field } = reader;
      const whole = reader.enter();
      if (field === REQUEST.timeseries) this.#readSeries(reader, counts[k++]!, batch);
      else if (field === REQUEST.metadata) this.#readMetadata(reader);
      reader.leave(whole);
    }
    return batch.cut();
  }

  #readSeries(reader: ProtobufReader, count: number, batch: BatchBuilder): void {
    const seriesStart = reader.at;
    let labelsEnd = seriesStart;
    let inOrder = true;
    let i = 0;
    while (reader.next()) {
      if (reader.field === SERIES.labels) {
        inOrder &&= i === 0;
        reader.skip();
        if (inOrder) labelsEnd = reader.at;
      } else if (reader.field === SERIES.samples) {
        readSample(reader, batch, i);
        i++;
      } else {
        if (reader.field === SERIES.exemplars) batch.skippedExemplars++;
        if (reader.field === SERIES.histograms) batch.skippedHistograms++;
        inOrder = false;
        reader.skip();
      }
    }
    if (count === 0) return;
    const place = inOrder
      ? this.#known(reader.bytes, seriesStart, labelsEnd)
      : this.#placeOf(reader.bytes, seriesStart, reader.end);
    if (typeof place === "string") batch.refuse(place, count);
    else batch.add(place, count);
  }

  /** Two generations: what was not seen for a whole generation is forgotten, the rest lives on. */
  #known(bytes: Buffer, start: number, end: number): IngestPlace | string {
    let place = this.#places.get(bytes, start, end);
    if (place !== undefined) return place;
    place = this.#placesBefore.get(bytes, start, end) ?? this.#placeOf(bytes, start, end);
    if (this.#places.full) {
      this.#placesBefore = this.#places;
      this.#places = new ByteTable(this.#placesMax);
    }
    this.#places.add(bytes, start, end, place);
    return place;
  }

  #placeOf(bytes: Buffer, start: number, end: number): IngestPlace | string {
    const place = placeOfBytes(bytes, start, end, this.#names);
    if (typeof place === "string") return place;
    const { familyName, ...rest } = place;
    const counter = isCounterName(familyName) || this.#counters.has(familyName);
    return { ...rest, counter, memo: { handle: -1 } };
  }

  #readMetadata(reader: ProtobufReader): void {
    let type = 0;
    let family = "";
    while (reader.next()) {
      if (reader.field === METADATA.type && reader.wireType === VARINT) type = reader.varint();
      else if (reader.field === METADATA.family && reader.wireType === BYTES) {
        const length = reader.length();
        family = reader.bytes.toString("utf8", reader.at, reader.at + length);
        reader.at += length;
      } else reader.skip();
    }
    if (type !== COUNTER_TYPE || family === "" || this.#counters.size >= COUNTERS_MAX) return;
    if (this.#counters.has(family) || isCounterName(family)) return;
    this.#counters.add(family);
    // What was remembered of its series is no longer true: all are looked at once more.
    this.#places = new ByteTable(this.#placesMax);
    this.#placesBefore = new ByteTable(0);
  }
}

class BatchBuilder {
  readonly unusableExamples: string[] = [];
  unusablePoints = 0;
  skippedHistograms = 0;
  skippedExemplars = 0;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly #places: IngestPlace[] = [];
  readonly #ends: Int32Array;
  readonly #staleAt: number[] = [];
  #stale = 0;
  /** Points of the runs that were added; those of the series in hand follow them. */
  pointCount = 0;

  constructor(seriesMax: number, pointsMax: number) {
    this.#ends = new Int32Array(seriesMax);
    this.timestampsMs = new Float64Array(pointsMax);
    this.values = new Float64Array(pointsMax);
  }

  markStale(at: number): void {
    this.#staleAt.push(at);
  }

  /** The series in hand cannot be used: the next one takes its room. */
  refuse(reason: string, points: number): void {
    this.#staleAt.length = this.#stale;
    this.unusablePoints += points;
    const { unusableExamples: examples } = this;
    if (examples.length < EXAMPLES_MAX && !examples.includes(reason)) examples.push(reason);
    // A field that is not there is 0, and so must the next series find its room.
    const end = this.pointCount + points;
    this.timestampsMs.fill(0, this.pointCount, end);
    this.values.fill(0, this.pointCount, end);
  }

  add(place: IngestPlace, points: number): void {
    this.#stale = this.#staleAt.length;
    this.pointCount += points;
    this.#ends[this.#places.length] = this.pointCount;
    this.#places.push(place);
  }

  cut(): RemoteWriteBatch {
    const { unusablePoints, unusableExamples, skippedHistograms, skippedExemplars } = this;
    return {
      places: this.#places,
      ends: this.#ends.subarray(0, this.#places.length),
      timestampsMs: this.timestampsMs.subarray(0, this.pointCount),
      values: this.values.subarray(0, this.pointCount),
      staleAt: this.#staleAt,
      unusablePoints,
      unusableExamples,
      skippedHistograms,
      skippedExemplars,
    };
  }
}

/** Samples per timeseries, in order; every field of the request is walked over once. */
function countSamples(bytes: Buffer, budget: PointBudget): number[] {
  const counts: number[] = [];
  const reader = new ProtobufReader(bytes);
  while (reader.next()) {
    if (reader.field !== REQUEST.timeseries) {
      reader.skip();
      continue;
    }
    const whole = reader.enter();
    const count = countFields(reader, SERIES.samples);
    budget.spend(count);
    counts.push(count);
    reader.leave(whole);
  }
  return counts;
}

/** How often `field` stands in the message being read, which is walked over to its end. */
function countFields(reader: ProtobufReader, field: number): number {
  let count = 0;
  while (reader.next()) {
    if (reader.field === field) {
      reader.demand(BYTES);
      count++;
    }
    reader.skip();
  }
  return count;
}

/** Sample `i` of the series in hand. A field that is not there is 0, as proto3 has it. */
function readSample(reader: ProtobufReader, batch: BatchBuilder, i: number): void {
  const at = batch.pointCount + i;
  const seriesEnd = reader.enter();
  while (reader.next()) {
    if (reader.field === SAMPLE.value) {
      reader.demand(FIXED64);
      const { at: valueAt } = reader;
      const value = reader.double();
      batch.values[at] = value;
      if (Number.isNaN(value) && isStaleMarker(reader.bytes, valueAt)) batch.markStale(at);
    } else if (reader.field === SAMPLE.timestamp) {
      reader.demand(VARINT);
      batch.timestampsMs[at] = reader.int64();
    } else reader.skip();
  }
  reader.leave(seriesEnd);
}

function placeOfBytes(
  bytes: Buffer,
  start: number,
  end: number,
  names: LabelNames,
): ReturnType<typeof placeOf> {
  const reader = new ProtobufReader(bytes);
  reader.at = start;
  reader.end = end;
  const labels = new Map<string, string>();
  while (reader.next()) {
    if (reader.field !== SERIES.labels) {
      reader.skip();
      continue;
    }
    const [name, value] = readLabel(reader);
    if (labels.has(name)) return `the label ${name.slice(0, 40)} is given twice`;
    labels.set(name, value);
  }
  return placeOf(labels, names);
}

function readLabel(reader: ProtobufReader): [name: string, value: string] {
  const seriesEnd = reader.enter();
  let name = "";
  let value = "";
  while (reader.next()) {
    if (reader.field === LABEL.name) name = readText(reader);
    else if (reader.field === LABEL.value) value = readText(reader);
    else reader.skip();
  }
  reader.leave(seriesEnd);
  return [name, value];
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readText(reader: ProtobufReader): string {
  reader.demand(BYTES);
  const length = reader.length();
  const part = reader.bytes.subarray(reader.at, reader.at + length);
  reader.at += length;
  try {
    return UTF8.decode(part);
  } catch {
    throw broken("has a label that is not UTF-8");
  }
}
