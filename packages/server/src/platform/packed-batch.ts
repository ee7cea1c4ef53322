import { type PointRuns, startOf } from "@foreshock/core/fold";
import type { IngestBatch, IngestPlace, SkippedParts } from "./ingest-batch.ts";
import type { DeclaredFamily } from "./series-nature.ts";

/**
 * A batch as it crosses threads: columns alone, which are handed over without being copied. Run k
 * belongs to the place whose name is [nameEnds[k-1], nameEnds[k]) of `names`.
 *
 * A name is UTF-8: cluster, node, metric, a letter for what its sender says that it is or nothing, then
 * each metadata label and its value; NUL between all of them, which no name may hold. Equal names mean the
 * same place.
 */
export interface PackedBatch extends PointRuns {
  readonly names: Uint8Array<ArrayBuffer>;
  readonly nameEnds: Int32Array<ArrayBuffer>;
  /** Points whose value is a staleness marker, ascending. */
  readonly staleAt: Int32Array<ArrayBuffer>;
  /** What the batch costs of the tenant's rate, in points; the number of its points where left out. */
  readonly charged?: number | undefined;
  readonly declared?: readonly DeclaredFamily[] | undefined;
  readonly skipped?: SkippedParts | undefined;
}

/** Its sender says that it is a counter; that it is none; that its name is one of counters. */
const COUNTER = "c";
const NO_COUNTER = "g";
const LIKELY_COUNTER = "n";

/** The name of a place, as text. */
export function nameOfPlace(place: IngestPlace): string {
  const { clusterId, nodeId, metricName, metadata } = place;
  let name = `${clusterId}\0${nodeId}\0${metricName}\0${letterOf(place)}`;
  for (const label in metadata) name += `\0${label}\0${metadata[label]!}`;
  return name;
}

function letterOf({ counter, likelyCounter }: IngestPlace): string {
  if (counter !== undefined) return counter ? COUNTER : NO_COUNTER;
  return likelyCounter === true ? LIKELY_COUNTER : "";
}

/** The place behind a name that `nameOfPlace` gave. */
export function placeOfName(name: string): IngestPlace {
  const [clusterId = "", nodeId = "", metricName = "", letter, ...labels] = name.split("\0");
  const metadata: [label: string, value: string][] = [];
  for (let i = 0; i + 1 < labels.length; i += 2) metadata.push([labels[i]!, labels[i + 1]!]);
  return {
    clusterId,
    nodeId,
    metricName,
    // Entries, not assignments: a label may be called __proto__.
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
    ...(letter === COUNTER ? { counter: true } : {}),
    ...(letter === NO_COUNTER ? { counter: false } : {}),
    ...(letter === LIKELY_COUNTER ? { likelyCounter: true } : {}),
  };
}

/** Cost: O(points + bytes of names). */
export function packBatch(batch: IngestBatch): PackedBatch {
  const { places, ends, timestampsMs, values, staleAt } = batch;
  const texts = places.map(nameOfPlace);
  const nameEnds = new Int32Array(places.length);
  let end = 0;
  texts.forEach((text, k) => {
    end += Buffer.byteLength(text);
    nameEnds[k] = end;
  });
  const names = new Uint8Array(end);
  const encoder = new TextEncoder();
  texts.forEach((text, k) => {
    encoder.encodeInto(text, names.subarray(startOf(nameEnds, k), nameEnds[k]!));
  });
  return {
    names,
    nameEnds,
    ends: Int32Array.from(ends),
    timestampsMs: Float64Array.from(timestampsMs),
    values: Float64Array.from(values),
    staleAt: Int32Array.from(staleAt),
    charged: batch.charged,
    declared: batch.declared,
    skipped: batch.skipped,
  };
}

/** As places and columns again. The columns are the same ones, not copies. Cost: O(bytes of names). */
export function unpackBatch(packed: PackedBatch): IngestBatch {
  const { names, nameEnds, staleAt, ...columns } = packed;
  const decoder = new TextDecoder();
  const places = Array.from(nameEnds, (end, k) =>
    placeOfName(decoder.decode(names.subarray(startOf(nameEnds, k), end))),
  );
  return { ...columns, places, staleAt: Array.from(staleAt) };
}

/** What can be handed over to another thread instead of being copied: each buffer once, though columns may share it. */
export function buffersOfBatch(packed: PackedBatch): ArrayBuffer[] {
  const { names, nameEnds, ends, timestampsMs, values, staleAt } = packed;
  const buffers = [timestampsMs.buffer as ArrayBuffer];
  for (const { buffer } of [values, ends, nameEnds, staleAt, names]) {
    if (!buffers.includes(buffer as ArrayBuffer)) buffers.push(buffer as ArrayBuffer);
  }
  return buffers;
}
