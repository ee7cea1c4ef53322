import type { PointEngine } from "@foreshock/core/fold";
import { comparesPeers } from "../../../packages/server/src/cli/detect/engines.ts";
import {
  type ScoredNode,
  scoreTable,
} from "../../../packages/server/src/cli/detect/score-table.ts";
import type { CsvTable } from "../../../packages/server/src/files/csv-table.ts";
import { TextColumn } from "../../../packages/server/src/files/text-column.ts";
import type { LabelledSeries } from "../datasets/record.ts";

/**
 * What `foreshock detect` makes of each record, through the same function: every metric point by
 * point, and the node's own row. Nothing is written or read on the way, so the figures are those of
 * the command line (a test holds them together). Engines that compare nodes are given those of one
 * group together, all others one record after the other.
 *
 * @throws Refusal "engine/unavailable" where an engine compares more nodes than a group has
 */
export function* scoredNodes(
  records: readonly LabelledSeries[],
  engine: PointEngine,
): Generator<ScoredNode> {
  const parts = comparesPeers(engine)
    ? [...Map.groupBy(records, ({ group }) => group).values()]
    : records.map((record) => [record]);
  for (const part of parts) yield* scoreTable(tableOf(part), engine).nodes;
}

/** The score of a lone metric, or of the node where there are several. NaN = no score. */
export function engineScores(
  records: readonly LabelledSeries[],
  engine: PointEngine,
): Float64Array[] {
  return Array.from(scoredNodes(records, engine), ({ metrics, score }) =>
    metrics.length === 1 ? metrics[0]!.points.score : score,
  );
}

/** Records of the same metrics, one below the other, each a node of one cluster. */
function tableOf(records: readonly LabelledSeries[]): CsvTable {
  const { metricNames, group } = records[0]!;
  const lengths = records.map(({ timestampsMs }) => timestampsMs.length);
  const joined = (columns: readonly Float64Array[]) =>
    columns.length === 1 ? columns[0]! : Float64Array.from(columns.flatMap((one) => [...one]));
  const entityOf = Int32Array.from(
    lengths.flatMap((length, entity) => new Array<number>(length).fill(entity)),
  );
  return {
    name: group,
    layout: {
      format: metricNames.length === 1 ? "narrow" : "wide",
      columnCount: metricNames.length + 1,
      names: ["timestamp", ...metricNames],
      time: 0,
      date: -1,
      cluster: -1,
      node: -1,
      metric: -1,
      values: metricNames.map((_, k) => k + 1),
      metricNames,
      metricFaults: [],
      tags: [],
      leftOut: [],
    },
    rowCount: entityOf.length,
    timestampsMs: joined(records.map(({ timestampsMs }) => timestampsMs)),
    stamps: new TextColumn(),
    entities: records.map(({ series }) => ({
      cluster: group,
      node: series,
      metric: undefined,
      tags: "",
      fault: undefined,
    })),
    entityOf,
    columns: metricNames.map((_, k) => joined(records.map(({ columns }) => columns[k]!))),
  };
}
