import { Unavailable } from "../platform/platform-errors.ts";

export interface ReadRoomParts {
  /** Long reads of all tenants at work at a time: what one may hold in memory is held so often. */
  readonly atWorkMax: number;
  /** The process is close to its memory maximum. */
  readonly isTight: () => boolean;
}

/**
 * The long reads of all tenants of a host: so many at a time, first come, first served. A tenant has at
 * most two of them here (`HeavyReads`), so nobody waits for more than two of each neighbour.
 */
export class ReadRoom {
  readonly #parts: ReadRoomParts;
  #atWork = 0;
  /** What waits, as a chain: taking the first costs the same however long it is. */
  #head: Waiting | undefined;
  #tail: Waiting | undefined;

  constructor(parts: ReadRoomParts) {
    this.#parts = parts;
  }

  static unbounded(): ReadRoom {
    return new ReadRoom({ atWorkMax: Number.POSITIVE_INFINITY, isTight: () => false });
  }

  /** @throws Unavailable where there is no memory for anything large. */
  demandMemory(): void {
    if (!this.#parts.isTight()) return;
    throw new Unavailable("memory/full", "the server has no memory left for a long read");
  }

  /** Does the work when it is its turn. @throws Unavailable where there is no memory then. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.demandMemory();
    if (this.#atWork < this.#parts.atWorkMax) this.#atWork++;
    else await this.#turn();
    try {
      this.demandMemory();
      return await work();
    } finally {
      this.#leave();
    }
  }

  #turn(): Promise<void> {
    return new Promise((begin) => {
      const last: Waiting = { begin, next: undefined };
      if (this.#tail === undefined) this.#head = last;
      else this.#tail.next = last;
      this.#tail = last;
    });
  }

  /** The place goes to the next one that waits. */
  #leave(): void {
    const next = this.#head;
    if (next === undefined) {
      this.#atWork--;
      return;
    }
    this.#head = next.next;
    if (next.next === undefined) this.#tail = undefined;
    next.begin();
  }
}

interface Waiting {
  readonly begin: () => void;
  next: Waiting | undefined;
}
