import { createReadStream } from "node:fs";
import { parentPort } from "node:worker_threads";
import { detectFile } from "./detect-file.ts";
import type { FileOutcome, WorkerTask } from "./file-pool.ts";
import { outcomeOf } from "./file-pool.ts";

/** One thread of the pool: a file in, its summary or its refusal out. */
parentPort?.on("message", ({ path, name, task }: WorkerTask) => {
  const work = () => detectFile({ name, bytes: createReadStream(path) }, task);
  void outcomeOf(work)
    .catch(failureOf)
    .then((outcome) => parentPort?.postMessage(outcome));
});

function failureOf(error: unknown): FileOutcome {
  return { problem: error instanceof Error ? error.message : String(error), hint: undefined };
}
