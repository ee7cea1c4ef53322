import { DEFAULT_ENGINE_NAME } from "@foreshock/core/fold";
import { type Command, Option } from "commander";
import { type CalibrationFlags, calibration } from "./calibration/calibration.ts";
import { type CsvFlags, csvFlags, csvOptions } from "./csv-flags.ts";
import { type DetectFlags, detect } from "./detect/detect.ts";
import { listEngines } from "./detect/engine-list.ts";
import { explainInputs } from "./explain/explain-input.ts";
import { importFiles } from "./import/import.ts";
import { type RankFlags, rank } from "./rank/rank.ts";
import type { Shell } from "./shell.ts";
import { CliError, EXIT } from "./terminal/exit-code.ts";
import { instant, positive, score, since, wholeNumber } from "./terminal/flag-values.ts";
import { csvInput } from "./terminal/input.ts";

/** Times as typed: numbers are in the unit of the file's time column. */
type RankTexts = Omit<RankFlags, "from" | "to"> & {
  readonly from?: string;
  readonly to?: string;
  readonly explainInput: boolean;
};

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
    .option(...EXPLAIN, false)
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
    .option("--from <time>", "start of the range")
    .option("--to <time>", "end of the range, exclusive")
    .addOption(
      new Option("--level <level>", "what to rank").choices(["node", "metric"]).default("node"),
    )
    .option("--graph <file>", "who calls whom: CSV with caller and callee")
    .option("-n, --count <count>", "rows of the table; JSON has all", wholeNumber(1), 20)
    .option(...EXPLAIN, false)
    .addHelpText("after", RANK_HELP)
    .action((path: string, flags: RankTexts & CsvFlags, command: Command) =>
      run(command, (context) => {
        const csv = csvOptions(flags);
        if (flags.explainInput) return explainInputs(context, [csvInput(path, context.io)], csv);
        const from = instant("--from", needed("--from", flags.from), csv);
        const to = instant("--to", needed("--to", flags.to), csv);
        return rank(context, path, { ...flags, from, to, csv });
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
    .option(...EXPLAIN, false)
    .addHelpText("after", "\nExample:\n  foreshock import fleet.csv.gz --key fsk_ing_...")
    .action((files: string[], flags: CsvFlags & Explained, command: Command) =>
      run(command, (context) => {
        const csv = csvOptions(flags);
        if (!flags.explainInput) return importFiles(context, files, csv);
        const inputs = files.map((file) => csvInput(file, context.io));
        return explainInputs(context, inputs, { ...csv, realTimesOnly: true });
      }),
    );
}

/** A flag without which a command cannot do its work, though it can explain its input. */
function needed(flag: string, text: string | undefined): string {
  if (text !== undefined) return text;
  throw new CliError(`${flag} is missing`, EXIT.usage, "give the range with --from and --to");
}

interface Explained {
  readonly explainInput: boolean;
}

const EXPLAIN = ["--explain-input", "only say how every column is read"] as const;

const DETECT_HELP = `
File layouts, recognised by the header:
  narrow   timestamp,value
  wide     timestamp,cpu,memory,...                 one node; its name is the file's
  long     cluster,node,metric,timestamp,value      any of these columns

Exports of Grafana, InfluxDB, Kibana, CloudWatch, Datadog, sadf, Prometheus and pandas are read as they
are (docs/files.md has the list); --explain-input says how. What a file cannot tell is a flag.

Times: epoch seconds to nanoseconds, dates of many forms, UTC where no zone is named (--zone).
Missing values: empty, NaN, null, N/A. Cumulative counters are judged as rates (--counter).

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
