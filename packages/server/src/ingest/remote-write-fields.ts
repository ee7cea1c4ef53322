import type { FamilyType } from "../platform/series-nature.ts";

/** Field numbers of prometheus.WriteRequest (prompb/remote.proto, prompb/types.proto). */
export const REQUEST = { timeseries: 1, metadata: 3 } as const;
export const SERIES = { labels: 1, samples: 2, exemplars: 3, histograms: 4 } as const;
export const LABEL = { name: 1, value: 2 } as const;
export const SAMPLE = { value: 1, timestamp: 2 } as const;
export const METADATA = { type: 1, family: 2 } as const;
/** By the number of `MetricMetadata.MetricType`; what it does not know is 0. An info or a set of states is a gauge. */
export const FAMILY_TYPES: readonly (FamilyType | undefined)[] = [
  undefined,
  ...(["counter", "gauge", "histogram", "gaugehistogram", "summary", "gauge", "gauge"] as const),
];

/** Bits of Prometheus' staleness marker: a NaN that says "this series ended here". */
const STALE_HIGH = 0x7ff0_0000;
const STALE_LOW = 2;

export function isStaleMarker(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32LE(at) === STALE_LOW && bytes.readUInt32LE(at + 4) === STALE_HIGH;
}
