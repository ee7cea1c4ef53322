import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { ANOMALY_LABELS } from "@foreshock/core/fold";
import { readTable } from "../../files/csv-table.ts";
import { ratedTable } from "../../files/rates.ts";
import type { CsvOptions } from "../../files/read-options.ts";
import type { CsvSource } from "../../files/records.ts";
import { causalLabels } from "./causal-labels.ts";
import { engineByName } from "./engines.ts";
import { openingsOf } from "./openings.ts";
import { scoreRows, writePieces } from "./score-rows.ts";
import { scoreTable } from "./score-table.ts";
import { type FileSummary, summaryOf } from "./summary.ts";

/** What is to be done with one file; plain data, so that it can be posted to a worker. */
export interface FileTask {
  readonly csv: CsvOptions;
  readonly engine: string;
  readonly threshold: number;
  readonly count: number;
  /** Alarms are folded for it, which takes as long as the scores. */
  readonly wantsOpenings: boolean;
  /** Where the scores of every point go; none where left out. */
  readonly scoresPath?: string | undefined;
}

/** Reads, scores, writes and sums up one CSV. @throws CsvError, Refusal for an unknown engine. */
export async function detectFile(source: CsvSource, task: FileTask): Promise<FileSummary> {
  const engine = engineByName(task.engine);
  const { table, description } = await readTable(source, task.csv);
  const rated = ratedTable(table, task.csv.counters);
  const scored = scoreTable(rated.table, engine);
  if (task.scoresPath !== undefined) {
    mkdirSync(dirname(task.scoresPath), { recursive: true });
    const labels = scored.series.map(causalLabels);
    const labelOf = (series: number, place: number) => ANOMALY_LABELS[labels[series]![place]!]!;
    writePieces(task.scoresPath, scoreRows(scored, labelOf));
  }
  const { threshold, count } = task;
  const file = source.name;
  const all = scored.series.map(({ series }) => series);
  const openings = task.wantsOpenings ? openingsOf(file, all, engine) : undefined;
  const remarks = [...description.remarks, ...rated.remarks];
  return {
    ...summaryOf(scored, { file, engine: engine.name, threshold, count }),
    openings,
    remarks,
  };
}
