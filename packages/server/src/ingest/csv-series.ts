import type { IngestSeries } from "../platform/ingest-series.ts";
import type { CsvBatch } from "./csv.ts";

/**
 * A batch as the platform takes it: one record per series met in it, points in file order. Missing
 * values are left out, because a gap in a file says nothing that the missing stamp does not say.
 */
export function seriesOfBatch(batch: CsvBatch): IngestSeries[] {
  const { layout, rowCount, entityOf, entities, values, timestampsMs } = batch;
  const width = layout.values.length;
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < rowCount; row++) {
    const rows = rowsOf.get(entityOf[row]!);
    if (rows === undefined) rowsOf.set(entityOf[row]!, [row]);
    else rows.push(row);
  }
  const series: IngestSeries[] = [];
  for (const [index, rows] of rowsOf) {
    const { cluster, node, metric } = entities[index]!;
    for (let k = 0; k < width; k++) {
      const known = rows.filter((row) => !Number.isNaN(values[row * width + k]!));
      if (known.length === 0) continue;
      series.push({
        clusterId: cluster,
        nodeId: node,
        metricName: metric ?? layout.metricNames[k]!,
        timestampsMs: Float64Array.from(known, (row) => timestampsMs[row]!),
        values: Float64Array.from(known, (row) => values[row * width + k]!),
      });
    }
  }
  return series;
}
