import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { Refusal } from "@foreshock/core/fold";
import { CsvError } from "../../files/csv-error.ts";
import { fileErrorText } from "../terminal/file-error.ts";
import type { CsvInput } from "../terminal/input.ts";
import { counted } from "../terminal/input.ts";
import { detectFile, type FileTask } from "./detect-file.ts";
import type { FileSummary } from "./summary.ts";

export interface WorkerTask {
  readonly path: string;
  readonly name: string;
  readonly task: FileTask;
}

/** A file and what to do with it. */
export interface PoolJob {
  readonly input: CsvInput;
  readonly task: FileTask;
}

/** Starting a thread costs about as much as scoring this many bytes of CSV. */
const THREADS_FROM_BYTES = 1_000_000;

/** A file that could not be read. */
export interface FileFailure {
  readonly problem: string;
  readonly hint: string | undefined;
}

/** What became of one file. */
export type FileOutcome = { readonly summary: FileSummary } | FileFailure;

/**
 * Works through files, on several threads where that pays, and says what became of each in the order
 * of the jobs. A file that cannot be read costs none of the others.
 *
 * @param advanced called with the number of bytes just read.
 */
export async function detectFiles(
  jobs: readonly PoolJob[],
  advanced: (bytes: number) => void,
): Promise<FileOutcome[]> {
  const bytes = jobs.reduce((sum, { input }) => sum + input.bytes, 0);
  const threads = Math.min(jobs.length, availableParallelism());
  if (threads > 1 && bytes >= THREADS_FROM_BYTES) return inThreads(jobs, threads, advanced);
  const outcomes: FileOutcome[] = [];
  for (const { input, task } of jobs) {
    const source = { name: input.name, bytes: counted(input.open(), advanced) };
    outcomes.push(await outcomeOf(() => detectFile(source, task)));
  }
  return outcomes;
}

async function inThreads(
  jobs: readonly PoolJob[],
  threads: number,
  advanced: (bytes: number) => void,
): Promise<FileOutcome[]> {
  const outcomes: FileOutcome[] = new Array(jobs.length);
  // The largest first, so that none of them is the last one running.
  const queue = jobs.map((_, i) => i).sort((a, b) => jobs[b]!.input.bytes - jobs[a]!.input.bytes);
  const workers = Array.from({ length: threads }, () => new Worker(workerUrl()));
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const { input, task } = jobs[next]!;
          outcomes[next] = await ask(worker, { path: input.path!, name: input.name, task });
          advanced(input.bytes);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return outcomes;
}

function workerUrl(): URL {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./worker.${ending}`, import.meta.url);
}

/** What a person can mend in the file becomes a failure of the file; all else goes on as it is. */
export async function outcomeOf(work: () => Promise<FileSummary>): Promise<FileOutcome> {
  try {
    return { summary: await work() };
  } catch (error) {
    const file = fileErrorText(error);
    if (file !== undefined) return { problem: file.message, hint: file.hint };
    const isOfFile = error instanceof CsvError || error instanceof Refusal;
    if (!isOfFile) throw error;
    return { problem: error.message, hint: undefined };
  }
}

function ask(worker: Worker, task: WorkerTask): Promise<FileOutcome> {
  return new Promise((resolve, reject) => {
    const settled = () => {
      worker.off("message", answered);
      worker.off("error", failed);
    };
    const answered = (outcome: FileOutcome) => {
      settled();
      resolve(outcome);
    };
    const failed = (error: unknown) => {
      settled();
      reject(error);
    };
    worker.on("message", answered);
    worker.on("error", failed);
    worker.postMessage(task);
  });
}
