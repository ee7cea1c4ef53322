import type { IngestSeries } from "../platform/ingest-series.ts";
import { type CsvEntity, metricNameOf } from "./entities.ts";
import type { CsvBatch } from "./rows.ts";

/** Takes the rows of one entity, in file order, that have a value in value column `k`. */
export type CsvRunTaker = (entity: CsvEntity, k: number, rows: readonly number[]) => void;

/**
 * Goes over the series of a batch in the order in which they appear in it. Missing values are left
 * out, because a gap in a file says nothing that the missing stamp does not say.
 *
 * Cost: O(rows x value columns).
 */
export function runsOfBatch(batch: CsvBatch, take: CsvRunTaker): void {
  const { layout, rowCount, entityOf, entities, values } = batch;
  const width = layout.values.length;
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < rowCount; row++) {
    const rows = rowsOf.get(entityOf[row]!);
    if (rows === undefined) rowsOf.set(entityOf[row]!, [row]);
    else rows.push(row);
  }
  for (const [index, rows] of rowsOf) {
    for (let k = 0; k < width; k++) {
      const known = rows.filter((row) => !Number.isNaN(values[row * width + k]!));
      if (known.length > 0) take(entities[index]!, k, known);
    }
  }
}

/** A batch as the platform takes it: one record per series met in it, points in file order. */
export function seriesOfBatch(batch: CsvBatch): IngestSeries[] {
  const { layout, values, timestampsMs } = batch;
  const width = layout.values.length;
  const series: IngestSeries[] = [];
  runsOfBatch(batch, (entity, k, rows) => {
    const { cluster, node } = entity;
    series.push({
      clusterId: cluster,
      nodeId: node,
      metricName: metricNameOf(layout, entity, k),
      timestampsMs: Float64Array.from(rows, (row) => timestampsMs[row]!),
      values: Float64Array.from(rows, (row) => values[row * width + k]!),
    });
  });
  return series;
}
