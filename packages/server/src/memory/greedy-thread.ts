/** A thread whose memory can be looked at while it works. */
export interface WatchedThread {
  readonly name: string;
  /** Bytes of its heap and of columns beside it; rejects where it has ended. */
  readonly bytes: () => Promise<number>;
  /** What it may be expected to hold. */
  readonly bytesMax: () => number;
  /** Ends the thread alone; it will be started again. */
  readonly end: (error: Error) => void;
}

const MIB = 2 ** 20;

/**
 * Finds the thread that has taken far more than it can account for, while the process is short of memory,
 * and ends it: limits of the heap do not bound columns, and one runaway must not take all others with
 * it. Nobody is ended while there is room, and nobody who is within what is expected of it.
 */
export class GreedyThread {
  readonly #threads: () => readonly WatchedThread[];
  /** A thread that does not answer is not asked again meanwhile. */
  #isLooking = false;

  constructor(threads: () => readonly WatchedThread[]) {
    this.#threads = threads;
  }

  /** Ends at most one thread. @returns its name. */
  async look(): Promise<string | undefined> {
    if (this.#isLooking) return undefined;
    this.#isLooking = true;
    try {
      const sizes = await Promise.all(this.#threads().map(overrun));
      let worst: Overrun | undefined;
      for (const one of sizes) if (one.over > (worst?.over ?? 0)) worst = one;
      if (worst === undefined) return undefined;
      const { thread, bytes } = worst;
      const [held, most] = [bytes, thread.bytesMax()].map((size) => Math.round(size / MIB));
      thread.end(new Error(`took ${held} MiB of memory, ${most} MiB were its part`));
      return thread.name;
    } finally {
      this.#isLooking = false;
    }
  }
}

interface Overrun {
  readonly thread: WatchedThread;
  readonly bytes: number;
  readonly over: number;
}

async function overrun(thread: WatchedThread): Promise<Overrun> {
  const bytes = await thread.bytes().catch(() => 0);
  return { thread, bytes, over: bytes - thread.bytesMax() };
}
