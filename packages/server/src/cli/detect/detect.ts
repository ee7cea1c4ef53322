import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { CsvOptions } from "../../files/read-options.ts";
import { explainInputs } from "../explain/explain-input.ts";
import { type Context, printJson, printJsonLine, say } from "../terminal/context.ts";
import { CliError, EXIT, type ExitCode, errorText } from "../terminal/exit-code.ts";
import { type CsvInput, csvInput, folderInputs, isFolder } from "../terminal/input.ts";
import { Progress } from "../terminal/progress.ts";
import type { FileTask } from "./detect-file.ts";
import { engineByName } from "./engines.ts";
import { detectFiles, type FileFailure, type PoolJob } from "./file-pool.ts";
import { report, reportJson, reportOf } from "./report.ts";

export interface DetectFlags {
  readonly engine: string;
  readonly threshold: number;
  readonly count: number;
  /** What the table ranks; left out: nodes where one has several metrics. */
  readonly level?: "node" | "metric" | undefined;
  readonly scores?: string | undefined;
  readonly exitCode: boolean;
  readonly ndjson: boolean;
  readonly explainInput: boolean;
}

const MEGABYTE = 1e6;

/** `foreshock detect FILE|DIR|-`: what is odd in CSV files. No server. */
export async function detect(
  context: Context,
  path: string,
  flags: DetectFlags & { readonly csv: CsvOptions },
): Promise<ExitCode> {
  engineByName(flags.engine);
  const folder = isFolder(path);
  const inputs = folder ? folderInputs(path) : [csvInput(path, context.io)];
  if (flags.explainInput) return explainInputs(context, inputs, flags.csv);
  const wantsOpenings = context.flags.json === true && !flags.ndjson;
  const jobs = inputs.map((input) => jobOf(input, folder, { ...flags, wantsOpenings }));
  const total = inputs.reduce((sum, { bytes }) => sum + bytes, 0) / MEGABYTE;
  const { quiet } = context.flags;
  const progress = new Progress(context.io, { title: "detect", unit: "MB", total, quiet });
  const beganMs = context.io.now();
  let outcomes: Awaited<ReturnType<typeof detectFiles>>;
  try {
    outcomes = await detectFiles(jobs, (bytes) => progress.add(bytes / MEGABYTE));
  } finally {
    progress.end();
  }
  const summaries = outcomes.flatMap((one) => ("summary" in one ? [one.summary] : []));
  const failures = outcomes.flatMap((one) => ("summary" in one ? [] : [one]));
  const tell = (failure: FileFailure) => context.io.err(`${errorText(failureError(failure))}\n`);
  if (summaries.length === 0) {
    failures.slice(1).forEach(tell);
    throw failureError(failures[0]!);
  }
  for (const { file, remarks = [] } of summaries) {
    for (const remark of remarks) say(context, `${file}: ${remark}`);
  }
  const found = reportOf(summaries, flags, context.io.now() - beganMs);
  if (flags.ndjson) for (const row of reportJson(found).data) printJsonLine(context, row);
  else if (context.flags.json === true) printJson(context, reportJson(found));
  else report(context, found);
  failures.forEach(tell);
  if (failures.length > 0) {
    say(context, `${failures.length} of ${jobs.length} files could not be read`);
    return EXIT.error;
  }
  return flags.exitCode && found.metricCount + found.nodeCount > 0 ? EXIT.found : EXIT.ok;
}

function failureError({ problem, hint }: FileFailure): CliError {
  return new CliError(problem, EXIT.error, hint);
}

function jobOf(
  input: CsvInput,
  folder: boolean,
  flags: DetectFlags & Pick<FileTask, "csv" | "wantsOpenings">,
): PoolJob {
  const { csv, engine, threshold, count, scores, wantsOpenings } = flags;
  const scoresPath = scores === undefined ? undefined : outPath(input, folder, scores);
  const named = { ...csv, node: csv.node ?? input.stem };
  return { input, task: { csv: named, engine, threshold, count, wantsOpenings, scoresPath } };
}

/** A folder gets a folder with the same names; a file gets a file, or its name inside a folder. */
function outPath(input: CsvInput, folder: boolean, scores: string): string {
  const there = statSync(scores, { throwIfNoEntry: false });
  if (folder && there?.isDirectory() === false) {
    throw new CliError(
      `${scores} is no folder`,
      EXIT.usage,
      "the scores of a folder go to a folder, a file for each",
    );
  }
  const intoFolder = folder || there?.isDirectory() === true;
  const path = intoFolder ? join(scores, input.inside) : scores;
  if (input.path !== undefined && isSameFile(path, input.path)) {
    throw new CliError(
      `--scores would overwrite ${basename(input.path)} itself`,
      EXIT.usage,
      "name another file or folder",
    );
  }
  return path;
}

/** By whatever name, through links too. */
function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (one === undefined || other === undefined) return resolve(a) === resolve(b);
  return one.dev === other.dev && one.ino === other.ino;
}
