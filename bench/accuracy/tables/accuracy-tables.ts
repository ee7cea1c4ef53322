import type { PageTable } from "../../page-table.ts";
import type { AccuracyRun } from "../accuracy-run.ts";
import { generatedTables } from "./generated-tables.ts";
import { nodeTables, rootTables } from "./node-tables.ts";
import { openingTables, seriesTables } from "./series-tables.ts";
import { standingTables } from "./standing-table.ts";

/** Everything the page says about accuracy, most important first. */
export function accuracyTables(run: AccuracyRun): PageTable[] {
  return [
    ...standingTables(run),
    ...seriesTables(run),
    ...openingTables(run),
    ...nodeTables(run),
    ...rootTables(run),
    ...generatedTables(run),
    ...leftOutTables(run),
  ].filter(({ rows }) => rows.length > 0);
}

function leftOutTables({ leftOut }: AccuracyRun): PageTable[] {
  const byReason = Map.groupBy(leftOut, ({ name, reason }) => `${name} ${reason}`);
  const rows = [...byReason.values()].map((all) => [
    `\`${all[0]!.name}\``,
    all.map(({ set }) => set).join(", "),
    all[0]!.reason,
  ]);
  const header = ["engine", "not measured on", "why"];
  return [{ title: "Engines not measured", notes: [], header, rows }];
}
