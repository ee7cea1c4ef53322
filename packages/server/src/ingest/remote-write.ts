import type { LabelNames } from "../platform/label-names.ts";
import { nameOfPlace } from "../platform/packed-batch.ts";
import { LABELS_MAX, NAME_BYTES_MAX } from "../platform/place-name.ts";
import type { DeclaredFamily } from "../platform/series-nature.ts";
import { BodyBudget, type DecodeLimits } from "./body-budget.ts";
import { LabelCache } from "./label-cache.ts";
import { type DecodedBody, PackedBuilder } from "./packed-builder.ts";
import { BYTES, FIXED64, ProtobufReader, VARINT } from "./protobuf.ts";
import {
  FAMILY_TYPES,
  isStaleMarker,
  METADATA,
  REQUEST,
  SAMPLE,
  SERIES,
} from "./remote-write-fields.ts";
import { placeOfBytes } from "./remote-write-labels.ts";
import { isCounterName } from "./series-labels.ts";

/** Bodies of one sender are about as large as the one before. */
const NAMES_MORE = 1.06;

export interface RemoteWriteOptions {
  readonly names: LabelNames;
  /** Bytes of label sets and names that are remembered. */
  readonly cacheBytesMax: number;
}

/**
 * Reads remote write 1.0 (`prometheus.WriteRequest`, already unpacked) of one tenant. Label sets it
 * has seen are recognised by their bytes, so that a series costs one look-up.
 *
 * Two passes: the first counts and checks every length, so that the columns of the second have
 * their exact size. Measured (npm run bench): see docs/benchmarks.md.
 */
export class RemoteWriteReader {
  readonly #names: LabelNames;
  readonly #cache: LabelCache;
  /** Of the names of the last body. */
  #nameBytes = 0;

  constructor({ names, cacheBytesMax }: RemoteWriteOptions) {
    this.#names = names;
    this.#cache = new LabelCache(cacheBytesMax);
  }

  /** Bytes that the remembered label sets take. */
  get cacheBytes(): number {
    return this.#cache.bytes;
  }

  /** Label sets that are remembered. */
  get cachedSets(): number {
    return this.#cache.count;
  }

  /** @throws IngestProblem "malformed_body" | "body_too_large". Nothing of the body is kept then. */
  read(bytes: Buffer, limits: DecodeLimits): DecodedBody {
    const budget = new BodyBudget(limits);
    countParts(bytes, budget);
    const nameBytes = Math.ceil(NAMES_MORE * this.#nameBytes);
    const builder = new PackedBuilder(budget, { points: budget.points, nameBytes });
    const declared: DeclaredFamily[] = [];
    const reader = new ProtobufReader(bytes);
    while (reader.next()) {
      if (reader.wireType !== BYTES) {
        reader.skip();
        continue;
      }
      const { field } = reader;
      const whole = reader.enter();
      if (field === REQUEST.timeseries) this.#readSeries(reader, builder);
      else if (field === REQUEST.metadata) readMetadata(reader, declared);
      reader.leave(whole);
    }
    const body = builder.cut(bytes.length);
    this.#nameBytes = body.batch.names.length;
    return declared.length === 0 ? body : { ...body, batch: { ...body.batch, declared } };
  }

  #readSeries(reader: ProtobufReader, builder: PackedBuilder): void {
    const seriesStart = reader.at;
    let labelsEnd = seriesStart;
    let inOrder = true;
    let hasSamples = false;
    while (reader.next()) {
      if (reader.field === SERIES.labels) {
        inOrder &&= !hasSamples;
        reader.skip();
        if (inOrder) labelsEnd = reader.at;
      } else if (reader.field === SERIES.samples) {
        readSample(reader, builder);
        hasSamples = true;
      } else {
        if (reader.field === SERIES.exemplars) builder.skippedExemplars++;
        if (reader.field === SERIES.histograms) builder.skippedHistograms++;
        inOrder = false;
        reader.skip();
      }
    }
    if (!hasSamples) return;
    const { bytes, end } = reader;
    if (inOrder && this.#cache.find(bytes, seriesStart, labelsEnd)) {
      const { names, from, to } = this.#cache;
      builder.add(names, from, to);
      return;
    }
    const place = placeOfBytes(bytes, seriesStart, end, this.#names);
    if (typeof place === "string") {
      builder.refuse(place);
      return;
    }
    const likelyCounter = isCounterName(place.familyName);
    const name = Buffer.from(nameOfPlace({ ...place, likelyCounter }));
    if (inOrder) this.#cache.add(bytes, seriesStart, labelsEnd, name);
    builder.add(name, 0, name.length);
  }
}

/** What is said of a family; a type that tells nothing, and a name that no metric can have, are left out. */
function readMetadata(reader: ProtobufReader, declared: DeclaredFamily[]): void {
  let number = 0;
  let from = 0;
  let to = 0;
  while (reader.next()) {
    if (reader.field === METADATA.type && reader.wireType === VARINT) number = reader.varint();
    else if (reader.field === METADATA.family && reader.wireType === BYTES) {
      const length = reader.length();
      from = reader.at;
      to = from + length;
      reader.at = to;
    } else reader.skip();
  }
  const type = FAMILY_TYPES[number];
  if (type === undefined || to === from || to - from > NAME_BYTES_MAX) return;
  declared.push({ family: reader.bytes.toString("utf8", from, to), type });
}

/**
 * Counts samples as points, and as parts everything else that somebody could send much of: series
 * without samples, labels beyond those a series may have, metadata, exemplars, histograms.
 */
function countParts(bytes: Buffer, budget: BodyBudget): void {
  const reader = new ProtobufReader(bytes);
  while (reader.next()) {
    if (reader.field !== REQUEST.timeseries) {
      budget.spendParts(1);
      reader.skip();
      continue;
    }
    const whole = reader.enter();
    countSeries(reader, budget);
    reader.leave(whole);
  }
}

function countSeries(reader: ProtobufReader, budget: BodyBudget): void {
  let samples = 0;
  let labels = 0;
  let others = 0;
  while (reader.next()) {
    if (reader.field === SERIES.samples) {
      reader.demand(BYTES);
      samples++;
    } else if (reader.field === SERIES.labels) labels++;
    else others++;
    reader.skip();
  }
  budget.spend(samples);
  const free = samples > 0 ? LABELS_MAX + 1 : 0;
  budget.spendParts(others + Math.max(0, labels - free) + (samples > 0 ? 0 : 1));
}

/** A sample of the series in hand. A field that is not there is 0, as proto3 has it. */
function readSample(reader: ProtobufReader, builder: PackedBuilder): void {
  let atMs = 0;
  let value = 0;
  let isStale = false;
  const seriesEnd = reader.enter();
  while (reader.next()) {
    if (reader.field === SAMPLE.value) {
      reader.demand(FIXED64);
      const { at } = reader;
      value = reader.double();
      isStale = Number.isNaN(value) && isStaleMarker(reader.bytes, at);
    } else if (reader.field === SAMPLE.timestamp) {
      reader.demand(VARINT);
      atMs = reader.int64();
    } else reader.skip();
  }
  reader.leave(seriesEnd);
  builder.point(atMs, value);
  if (isStale) builder.markStale();
}
