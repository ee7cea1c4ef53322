/**
 * Points of many series as columns: run r holds `counts[r]` points of series `seriesIds[r]`, and the
 * runs follow one another in `timestampsMs` and `values`. Four buffers, so that a batch moves
 * between threads without copying. A series may have several runs; they count in order.
 */
export interface PointBatch {
  readonly seriesIds: Uint32Array;
  readonly counts: Uint32Array;
  /** Epoch milliseconds; the store keeps whole milliseconds and rounds what is not. */
  readonly timestampsMs: Float64Array;
  /** NaN = missing. */
  readonly values: Float64Array;
}

/** Points of one series as they came. */
export interface SeriesRun {
  readonly seriesId: number;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/** Latest instant that a store accepts: the end of year 9999, so that names of days keep their form. */
export const TIME_MAX_MS = Date.UTC(10_000, 0, 1) - 1;

/** The runs as one batch. For few series with many points each; build columns directly otherwise. */
export function pointBatch(runs: readonly SeriesRun[]): PointBatch {
  const pointCount = runs.reduce((sum, run) => sum + run.values.length, 0);
  const timestampsMs = new Float64Array(pointCount);
  const values = new Float64Array(pointCount);
  let at = 0;
  for (const run of runs) {
    timestampsMs.set(run.timestampsMs, at);
    values.set(run.values, at);
    at += run.values.length;
  }
  return {
    seriesIds: Uint32Array.from(runs, (run) => run.seriesId),
    counts: Uint32Array.from(runs, (run) => run.values.length),
    timestampsMs,
    values,
  };
}

/**
 * The batch with whole-millisecond times; the same object where they are whole already.
 * @throws RangeError for columns that do not match, unknown series and unusable times: a mistake of
 *   the caller, who checks what comes from outside.
 */
export function checkedBatch(batch: PointBatch, seriesCount: number): PointBatch {
  const { seriesIds, counts, timestampsMs, values } = batch;
  let pointCount = 0;
  for (let r = 0; r < seriesIds.length; r++) {
    if (seriesIds[r]! >= seriesCount) throw new RangeError(`no series ${seriesIds[r]}`);
    pointCount += counts[r]!;
  }
  const fits = counts.length === seriesIds.length && timestampsMs.length === values.length;
  if (!fits || pointCount !== values.length) throw new RangeError("columns of unequal length");
  let whole = true;
  for (let i = 0; i < pointCount; i++) {
    const at = timestampsMs[i]!;
    if (!(at >= 0 && at <= TIME_MAX_MS)) throw new RangeError(`point at ${at} ms`);
    if (at !== Math.floor(at)) whole = false;
  }
  return whole ? batch : { ...batch, timestampsMs: timestampsMs.map(Math.round) };
}
