import { Worker } from "node:worker_threads";
import type {
  Answers,
  AppendPart,
  FromWorker,
  Question,
  ScoredMessage,
} from "../partition/protocol.ts";

export interface PoolOptions {
  readonly dataDir: string;
  readonly partitionCount: number;
  readonly workerCount: number;
}

export interface PoolEvents {
  scored(message: ScoredMessage): void;
  /** A worker died: its partitions are no longer served. The process must restart. */
  died(error: Error): void;
}

/**
 * What a worker allocates is either columns, which are outside of the heap, or lives as long as the
 * worker: a larger young generation only keeps more memory resident.
 */
const YOUNG_MB = 12;

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** The store could not take it now; the caller should try again later. Nothing was acknowledged. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** The main thread's end of the partition owners: one persistent thread each, no per-series tasks. */
export class WorkerPool {
  readonly #workers: Worker[];
  readonly #events: PoolEvents;
  readonly #appends = new Map<number, Waiting>();
  readonly #asks = new Map<number, Waiting>();
  #nextTicket = 1;
  #nextId = 1;
  #closing = false;

  constructor(options: PoolOptions, events: PoolEvents) {
    this.#events = events;
    this.#workers = Array.from({ length: options.workerCount }, (_, index) => {
      const partitions = range(options.partitionCount).filter(
        (p) => p % options.workerCount === index,
      );
      const worker = new Worker(new URL("../partition/worker.ts", import.meta.url), {
        workerData: { dataDir: options.dataDir, partitions },
        env: {},
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      });
      worker.on("message", (message: FromWorker) => this.#hear(message));
      worker.on("error", (error: Error) => this.#fail(error));
      worker.on("exit", (code) => this.#fail(new Error(`a partition worker ended with ${code}`)));
      return worker;
    });
  }

  get workerCount(): number {
    return this.#workers.length;
  }

  /** Resolves when the points are durable. `onTicket` is called before anything is sent. */
  append(
    worker: number,
    parts: readonly AppendPart[],
    onTicket: (ticket: number) => void,
  ): Promise<void> {
    const ticket = this.#nextTicket++;
    onTicket(ticket);
    return new Promise<never>((resolve, reject) => {
      this.#appends.set(ticket, { resolve, reject });
      const columns = parts[0]!.times.buffer as ArrayBuffer;
      this.#workers[worker]!.postMessage({ type: "append", ticket, parts }, [columns]);
    });
  }

  /** Asks the owner of a partition. */
  ask<Q extends Question>(partition: number, question: Q): Promise<Answers[Q["what"]]> {
    return this.#askWorker(this.#of(partition), question);
  }

  /** Asks every worker; answers in worker order. */
  askAll<Q extends Question>(question: Q): Promise<Answers[Q["what"]][]> {
    return Promise.all(this.#workers.map((worker) => this.#askWorker(worker, question)));
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    await this.askAll({ what: "close" });
    this.#closing = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #of(partition: number): Worker {
    return this.#workers[partition % this.#workers.length]!;
  }

  #askWorker<Q extends Question>(worker: Worker, question: Q): Promise<Answers[Q["what"]]> {
    const id = this.#nextId++;
    return new Promise<never>((resolve, reject) => {
      this.#asks.set(id, { resolve, reject });
      worker.postMessage({ type: "ask", id, question });
    });
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "scored":
        this.#events.scored(message);
        return;
      case "durable":
        take(this.#appends, message.ticket)?.resolve(undefined as never);
        return;
      case "failed":
        take(this.#appends, message.ticket)?.reject(new Unavailable(message.message));
        return;
      case "answer":
        take(this.#asks, message.id)?.resolve(message.value as never);
        return;
      case "refused":
        take(this.#asks, message.id)?.reject(new Error(message.message));
        return;
    }
  }

  #fail(error: Error): void {
    if (this.#closing) return;
    this.#closing = true;
    for (const waiting of [...this.#appends.values(), ...this.#asks.values()]) {
      waiting.reject(new Unavailable(error.message));
    }
    this.#events.died(error);
  }
}

function take(waiting: Map<number, Waiting>, id: number): Waiting | undefined {
  const found = waiting.get(id);
  waiting.delete(id);
  return found;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
