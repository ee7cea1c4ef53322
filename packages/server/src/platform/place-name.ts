import type { SeriesKey } from "@foreshock/core/fold";
import type { IngestPlace } from "./ingest-batch.ts";

/** Longest name of a cluster or node in UTF-8 bytes. Source: limits table of the reliability page. */
export const NAME_BYTES_MAX = 256;
/** Longest metric name; remote write puts remaining labels into it. */
export const METRIC_BYTES_MAX = 2048;
export const LABELS_MAX = 30;
export const LABEL_NAME_BYTES_MAX = 256;
export const LABEL_VALUE_BYTES_MAX = 1024;
/** Entries that a stored series may have: the server adds its type to what came. */
export const STORED_LABELS_MAX = LABELS_MAX + 1;

/** Control characters; NUL, among them, separates the parts of keys. */
const CONTROL = /\p{Cc}/u;

/** What is wrong with a name, for people; undefined when it can be used. */
export function nameFault(name: string, bytesMax: number): string | undefined {
  if (tooLong(name, bytesMax)) return `is longer than ${bytesMax} bytes`;
  if (name.trim() === "") return "is empty";
  if (CONTROL.test(name)) return "holds a control character";
  if (!name.isWellFormed()) return "holds half a surrogate pair";
  return undefined;
}

/** What is wrong with the value of a metadata label, which may be empty and have several lines. */
export function labelValueFault(value: string): string | undefined {
  if (tooLong(value, LABEL_VALUE_BYTES_MAX)) return `is longer than ${LABEL_VALUE_BYTES_MAX} bytes`;
  if (value.includes("\0")) return "holds a NUL character";
  if (!value.isWellFormed()) return "holds half a surrogate pair";
  return undefined;
}

/**
 * What is wrong with the names of a place; undefined when it can be used. The one rule, whatever way
 * a place came: a body, a query, a file, or read back from disk (then with `STORED_LABELS_MAX`).
 */
export function placeFault(
  place: Pick<IngestPlace, "clusterId" | "nodeId" | "metricName" | "metadata">,
  labelsMax = LABELS_MAX,
): string | undefined {
  return (
    faultOf("cluster", place.clusterId, NAME_BYTES_MAX) ??
    faultOf("node", place.nodeId, NAME_BYTES_MAX) ??
    faultOf("metric", place.metricName, METRIC_BYTES_MAX) ??
    metadataFault(place.metadata ?? {}, labelsMax)
  );
}

/** What is wrong with the labels beside a place's names; undefined when they can be used. */
export function metadataFault(
  metadata: Readonly<Record<string, string>>,
  labelsMax = LABELS_MAX,
): string | undefined {
  let count = 0;
  for (const label in metadata) {
    if (++count > labelsMax) return `more than ${labelsMax} labels`;
    const fault = nameFault(label, LABEL_NAME_BYTES_MAX);
    if (fault !== undefined) return `a label's name ${fault}`;
    const wrong = labelValueFault(metadata[label]!);
    if (wrong !== undefined) return `label ${label} ${wrong}`;
  }
  return undefined;
}

/** As `nameFault`, with what the name is of: "the node is empty". */
export function faultOf(what: string, name: string, bytesMax: number): string | undefined {
  const fault = nameFault(name, bytesMax);
  return fault === undefined ? undefined : `the ${what} ${fault}`;
}

/** Whether a text takes more than `bytesMax` bytes in UTF-8; cheap for short ones. */
export function tooLong(text: string, bytesMax: number): boolean {
  return (
    text.length > bytesMax || (text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax)
  );
}

/** UTF-8 bytes of what is kept for good of a series. */
export function nameBytesOf(
  { clusterId, nodeId, metricName }: Omit<SeriesKey, "tenantId">,
  metadata: Readonly<Record<string, string>> = {},
): number {
  let bytes = Buffer.byteLength(clusterId) + Buffer.byteLength(nodeId);
  bytes += Buffer.byteLength(metricName);
  for (const name in metadata) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(metadata[name]!);
  }
  return bytes;
}
