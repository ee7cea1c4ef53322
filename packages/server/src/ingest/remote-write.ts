import { ByteTable } from "./byte-table.ts";
import type { IngestSeries } from "./ingest-series.ts";
import { PointBudget } from "./point-columns.ts";
import { BYTES, broken, FIXED64, ProtobufReader, VARINT } from "./protobuf.ts";
import { isCounterName, type LabelNames, placeOf, type SeriesPlace } from "./series-labels.ts";

export interface RemoteWriteBatch {
  readonly series: readonly IngestSeries[];
  /** Points of series whose labels cannot be used, with the first few reasons. */
  readonly unusablePoints: number;
  readonly unusableExamples: readonly string[];
  /** Parts of the protocol that are read over. */
  readonly skippedHistograms: number;
  readonly skippedExemplars: number;
}

/** Field numbers of prometheus.WriteRequest (prompb/remote.proto, prompb/types.proto). */
const REQUEST = { timeseries: 1, metadata: 3 } as const;
const SERIES = { labels: 1, samples: 2, exemplars: 3, histograms: 4 } as const;
const LABEL = { name: 1, value: 2 } as const;
const SAMPLE = { value: 1, timestamp: 2 } as const;
const METADATA = { type: 1, family: 2 } as const;
const COUNTER_TYPE = 1;

/** Bits of Prometheus' staleness marker: a NaN that says "this series ended here". */
const STALE_HIGH = 0x7ff0_0000;
const STALE_LOW = 2;

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
  #places: ByteTable<SeriesPlace | string>;
  #placesBefore: ByteTable<SeriesPlace | string>;
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
    const batch = new BatchBuilder(budget.count);
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
    return batch;
  }

  #readSeries(reader: ProtobufReader, count: number, batch: BatchBuilder): void {
    const { times, values } = batch.columns(count);
    let staleAt: number[] | undefined;
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
        if (readSample(reader, times, values, i)) {
          staleAt ??= [];
          staleAt.push(i);
        }
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
      : placeOfBytes(reader.bytes, seriesStart, reader.end, this.#names);
    if (typeof place === "string") batch.refuse(place, count);
    else batch.add(place, this.#isCounter(place.familyName), times, values, staleAt);
  }

  /** Two generations: what was not seen for a whole generation is forgotten, the rest lives on. */
  #known(bytes: Buffer, start: number, end: number): SeriesPlace | string {
    let place = this.#places.get(bytes, start, end);
    if (place !== undefined) return place;
    place =
      this.#placesBefore.get(bytes, start, end) ?? placeOfBytes(bytes, start, end, this.#names);
    if (this.#places.full) {
      this.#placesBefore = this.#places;
      this.#places = new ByteTable(this.#placesMax);
    }
    this.#places.add(bytes, start, end, place);
    return place;
  }

  #isCounter(family: string): boolean {
    return isCounterName(family) || this.#counters.has(family);
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
    if (type === COUNTER_TYPE && family !== "" && this.#counters.size < COUNTERS_MAX) {
      this.#counters.add(family);
    }
  }
}

class BatchBuilder implements RemoteWriteBatch {
  readonly series: IngestSeries[] = [];
  readonly unusableExamples: string[] = [];
  unusablePoints = 0;
  skippedHistograms = 0;
  skippedExemplars = 0;
  readonly #slab: Float64Array;
  #used = 0;

  constructor(pointCount: number) {
    this.#slab = new Float64Array(2 * pointCount);
  }

  /** Two columns of a slab that all series of the batch share: one allocation instead of thousands. */
  columns(count: number): { times: Float64Array; values: Float64Array } {
    const { buffer } = this.#slab;
    const times = new Float64Array(buffer, this.#used * 8, count);
    const values = new Float64Array(buffer, (this.#used + count) * 8, count);
    this.#used += 2 * count;
    return { times, values };
  }

  refuse(reason: string, points: number): void {
    this.unusablePoints += points;
    const { unusableExamples: examples } = this;
    if (examples.length < EXAMPLES_MAX && !examples.includes(reason)) examples.push(reason);
  }

  add(
    { clusterId, nodeId, metricName, metadata }: SeriesPlace,
    counter: boolean,
    timestampsMs: Float64Array,
    values: Float64Array,
    staleAt: readonly number[] | undefined,
  ): void {
    const series = { clusterId, nodeId, metricName, metadata, counter, timestampsMs, values };
    this.series.push(staleAt === undefined ? series : { ...series, staleAt });
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

/** Whether the sample is a staleness marker. A field that is not there is 0, as proto3 has it. */
function readSample(
  reader: ProtobufReader,
  times: Float64Array,
  values: Float64Array,
  i: number,
): boolean {
  const seriesEnd = reader.enter();
  let stale = false;
  while (reader.next()) {
    if (reader.field === SAMPLE.value) {
      reader.demand(FIXED64);
      const { at, bytes } = reader;
      const value = reader.double();
      values[i] = value;
      stale =
        Number.isNaN(value) &&
        bytes.readUInt32LE(at) === STALE_LOW &&
        bytes.readUInt32LE(at + 4) === STALE_HIGH;
    } else if (reader.field === SAMPLE.timestamp) {
      reader.demand(VARINT);
      times[i] = reader.int64();
    } else reader.skip();
  }
  reader.leave(seriesEnd);
  return stale;
}

/** Reads the labels of a timeseries whose fields stand in [start, end). */
function placeOfBytes(
  bytes: Buffer,
  start: number,
  end: number,
  names: LabelNames,
): SeriesPlace | string {
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
