import type { PointEngine } from "@foreshock/core";
import {
  type ScoredTable,
  scoreTable,
} from "../../../packages/server/src/cli/detect/score-table.ts";
import type { CsvTable } from "../../../packages/server/src/ingest/csv-table.ts";
import { TextColumn } from "../../../packages/server/src/ingest/text-column.ts";
import type { LabelledSeries } from "../datasets/record.ts";

/**
 * What `foreshock detect` makes of a record, through the same function: every metric point by point,
 * and the node's own row. Nothing is written or read on the way, so the figures are those of the
 * command line (a test holds them together).
 */
export function scoredTable(record: LabelledSeries, engine: PointEngine): ScoredTable {
  return scoreTable(tableOf(record), engine);
}

/** The score of a lone metric, or of the node where there are several. NaN = no score. */
export function engineScores(record: LabelledSeries, engine: PointEngine): Float64Array {
  const { series, nodes } = scoredTable(record, engine);
  return record.columns.length === 1 ? series[0]!.points.score : nodes[0]!.score;
}

function tableOf({ series, timestampsMs, columns, metricNames }: LabelledSeries): CsvTable {
  return {
    name: series,
    layout: {
      format: columns.length === 1 ? "narrow" : "wide",
      columnCount: columns.length + 1,
      time: 0,
      cluster: -1,
      node: -1,
      metric: -1,
      values: columns.map((_, k) => k + 1),
      metricNames,
    },
    rowCount: timestampsMs.length,
    timestampsMs,
    stamps: new TextColumn(),
    entities: [{ cluster: "bench", node: series, metric: undefined }],
    entityOf: new Int32Array(timestampsMs.length),
    columns,
  };
}
