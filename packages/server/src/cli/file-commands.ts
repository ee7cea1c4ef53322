import { DEFAULT_ENGINE_NAME } from "@foreshock/core/fold";
import { type Command, Option } from "commander";
import { CSV_FORMATS, type CsvFormat, type CsvOptions } from "../ingest/csv-layout.ts";
import { TIME_UNITS, type TimeUnit } from "../ingest/csv-time.ts";
import { type CalibrationFlags, calibration } from "./calibration/calibration.ts";
import { type DetectFlags, detect } from "./detect/detect.ts";
import { listEngines } from "./detect/engine-list.ts";
import { importFiles } from "./import/import.ts";
import { type RankFlags, rank } from "./rank/rank.ts";
import type { Shell } from "./shell.ts";
import { instant, names, positive, score, since, wholeNumber } from "./terminal/flag-values.ts";

interface CsvFlags {
  readonly time?: string;
  readonly timeUnit?: TimeUnit;
  readonly value?: readonly string[];
  readonly by?: readonly string[];
  readonly format?: CsvFormat;
  readonly cluster?: string;
  readonly node?: string;
}

/** Times as typed: numbers are in the unit of the file's time column. */
type RankTexts = Omit<RankFlags, "from" | "to"> & { readonly from: string; readonly to: string };

/** Commands that read CSV files; `detect` and `rank` need no server. */
export function addFileCommands(program: Command, shell: Shell): void {
  addDetect(program, shell);
  addEngines(program, shell);
  addRank(program, shell);
  addCalibration(program, shell);
  addImport(program, shell);
}

function addDetect(program: Command, { run }: Shell): void {
  csvFlags(program.command("detect").description("what is odd in CSV files; no server needed"))
    .argument("<file|folder|->", "CSV, plain or gzipped; a folder is read whole, - is stdin")
    .option("--engine <name>", "detection engine, see `foreshock engines`", DEFAULT_ENGINE_NAME)
    .option(
      "--threshold <score>",
      "what counts as odd: 0.5 once a day, 0.9 once a month",
      score,
      0.5,
    )
    .option("-n, --count <count>", "rows of the table", wholeNumber(1), 20)
    .addOption(new Option("--level <level>", "what the table ranks").choices(["node", "metric"]))
    .option("--scores <out>", "write the score of every point: a file, a folder for a folder")
    .option("--exit-code", "end with 3 when something was found", false)
    .option("--ndjson", "one JSON line per anomaly", false)
    .addHelpText("after", DETECT_HELP)
    .action((path: string, flags: DetectFlags & CsvFlags, command: Command) =>
      run(command, (context) => detect(context, path, { ...flags, csv: csvOptions(flags) })),
    );
}

function addEngines(program: Command, { run }: Shell): void {
  program
    .command("engines")
    .description("which engines detect can run here, and why not the others")
    .addHelpText("after", "\nExample:\n  foreshock engines --json")
    .action((_flags: unknown, command: Command) => run(command, listEngines));
}

function addRank(program: Command, { run }: Shell): void {
  csvFlags(
    program
      .command("rank")
      .description("who misbehaves most in a time range, judged by what came before it"),
  )
    .argument("<file|->", "CSV with cluster, node, metric, timestamp and value")
    .requiredOption("--from <time>", "start of the range")
    .requiredOption("--to <time>", "end of the range, exclusive")
    .addOption(
      new Option("--level <level>", "what to rank").choices(["node", "metric"]).default("node"),
    )
    .option("--graph <file>", "who calls whom: CSV with caller and callee")
    .option("-n, --count <count>", "rows of the table; JSON has all", wholeNumber(1), 20)
    .addHelpText("after", RANK_HELP)
    .action((path: string, flags: RankTexts & CsvFlags, command: Command) =>
      run(command, (context) => {
        const from = instant("--from", flags.from, flags.timeUnit);
        const to = instant("--to", flags.to, flags.timeUnit);
        return rank(context, path, { ...flags, from, to, csv: csvOptions(flags) });
      }),
    );
}

function addCalibration(program: Command, { run }: Shell): void {
  csvFlags(
    program
      .command("calibration")
      .description("promised against realised alarms: on a generated fleet, on files, on a server"),
  )
    .argument("[file|folder|-]", "CSV; default: a generated healthy fleet")
    .option("--live", "the tenant's own history on a running server", false)
    .option("--since <time>", "of --live: 30d, an instant", since, "now-30d")
    .option("--nodes <count>", "of the generated fleet", wholeNumber(4), 20)
    .option("--days <count>", "of the generated fleet", wholeNumber(4), 28)
    .option("--minutes <length>", "sampling interval of the generated fleet", positive, 5)
    .option("--seed <text>", "seed of the generated fleet", "1")
    .addHelpText("after", CALIBRATION_HELP)
    .action((path: string | undefined, flags: CalibrationFlags & CsvFlags, command: Command) =>
      run(command, (context) => calibration(context, path, { ...flags, csv: csvOptions(flags) })),
    );
}

function addImport(program: Command, { run }: Shell): void {
  csvFlags(program.command("import").description("send CSV files to a running server"))
    .argument("<files...>", "CSV, plain or gzipped; - is stdin")
    .addHelpText("after", "\nExample:\n  foreshock import fleet.csv.gz --key fsk_ing_...")
    .action((files: string[], flags: CsvFlags, command: Command) =>
      run(command, (context) => importFiles(context, files, csvOptions(flags))),
    );
}

function csvFlags(command: Command): Command {
  return command
    .option("--time <column>", "the time column")
    .addOption(
      new Option(
        "--time-unit <unit>",
        "unit of its numbers; default: guessed from their size",
      ).choices(TIME_UNITS),
    )
    .option("--value <columns>", "the value columns", names)
    .option(
      "--by <columns>",
      "columns that identify a series: cluster=COL,node=COL,metric=COL",
      names,
    )
    .addOption(
      new Option("--format <format>", "default: recognised by the header").choices(CSV_FORMATS),
    )
    .option("--cluster <name>", "cluster name, if no column has it")
    .option("--node <name>", "node name, if no column has it (default: the file's name)");
}

function csvOptions({ value, time, timeUnit, by, format, cluster, node }: CsvFlags): CsvOptions {
  return { values: value, time, timeUnit, by, format, cluster, node };
}

const DETECT_HELP = `
File layouts, recognised by the header:
  narrow   timestamp,value
  wide     timestamp,cpu,memory,...                 one node; its name is the file's
  long     cluster,node,metric,timestamp,value      any of these columns

Times: epoch seconds or milliseconds (numbers from 1e11 on), RFC 3339, YYYY-MM-DD HH:MM:SS in UTC.
Missing values: empty, NaN, null.

Score file: timestamp,cluster,node,metric,score,expected,lower,upper,label. Rows with an empty metric
are the node's own score, rows with an empty node the cluster's. A point's row never depends on
later points, except with --engine batch, which looks ahead.

Examples:
  foreshock detect cpu.csv
  foreshock detect fleet/ --scores out/
  zcat fleet.csv.gz | foreshock detect - --json
  foreshock detect data.csv --time when --value load --by node=host --threshold 0.9 --exit-code`;

const CALIBRATION_HELP = `
A score of 0.5 promises about one alarm a day, 0.9 one in 30 days, for healthy metrics, nodes,
clusters and tenants alike. 1.0x means the promise was kept; real incidents in your own data count too.

Examples:
  foreshock calibration
  foreshock calibration --minutes 1 --nodes 8 --json
  foreshock calibration fleet/
  foreshock calibration --live --since 7d --key fsk_...`;

const RANK_HELP = `
Examples:
  foreshock rank fleet.csv --from 2026-07-01T14:00:00Z --to 2026-07-01T14:20:00Z
  foreshock rank fleet.csv --from 1782914400000 --to 1782915600000 --level metric --json
  foreshock rank fleet.csv --from ... --to ... --graph calls.csv`;
