import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { CliError, EXIT } from "../terminal/exit-code.ts";
import type { CsvInput } from "../terminal/input.ts";
import { counted } from "../terminal/input.ts";
import { detectFile, type FileTask } from "./detect-file.ts";
import type { FileSummary } from "./summary.ts";

export interface WorkerTask {
  readonly path: string;
  readonly name: string;
  readonly task: FileTask;
}

export type WorkerReply =
  | { readonly summary: FileSummary }
  | { readonly problem: string; readonly hint: string | undefined };

/** A file and what to do with it. */
export interface PoolJob {
  readonly input: CsvInput;
  readonly task: FileTask;
}

/** Starting a thread costs about as much as scoring this many bytes of CSV. */
const THREADS_FROM_BYTES = 1_000_000;

/**
 * Works through files, on several threads where that pays, and gives the summaries in the order of
 * the jobs. The first file that cannot be read ends the whole run.
 *
 * @param advanced called with the number of bytes just read.
 */
export async function detectFiles(
  jobs: readonly PoolJob[],
  advanced: (bytes: number) => void,
): Promise<FileSummary[]> {
  const bytes = jobs.reduce((sum, { input }) => sum + input.bytes, 0);
  const threads = Math.min(jobs.length, availableParallelism());
  if (threads > 1 && bytes >= THREADS_FROM_BYTES) return inThreads(jobs, threads, advanced);
  const summaries: FileSummary[] = [];
  for (const { input, task } of jobs) {
    const source = { name: input.name, bytes: counted(input.open(), advanced) };
    summaries.push(await detectFile(source, task));
  }
  return summaries;
}

async function inThreads(
  jobs: readonly PoolJob[],
  threads: number,
  advanced: (bytes: number) => void,
): Promise<FileSummary[]> {
  const summaries: FileSummary[] = new Array(jobs.length);
  // The largest first, so that none of them is the last one running.
  const queue = jobs.map((_, i) => i).sort((a, b) => jobs[b]!.input.bytes - jobs[a]!.input.bytes);
  const workers = Array.from({ length: threads }, () => new Worker(workerUrl()));
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const { input, task } = jobs[next]!;
          summaries[next] = await ask(worker, { path: input.path!, name: input.name, task });
          advanced(input.bytes);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return summaries;
}

function workerUrl(): URL {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./worker.${ending}`, import.meta.url);
}

function ask(worker: Worker, task: WorkerTask): Promise<FileSummary> {
  return new Promise((resolve, reject) => {
    const settled = () => {
      worker.off("message", answered);
      worker.off("error", failed);
    };
    const answered = (reply: WorkerReply) => {
      settled();
      if ("summary" in reply) resolve(reply.summary);
      else reject(new CliError(reply.problem, EXIT.error, reply.hint));
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
