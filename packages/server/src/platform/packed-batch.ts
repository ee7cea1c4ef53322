import { type PointRuns, startOf } from "@foreshock/core/fold";
import type { IngestBatch, IngestPlace } from "./ingest-batch.ts";

/**
 * A batch as it crosses threads: columns alone, which are handed over without being copied. Run k
 * belongs to the place whose name is [nameEnds[k-1], nameEnds[k]) of `names`.
 *
 * A name is UTF-8: cluster, node, metric, "c" for a counter or nothing, then each metadata label and
 * its value; NUL between all of them, which no name may hold. Equal names mean the same place.
 */
export interface PackedBatch extends PointRuns {
  readonly names: Uint8Array<ArrayBuffer>;
  readonly nameEnds: Int32Array<ArrayBuffer>;
  /** Points whose value is a staleness marker, ascending. */
  readonly staleAt: Int32Array<ArrayBuffer>;
  /** What the batch costs of the tenant's rate, in points; the number of its points where left out. */
  readonly charged?: number | undefined;
}

const COUNTER = "c";

/** The name of a place, as text. */
export function nameOfPlace(place: IngestPlace): string {
  const { clusterId, nodeId, metricName, metadata, counter } = place;
  let name = `${clusterId}\0${nodeId}\0${metricName}\0${counter === true ? COUNTER : ""}`;
  for (const label in metadata) name += `\0${label}\0${metadata[label]!}`;
  return name;
}

/** The place behind a name that `nameOfPlace` gave. */
export function placeOfName(name: string): IngestPlace {
  const [clusterId = "", nodeId = "", metricName = "", counter, ...labels] = name.split("\0");
  const metadata: [label: string, value: string][] = [];
  for (let i = 0; i + 1 < labels.length; i += 2) metadata.push([labels[i]!, labels[i + 1]!]);
  return {
    clusterId,
    nodeId,
    metricName,
    // Entries, not assignments: a label may be called __proto__.
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
    ...(counter === COUNTER ? { counter: true } : {}),
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
  };
}

/** As places and columns again. The columns are the same ones, not copies. Cost: O(bytes of names). */
export function unpackBatch(packed: PackedBatch): IngestBatch {
  const { names, nameEnds, staleAt, ends, timestampsMs, values, charged } = packed;
  const decoder = new TextDecoder();
  const places = Array.from(nameEnds, (end, k) =>
    placeOfName(decoder.decode(names.subarray(startOf(nameEnds, k), end))),
  );
  return { places, ends, timestampsMs, values, staleAt: Array.from(staleAt), charged };
}

/** What can be handed over to another thread instead of being copied. */
export function buffersOfBatch(packed: PackedBatch): ArrayBuffer[] {
  const { names, nameEnds, ends, timestampsMs, values, staleAt } = packed;
  return [names, nameEnds, ends, timestampsMs, values, staleAt].map(
    (column) => column.buffer as ArrayBuffer,
  );
}
