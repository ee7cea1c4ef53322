import {
  type CalibrationReport,
  calibrationReport,
  countedMs,
  createStreamEngine,
  daysOfScore,
  emptyTallies,
  type LevelTallies,
  type PromiseTally,
} from "@foreshock/core/fold";
import { readCsvTable } from "../../files/csv-table.ts";
import type { CsvOptions } from "../../files/read-options.ts";
import { type ScoredTable, scoreTable } from "../detect/score-table.ts";
import type { Context } from "../terminal/context.ts";
import { counted, csvInput, folderInputs, isFolder } from "../terminal/input.ts";
import { Progress } from "../terminal/progress.ts";

const MEGABYTE = 1e6;

/**
 * Alarms in CSV files against the promise, at every level that the files have. Real incidents in them
 * count too. One file after the other. @throws CsvError.
 */
export async function calibrateFiles(
  context: Context,
  path: string,
  csv: CsvOptions,
): Promise<CalibrationReport> {
  const inputs = isFolder(path) ? folderInputs(path) : [csvInput(path, context.io)];
  const total = inputs.reduce((sum, { bytes }) => sum + bytes, 0) / MEGABYTE;
  const { quiet } = context.flags;
  const progress = new Progress(context.io, { title: "calibration", unit: "MB", total, quiet });
  const engine = createStreamEngine();
  const tallies = emptyTallies();
  let entities = 0;
  try {
    for (const input of inputs) {
      const bytes = counted(input.open(), (more) => progress.add(more / MEGABYTE));
      const source = { name: input.name, bytes };
      const table = await readCsvTable(source, { ...csv, node: csv.node ?? input.stem });
      entities = tallyTable(tallies, scoreTable(table, engine), entities);
    }
  } finally {
    progress.end();
  }
  return calibrationReport(tallies, []);
}

/** Gives the first number that no entity has yet. A node of one metric is that metric again. */
function tallyTable(tallies: LevelTallies, scored: ScoredTable, from: number): number {
  let entity = from;
  for (const { points } of scored.series) {
    tallyScores(tallies.metric, entity++, points);
  }
  for (const node of scored.nodes) {
    if (node.metrics.length > 1) tallyScores(tallies.node, entity++, node);
  }
  for (const cluster of scored.clusters) {
    const { size } = new Set(
      scored.nodes.filter((node) => node.cluster === cluster.cluster).map(({ node }) => node),
    );
    if (size > 1) tallyScores(tallies.cluster, entity++, cluster);
  }
  return entity;
}

/** A score of 0 is a missing point; no other is. */
function tallyScores(
  tally: PromiseTally,
  entity: number,
  { score, intervalMs }: { readonly score: Float64Array; readonly intervalMs: number },
): void {
  score.forEach((value, step) => {
    if (value > 0) tally.push(entity, step, daysOfScore(value), countedMs(intervalMs));
  });
}
