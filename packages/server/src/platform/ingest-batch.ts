import { type PointRuns, startOf } from "@foreshock/core/fold";
import type { IngestSeries } from "./ingest-series.ts";
import type { DeclaredFamily } from "./series-nature.ts";
import type { Handle } from "./series-numbers.ts";

/** Where points belong. */
export interface IngestPlace extends Omit<IngestSeries, "timestampsMs" | "values" | "staleAt"> {
  /** Where a decoder remembers places of one tenant, so that the platform need not look them up. */
  readonly memo?: PlaceMemo;
}

/** Belongs to the platform, which keeps here what it calls the place. */
export interface PlaceMemo {
  /** -1 while it is not known. */
  handle: Handle;
}

/** What a body held beside points that are understood. */
export interface SkippedParts {
  readonly histograms: number;
  readonly exemplars: number;
}

/**
 * Points of many series as columns; run k belongs to `places[k]`. A NaN value is missing (a gap);
 * infinities are rejected per point.
 */
export interface IngestBatch extends PointRuns {
  readonly places: readonly IngestPlace[];
  /** Points whose value is a staleness marker, ascending: the series ended there. */
  readonly staleAt: readonly number[];
  /** What the batch costs of the tenant's rate, in points; the number of its points where left out. */
  readonly charged?: number | undefined;
  /** Parts of the body that no point was made of, for the tenant to see. */
  readonly skipped?: SkippedParts | undefined;
  /** What the sender says of metric families, whether or not points of them are here. */
  readonly declared?: readonly DeclaredFamily[] | undefined;
}

/** Series with columns of their own as one batch, in their order. */
export function batchOf(series: readonly IngestSeries[]): IngestBatch {
  const ends = new Int32Array(series.length);
  const staleAt: number[] = [];
  let end = 0;
  series.forEach((one, k) => {
    for (const i of one.staleAt ?? []) staleAt.push(end + i);
    end += one.values.length;
    ends[k] = end;
  });
  const timestampsMs = new Float64Array(end);
  const values = new Float64Array(end);
  series.forEach((one, k) => {
    const first = ends[k]! - one.values.length;
    timestampsMs.set(one.timestampsMs, first);
    values.set(one.values, first);
  });
  return { places: series, ends, timestampsMs, values, staleAt: staleAt.sort((a, b) => a - b) };
}

/** The batch as series with columns of their own, which are views: convenient, not fast. */
export function seriesOf({ places, ends, timestampsMs, values, staleAt }: IngestBatch) {
  return places.map((place, k): IngestSeries => {
    const [first, end] = [startOf(ends, k), ends[k]!];
    const { clusterId, nodeId, metricName, metadata, counter, likelyCounter } = place;
    const stale = staleAt.filter((i) => i >= first && i < end).map((i) => i - first);
    return {
      clusterId,
      nodeId,
      metricName,
      ...(metadata === undefined ? {} : { metadata }),
      ...(counter === undefined ? {} : { counter }),
      ...(likelyCounter === undefined ? {} : { likelyCounter }),
      timestampsMs: timestampsMs.subarray(first, end),
      values: values.subarray(first, end),
      ...(stale.length === 0 ? {} : { staleAt: stale }),
    };
  });
}
