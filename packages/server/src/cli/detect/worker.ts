import { createReadStream } from "node:fs";
import { parentPort } from "node:worker_threads";
import { fileErrorText } from "../terminal/file-error.ts";
import { detectFile } from "./detect-file.ts";
import type { WorkerReply, WorkerTask } from "./file-pool.ts";

/** One thread of the pool: a file in, its summary or its refusal out. */
parentPort?.on("message", ({ path, name, task }: WorkerTask) => {
  void replyOf(path, name, task).then((reply) => parentPort?.postMessage(reply));
});

async function replyOf(path: string, name: string, task: WorkerTask["task"]): Promise<WorkerReply> {
  try {
    return { summary: await detectFile({ name, bytes: createReadStream(path) }, task) };
  } catch (error) {
    const { message, hint } = fileErrorText(error) ?? {
      message: messageOf(error),
      hint: undefined,
    };
    return { problem: message, hint };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
