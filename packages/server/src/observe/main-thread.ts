import { monitorEventLoopDelay } from "node:perf_hooks";

/** How often the thread is asked to show that it runs; a shorter block cannot be told from none. */
const BEAT_MS = 5;

/** The longest times for which this thread answered nothing. */
export interface LongestBlocks {
  /** Since the last call of `read`, in seconds. */
  readonly lately: number;
  readonly sinceStart: number;
}

/** Measures how long this thread is kept from its events. Cost: a timer of the runtime, no JavaScript. */
export class MainThreadWatch {
  readonly #delays = monitorEventLoopDelay({ resolution: BEAT_MS });
  #sinceStart = 0;

  constructor() {
    this.#delays.enable();
  }

  read(): LongestBlocks {
    const { max, count } = this.#delays;
    this.#delays.reset();
    const lately = count === 0 ? 0 : Math.max(0, max / 1e9 - BEAT_MS / 1000);
    this.#sinceStart = Math.max(this.#sinceStart, lately);
    return { lately, sinceStart: this.#sinceStart };
  }

  stop(): void {
    this.#delays.disable();
  }
}
