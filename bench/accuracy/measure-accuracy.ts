import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { acceptanceTable } from "../goals/acceptance-table.ts";
import { type Measures, missedGates } from "../goals/goals.ts";
import { keep } from "../page.ts";
import { ALL_SETS, runAccuracy } from "./accuracy-run.ts";
import { chosenEngines } from "./engines.ts";
import { FLOORS } from "./floors/floors.ts";
import { fleetMeasures, measuresOf } from "./measures.ts";
import { printTables } from "./print-tables.ts";
import { judgeFleets } from "./protocol/fleets.ts";
import { accuracyTables } from "./tables/accuracy-tables.ts";
import { fleetTables } from "./tables/fleet-tables.ts";

/** As given on the command line. */
export interface AccuracyFlags {
  readonly data?: string | undefined;
  readonly only?: string | undefined;
  readonly engine?: string | undefined;
}

/**
 * Every engine and floor over every labelled set. A whole run is kept and makes the page; one with
 * `--only` or `--engine` is only printed. Ends with code 1 where a gate is missed, 2 where the
 * command or its data are not usable.
 */
export function measureAccuracy({ data, only, engine }: AccuracyFlags): void {
  try {
    const dataDir = dataFolder(data);
    const sets = listOf(only);
    const unknown = sets?.find((name) => !ALL_SETS.includes(name));
    if (unknown !== undefined) {
      throw new Error(`--only knows no set ${unknown}; there are ${ALL_SETS.join(", ")}`);
    }
    const engines = chosenEngines(listOf(engine));
    const run = runAccuracy({ dataDir, only: sets, engines, floors: FLOORS, say });
    const measures = measuresOf(run);
    const tables = accuracyTables(run);
    printTables([acceptanceTable(measures), ...tables]);
    if (only === undefined && engine === undefined) {
      const command = "npm run bench -- accuracy --data DIR";
      keep({ name: "accuracy", command, figures: [], tables, measures: byName(measures) });
    }
    tellMissed(measures);
  } catch (error) {
    console.error(`accuracy: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}

/** Generated fleets, which need no data: the promise at every level, and faults under the budget. */
export function measureFleets(): void {
  const figures = judgeFleets(say);
  const measures = fleetMeasures(figures);
  const tables = fleetTables(figures);
  printTables([acceptanceTable(measures), ...tables]);
  const command = "npm run bench -- fleets";
  keep({ name: "fleets", command, figures: [], tables, measures: byName(measures) });
  tellMissed(measures);
}

function tellMissed(measures: Measures): void {
  const missed = missedGates(measures).map(({ goal }) => goal.what);
  if (missed.length === 0) return;
  console.error(`gates missed: ${missed.join("; ")}`);
  process.exitCode = 1;
}

function byName(measures: Measures): Record<string, number> {
  return Object.fromEntries([...measures].map(([name, value]) => [name, short(value)]));
}

function say(step: string): void {
  console.error(step);
}

/** @throws where there is none, saying what to give. */
function dataFolder(given: string | undefined): string {
  const shared = process.env.FORESHOCK_SHARED;
  const folder = given ?? (shared === undefined ? undefined : join(shared, "data"));
  if (folder === undefined) {
    throw new Error(
      "the labelled data are not part of the repository: give --data DIR, a folder with one folder a data set (nab, smd, nezha, ...), or set FORESHOCK_SHARED",
    );
  }
  if (!existsSync(folder)) {
    throw new Error(`no folder ${resolve(folder)}: give --data the folder of the data sets`);
  }
  return folder;
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(",").map((name) => name.trim());
}

/** Six decimals are more than anything here is known to. */
function short(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
