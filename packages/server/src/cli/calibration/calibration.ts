import {
  type CalibrationReport,
  CHECKED_PROMISES_DAYS,
  type KindReport,
  type PromiseRow,
} from "@foreshock/core/fold";
import type { CsvOptions } from "../../files/read-options.ts";
import { connect } from "../terminal/connection.ts";
import { type Context, printJson, say } from "../terminal/context.ts";
import { CliError, EXIT, type ExitCode } from "../terminal/exit-code.ts";
import { type TableColumn, tableText } from "../terminal/table.ts";
import { calibrateFiles } from "./calibrate-files.ts";
import { type FleetFlags, generatedCalibration } from "./generated-calibration.ts";

export interface CalibrationFlags extends FleetFlags {
  readonly live: boolean;
  /** Of --live: how far back to look; anything the API takes. */
  readonly since: string;
  readonly csv: CsvOptions;
}

/** A report, and by kind of metric where the metrics were generated. */
export interface CalibrationAnswer {
  readonly source: string;
  readonly levels: readonly {
    readonly level: string;
    readonly entities: number;
    readonly watchedDays: number;
    readonly rows: readonly ShownRow[];
  }[];
  readonly findings: readonly ShownRow[];
  readonly kinds?: readonly KindReport[];
}

/** A ratio is null where nothing was promised. */
export type ShownRow = Pick<PromiseRow, "onceInDays" | "promised" | "realised"> & {
  readonly ratio: number | null;
  readonly ratioLow: number | null;
  readonly ratioHigh: number | null;
};

/** `foreshock calibration [FILE|DIR]`: were the promises kept? */
export async function calibration(
  context: Context,
  path: string | undefined,
  flags: CalibrationFlags,
): Promise<ExitCode> {
  const answer = await answerOf(context, path, flags);
  if (context.flags.json === true) printJson(context, answer);
  else show(context, answer);
  return EXIT.ok;
}

async function answerOf(
  context: Context,
  path: string | undefined,
  flags: CalibrationFlags,
): Promise<CalibrationAnswer> {
  if (flags.live) {
    if (path !== undefined) {
      throw new CliError(
        "--live reads a server, not a file",
        EXIT.usage,
        `leave out ${path} or --live`,
      );
    }
    const client = connect(context.flags, context.io);
    const query = { from: flags.since, to: "now" };
    const reply = await client.calibration(query, { signal: context.io.signal });
    const { from, to, levels, findings } = reply;
    return { source: `the tenant's own history, ${from} to ${to}`, levels, findings };
  }
  if (path === undefined) {
    const { report, kinds, source } = generatedCalibration(flags);
    return answerFrom(source, report, kinds);
  }
  return answerFrom(path, await calibrateFiles(context, path, flags.csv));
}

function answerFrom(
  source: string,
  { levels, findings }: CalibrationReport,
  kinds?: readonly KindReport[],
): CalibrationAnswer {
  return { source, levels, findings, ...(kinds && { kinds }) };
}

interface Line {
  readonly what: string;
  readonly entities: string;
  readonly days: string;
  readonly rows: readonly ShownRow[];
}

function show(context: Context, answer: CalibrationAnswer): void {
  const lines: Line[] = answer.levels.map(({ level, entities, watchedDays, rows }) => ({
    what: level,
    entities: String(entities),
    days: watchedDays.toFixed(0),
    rows,
  }));
  for (const { kind, rows } of answer.kinds ?? []) {
    lines.push({ what: `metric ${kind}`, entities: "", days: "", rows });
  }
  context.io.out(tableText(COLUMNS, lines, context.io, context.colors));
  for (const row of answer.findings) {
    const promised = row.promised.toFixed(1);
    context.io.out(
      `findings at one in ${row.onceInDays} days: ${row.realised} of ${promised} promised\n`,
    );
  }
  say(context, `${answer.source}; realised (of promised) alarms, a run of steps counts once`);
}

const COLUMNS: readonly TableColumn<Line>[] = [
  { title: "LEVEL", text: ({ what }) => what, paint: (text, _, colors) => colors.bold(text) },
  { title: "ENTITIES", right: true, text: ({ entities }) => entities },
  { title: "DAYS", right: true, text: ({ days }) => days },
  ...CHECKED_PROMISES_DAYS.map((days) => ({
    title: `ONCE IN ${days} D`,
    right: true,
    text: ({ rows }: Line) => rowText(rows.find(({ onceInDays }) => onceInDays === days)),
  })),
];

function rowText(row: ShownRow | undefined): string {
  if (row === undefined) return "";
  const ratio = row.ratio === null || Number.isNaN(row.ratio) ? "-" : row.ratio.toFixed(2);
  return `${ratio}x (${row.realised}/${row.promised.toFixed(1)})`;
}
