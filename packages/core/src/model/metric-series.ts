import { Refusal } from "./refusal.ts";
import { type SeriesKey, seriesKey } from "./series-key.ts";
import { type EpochMs, type Instant, toEpochMs } from "./time.ts";

export interface MetricSeriesInit extends SeriesKey {
  /** One instant per value, ascending; equal neighbours are allowed (sources repeat stamps). */
  readonly timestamps: Float64Array | readonly Instant[];
  /** NaN = missing. Infinities are refused. */
  readonly values: Float64Array | readonly number[];
  /** Further labels of the source: unit, zone, instance type. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * One metric of one node over time, as two columns of equal length. Never changed after
 * construction; the columns given as `Float64Array` are kept, not copied, so hand them over.
 */
export class MetricSeries implements SeriesKey {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly nodeId: string;
  readonly metricName: string;
  /** Epoch milliseconds, ascending. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly metadata: Readonly<Record<string, string>>;

  /**
   * @throws Refusal "id/empty" | "series/length-mismatch" | "series/unsorted" | "series/infinite"
   *   | "time/invalid", naming the first offending index.
   */
  constructor(init: MetricSeriesInit) {
    const key = seriesKey(init);
    this.tenantId = key.tenantId;
    this.clusterId = key.clusterId;
    this.nodeId = key.nodeId;
    this.metricName = key.metricName;
    this.timestamps = instants(init.timestamps);
    this.values =
      init.values instanceof Float64Array ? init.values : Float64Array.from(init.values);
    this.metadata = Object.freeze({ ...init.metadata });
    checkColumns(this.timestamps, this.values);
  }

  get length(): number {
    return this.values.length;
  }
}

function instants(given: Float64Array | readonly Instant[]): Float64Array {
  return given instanceof Float64Array ? given : Float64Array.from(given, toEpochMs);
}

function checkColumns(timestamps: Float64Array, values: Float64Array): void {
  if (timestamps.length !== values.length) {
    throw new Refusal("series/length-mismatch", "give one value per timestamp", {
      timestamps: timestamps.length,
      values: values.length,
    });
  }
  let before: EpochMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const at = timestamps[i]!;
    if (!Number.isFinite(at)) {
      throw new Refusal("time/invalid", "timestamps must be finite epoch milliseconds", {
        index: i,
      });
    }
    if (at < before) {
      throw new Refusal("series/unsorted", "sort the points by time first", { index: i });
    }
    if (values[i] === Number.POSITIVE_INFINITY || values[i] === Number.NEGATIVE_INFINITY) {
      throw new Refusal("series/infinite", "infinite values cannot be scored; leave them out", {
        index: i,
      });
    }
    before = at;
  }
}
