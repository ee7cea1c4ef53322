import type { Pace } from "../platform/pace.ts";
import { TooManyReads } from "../platform/platform-errors.ts";
import { UNIT_CELLS } from "./read-cost.ts";
import { ReadRoom } from "./read-room.ts";

/** Long reads of one tenant at work at a time. What a read may hold in memory is held so often. */
const AT_WORK_MAX = 2;
/** Long reads that wait for one of them to end: a page of the dashboard asks for some at once. */
const WAITING_MAX = 32;

/**
 * The allowance of one tenant: reads that take more than a unit are done two at a time, first come, first
 * served; the others wait, and beyond 32 that wait are refused. Shorter reads pass by.
 */
export class HeavyReads {
  readonly #room: ReadRoom;
  #atWork = 0;
  #waiting = 0;
  /** What waits, as a chain: taking the first costs the same however long it is. */
  #head: Waiting | undefined;
  #tail: Waiting | undefined;

  /** @param room that tenants share. */
  constructor(room = ReadRoom.unbounded()) {
    this.#room = room;
  }

  /** Long reads at work and in the queue. */
  get counts(): { readonly atWork: number; readonly waiting: number } {
    return { atWork: this.#atWork, waiting: this.#waiting };
  }

  /**
   * Does the work when it is its turn. `cells` = what it will spend. Work whose asker has gone meanwhile
   * is not begun.
   *
   * @throws TooManyReads | Abandoned, and Unavailable where the server has no memory for it.
   */
  async run<Result>(cells: number, pace: Pace, work: () => Promise<Result>): Promise<Result> {
    if (cells <= UNIT_CELLS) return work();
    this.#room.demandMemory();
    if (this.#atWork < AT_WORK_MAX) this.#atWork++;
    else await this.#turn();
    try {
      return await this.#room.run(cells, async () => {
        await pace.spend(0);
        return work();
      });
    } finally {
      this.#leave();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting >= WAITING_MAX) throw new TooManyReads(this.#waiting);
    this.#waiting++;
    return new Promise((resolve) => {
      const last: Waiting = { begin: resolve, next: undefined };
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
    this.#waiting--;
    next.begin();
  }
}

interface Waiting {
  readonly begin: () => void;
  next: Waiting | undefined;
}
