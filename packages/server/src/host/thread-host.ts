import { Worker } from "node:worker_threads";
import type { EpochMs } from "@foreshock/core/fold";
import { threadBytes } from "../memory/worker-memory.ts";
import { Heartbeat } from "../watch/heartbeat.ts";
import { endOfThread } from "../watch/lost-thread.ts";
import type { LinkHost } from "./host-link.ts";
import type { TenantHostOptions } from "./host-options.ts";
import type { FromHost } from "./protocol.ts";

/**
 * Columns are garbage as soon as they are folded, and go with the small objects that hold them. With more
 * room for those, columns pile up until they alone make the whole heap be searched, every two seconds.
 */
const YOUNG_MB = 12;
/** The same file ending as this one: TypeScript in the repository, JavaScript in the package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** What a host thread is given when it is started. */
export type HostThreadData = Omit<HostThreadOptions, "heapMbMax"> &
  Pick<TenantHostOptions, "client" | "life"> & {
    readonly nowMs: EpochMs;
    readonly heartbeat: SharedArrayBuffer;
  };

export interface HostThreadOptions
  extends Pick<
    TenantHostOptions,
    "clientCount" | "dataDir" | "partitionCount" | "ownerCount" | "memory"
  > {
  /** Of `LightWork`; without it nobody's work gives way to that of others. */
  readonly light?: SharedArrayBuffer;
  /** Long-lived objects of one host, in MiB; columns are not among them. Without it, what Node gives. */
  readonly heapMbMax?: number;
}

/** Hosts in worker threads, each with its file of folds under the data folder. */
export function threadHosts(
  { heapMbMax, ...options }: HostThreadOptions,
  now: () => EpochMs,
  entry = new URL(`./worker.${ENDING}`, import.meta.url),
): LinkHost {
  return (client, life, events) => {
    const heartbeat = Heartbeat.memory();
    const data: HostThreadData = { ...options, client, life, nowMs: now(), heartbeat };
    const worker = new Worker(entry, {
      name: `host ${client}`,
      workerData: data,
      env: {},
      resourceLimits: {
        maxYoungGenerationSizeMb: YOUNG_MB,
        ...(heapMbMax === undefined ? {} : { maxOldGenerationSizeMb: heapMbMax }),
      },
    });
    let asked = false;
    let failure: Error | undefined;
    worker.on("message", (message: FromHost) => events.message(message));
    worker.on("error", (error: Error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      if (!asked) events.ended(endOfThread("a host thread", failure, code));
    });
    return {
      heartbeat,
      memoryBytes: () => threadBytes(worker),
      post: (message, columns = []) => {
        const line = message.type === "owner" ? [message.line as never] : [];
        worker.postMessage(message, [...columns, ...line]);
      },
      end: async () => {
        asked = true;
        await worker.terminate();
      },
    };
  };
}
