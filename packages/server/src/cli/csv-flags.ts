import { type Command, InvalidArgumentError, Option } from "commander";
import {
  CSV_FORMATS,
  type CsvFormat,
  type CsvOptions,
  DECIMAL_MARKS,
  type DecimalMark,
} from "../files/read-options.ts";
import { TIME_UNITS, type TimeUnit } from "../files/time/epoch.ts";
import { zoneOf } from "../files/time/zone.ts";
import { names, wholeNumber } from "./terminal/flag-values.ts";

/** What a caller can say about a file. */
export interface CsvFlags {
  readonly time?: string;
  readonly timeUnit?: TimeUnit;
  readonly timeFormat?: string;
  readonly zone?: string;
  readonly decimal?: DecimalMark;
  readonly skip?: number;
  readonly value?: readonly string[];
  readonly by?: readonly string[];
  readonly counter?: readonly string[];
  readonly format?: CsvFormat;
  readonly cluster?: string;
  readonly node?: string;
}

/** The flags of every command that reads files. */
export function csvFlags(command: Command): Command {
  return command
    .option("--time <column>", "the time column, by name or number")
    .addOption(
      new Option(
        "--time-unit <unit>",
        "unit of its numbers; default: guessed from their size",
      ).choices(TIME_UNITS),
    )
    .option("--time-format <format>", "how times are written: excel, or dd/MM/yyyy HH:mm:ss a")
    .option("--zone <zone>", "zone of times that name none, such as Europe/Berlin", zoneName)
    .addOption(
      new Option("--decimal <mark>", "what stands before decimals: 12.5 or 12,5")
        .choices([...DECIMAL_MARKS, ".", ","])
        .argParser(decimalMark),
    )
    .option("--skip <lines>", "lines before the header", wholeNumber(0))
    .option("--value <columns>", "the value columns", names)
    .option(
      "--by <columns>",
      "columns that identify a series: cluster=COL,node=COL,metric=COL",
      names,
    )
    .option(
      "--counter <patterns>",
      "cumulative counters, such as *_total; default: told by their values; none = no metric",
      names,
    )
    .addOption(
      new Option("--format <format>", "default: recognised by the header").choices(CSV_FORMATS),
    )
    .option("--cluster <name>", "cluster name, if no column has it")
    .option("--node <name>", "node name, if no column has it (default: the file's name)");
}

export function csvOptions(flags: CsvFlags): CsvOptions {
  const { value, time, timeUnit, timeFormat, zone, decimal, skip } = flags;
  const { by, counter, format, cluster, node } = flags;
  const names = { values: value, by, counters: counter, format, cluster, node };
  return { time, timeUnit, timeFormat, zone, decimal, skip, ...names };
}

function zoneName(text: string): string {
  if (zoneOf(text) !== undefined) return text;
  throw new InvalidArgumentError("give a zone such as Europe/Berlin or America/New_York.");
}

function decimalMark(text: string): DecimalMark {
  if (text === "." || text === "point") return "point";
  if (text === "," || text === "comma") return "comma";
  throw new InvalidArgumentError("give point (12.5) or comma (12,5).");
}
