import { Worker } from "node:worker_threads";
import { threadBytes } from "../memory/worker-memory.ts";
import type { LinkDecoder } from "./decoder-link.ts";
import type { FromDecoder } from "./protocol.ts";

export interface ThreadDecoderOptions {
  /** Long-lived objects of one decoder. Columns and bodies are not on its heap: decoders count them. */
  readonly heapMbMax?: number;
  /** Bytes of label sets that one decoder remembers, of all tenants. */
  readonly cacheBytesMax?: number;
  /** What runs in the thread; for tests that plant faults. */
  readonly entry?: URL;
}

const HEAP_MB_MAX = 256;
const CACHE_BYTES_MAX = 64 * 1024 * 1024;
/** Texts of one piece of a body live this long; more only keeps more memory resident. */
const YOUNG_MB = 16;
/** The same file ending as this one: TypeScript in the repository, JavaScript in the package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** Decoders in worker threads, which see neither files nor the environment of the process. */
export function threadDecoders({
  heapMbMax = HEAP_MB_MAX,
  cacheBytesMax = CACHE_BYTES_MAX,
  entry = new URL(`./worker.${ENDING}`, import.meta.url),
}: ThreadDecoderOptions = {}): LinkDecoder {
  return (events) => {
    const worker = new Worker(entry, {
      name: "decoder",
      workerData: { cacheBytesMax },
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let asked = false;
    let failure: Error | undefined;
    worker.on("message", (message: FromDecoder) => events.message(message));
    worker.on("error", (error: Error) => {
      failure = error;
    });
    worker.on("exit", (code) => {
      if (!asked) events.ended(failure ?? new Error(`a decoder ended with ${code}`));
    });
    return {
      memoryBytes: () => threadBytes(worker),
      post: (message, columns = []) => worker.postMessage(message, columns),
      end: async () => {
        asked = true;
        await worker.terminate();
      },
    };
  };
}
