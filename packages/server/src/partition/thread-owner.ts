import { MessageChannel, Worker } from "node:worker_threads";
import { threadBytes } from "../memory/worker-memory.ts";
import { Heartbeat } from "../watch/heartbeat.ts";
import { endOfThread } from "../watch/lost-thread.ts";
import type { ClientMessage, LinkOwner } from "./owner-link.ts";
import type { PartitionOwnerOptions } from "./owner-options.ts";
import type { FromWorker } from "./protocol.ts";

/**
 * What a worker allocates is either columns, which are not on its heap, or stays for good: room for
 * short-lived objects beyond this only keeps more memory resident.
 */
const YOUNG_MB = 12;
/** The same file ending as this one: TypeScript in the repository, JavaScript in the package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

type Owned = "dataDir" | "scrubEveryMs" | "clientCount" | "historyBytesMax";

export interface OwnerThreadOptions extends Pick<PartitionOwnerOptions, Owned> {
  /** Of `LightWork`; without it nobody's work gives way to that of others. */
  readonly light?: SharedArrayBuffer;
  /** Long-lived objects of one owner, in MiB; columns are not among them. Without it, what Node gives. */
  readonly heapMbMax?: number;
}

/** Partition owners in worker threads, each with the files of its partitions under the data folder. */
export function threadOwners(
  options: OwnerThreadOptions,
  entry = new URL(`./worker.${ENDING}`, import.meta.url),
): LinkOwner {
  return (partitions, events) => {
    const heartbeat = Heartbeat.memory();
    const workerData: OwnerThreadData = {
      ...workerDataOf(options, partitions),
      heartbeat,
      light: options.light,
    };
    const worker = new Worker(entry, {
      name: `owner of ${partitions[0]!}`,
      workerData,
      env: {},
      resourceLimits: {
        maxYoungGenerationSizeMb: YOUNG_MB,
        ...(options.heapMbMax === undefined ? {} : { maxOldGenerationSizeMb: options.heapMbMax }),
      },
    });
    let asked = false;
    let failure: Error | undefined;
    worker.on("message", (message: FromWorker) => events.message(message));
    worker.on("error", (error: Error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      if (!asked) events.ended(endOfThread("a partition worker", failure, code));
    });
    return {
      heartbeat,
      memoryBytes: () => threadBytes(worker),
      post: (message, columns = []) => worker.postMessage(message, columns),
      connect: (client) => {
        const { port1, port2 } = new MessageChannel();
        const message: ClientMessage = { type: "client", client, port: port1 };
        worker.postMessage(message, [port1]);
        return port2;
      },
      end: async () => {
        asked = true;
        await worker.terminate();
      },
    };
  };
}

/** What an owner's thread is given when it is started. */
export interface OwnerThreadData extends PartitionOwnerOptions {
  readonly heartbeat: SharedArrayBuffer;
  readonly light: SharedArrayBuffer | undefined;
}

/** Only what can be cloned, and nothing that a worker need not know. */
function workerDataOf(
  { dataDir, scrubEveryMs, clientCount, historyBytesMax }: OwnerThreadOptions,
  partitions: readonly number[],
): PartitionOwnerOptions {
  return { dataDir, scrubEveryMs, clientCount, historyBytesMax, partitions };
}
