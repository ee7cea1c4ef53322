import { Unavailable } from "../platform/platform-errors.ts";

/** A read of at most so many cells (half a second of work) is short: it holds some MiB. */
export const SHORT_CELLS_MAX = 25_000_000;
/** Short ones at work at a time. */
const SHORT_AT_WORK_MAX = 2;

export interface ReadRoomParts {
  /** Long reads of all tenants at work at a time: what one may hold in memory is held so often. */
  readonly atWorkMax: number;
  /** The process is close to its memory maximum. */
  readonly isTight: () => boolean;
}

/**
 * The long reads of all tenants of a host: so many at a time, first come, first served. A tenant has at
 * most two of them here (`HeavyReads`), so nobody waits for more than two of each neighbour. Shorter ones
 * have places of their own, so that half a second of work never waits for minutes of a neighbour's.
 */
export class ReadRoom {
  readonly #parts: ReadRoomParts;
  readonly #long: Places;
  readonly #short = new Places(SHORT_AT_WORK_MAX);

  constructor(parts: ReadRoomParts) {
    this.#parts = parts;
    this.#long = new Places(parts.atWorkMax);
  }

  static unbounded(): ReadRoom {
    return new ReadRoom({ atWorkMax: Number.POSITIVE_INFINITY, isTight: () => false });
  }

  /** @throws Unavailable where there is no memory for anything large. */
  demandMemory(): void {
    if (!this.#parts.isTight()) return;
    throw new Unavailable("memory/full", "the server has no memory left for a long read");
  }

  /**
   * Does the work when it is its turn. @throws Unavailable where there is no memory then.
   *
   * @param cells that it will spend.
   */
  async run<Result>(cells: number, work: () => Promise<Result>): Promise<Result> {
    this.demandMemory();
    const places = cells <= SHORT_CELLS_MAX ? this.#short : this.#long;
    const turn = places.enter();
    if (turn !== undefined) await turn;
    try {
      this.demandMemory();
      return await work();
    } finally {
      places.leave();
    }
  }
}

/** So many at a time, the others in their order. */
class Places {
  readonly #atWorkMax: number;
  #atWork = 0;
  /** What waits, as a chain: taking the first costs the same however long it is. */
  #head: Waiting | undefined;
  #tail: Waiting | undefined;

  constructor(atWorkMax: number) {
    this.#atWorkMax = atWorkMax;
  }

  /** Undefined where there is room now; else a promise that resolves when there is. */
  enter(): Promise<void> | undefined {
    if (this.#atWork >= this.#atWorkMax) return this.#turn();
    this.#atWork++;
    return undefined;
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
  leave(): void {
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
