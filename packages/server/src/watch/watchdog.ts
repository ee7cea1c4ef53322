import { Worker } from "node:worker_threads";
import { BEAT_EVERY_MS, Heartbeat } from "./heartbeat.ts";
import type { StallMessage, ToWatch, WatchThreadData } from "./protocol.ts";
import { STALL_LIMITS, type Stall, type StallLimits } from "./stall-clock.ts";

/** The same file ending as this one: TypeScript in the repository, JavaScript in the package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";
const MAIN_STUCK_MS = 60_000;

/** Watches threads by their heartbeats. */
export interface Watch {
  /** Calls back when the thread stands still, and again when it is stuck; gives what ends the watch. */
  watch(heartbeat: SharedArrayBuffer, stalled: (stall: Stall) => void): () => void;
}

/**
 * A thread that only watches heartbeats, so that neither a lost worker nor a busy main thread keeps it
 * from seeing. Whoever is stuck is ended by the main thread; a main thread that is stuck itself ends
 * the process.
 */
export class Watchdog implements Watch {
  readonly #worker: Worker;
  readonly #watched = new Map<number, (stall: Stall) => void>();
  readonly #beating: NodeJS.Timeout;
  #nextId = 1;

  constructor(limits: StallLimits = STALL_LIMITS, mainStuckMs = MAIN_STUCK_MS) {
    const main = Heartbeat.memory();
    const heartbeat = new Heartbeat(main);
    this.#beating = setInterval(() => heartbeat.beat(), BEAT_EVERY_MS);
    this.#beating.unref();
    const workerData: WatchThreadData = { limits, main, mainStuckMs };
    this.#worker = new Worker(new URL(`./worker.${ENDING}`, import.meta.url), {
      name: "watchdog",
      workerData,
      env: {},
    });
    this.#worker.unref();
    this.#worker.on("message", ({ id, stall }: StallMessage) => this.#watched.get(id)?.(stall));
  }

  watch(memory: SharedArrayBuffer, stalled: (stall: Stall) => void): () => void {
    const id = this.#nextId++;
    this.#watched.set(id, stalled);
    this.#post({ type: "watch", id, memory });
    return () => {
      this.#watched.delete(id);
      this.#post({ type: "forget", id });
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#beating);
    await this.#worker.terminate();
  }

  #post(message: ToWatch): void {
    this.#worker.postMessage(message);
  }
}
