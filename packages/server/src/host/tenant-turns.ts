import { Abandoned, type Pace, paced } from "../platform/pace.ts";

/** What work of one unit may cost, in cells that are looked at: about 10 ms. */
const UNIT_CELLS = 100_000;

interface Waiting {
  readonly begin: () => void;
  next: Waiting | undefined;
}

/** What waits of one tenant, as a chain: taking the first costs the same however long it is. */
interface Line {
  head: Waiting | undefined;
  tail: Waiting | undefined;
}

export interface TenantTurnsParts {
  /** Runs work in a turn of its own, after the mail has been looked at. */
  readonly later: (work: () => void) => void;
  /** A unit of work begins. */
  readonly progress: (what: string, tenantId: string) => void;
}

/**
 * Turns between tenants for work that is cut into units: one unit of a tenant, then one of the next that
 * has something waiting, whatever number of works each of them has. Units cost alike, so a turn each is
 * a fair share. Cost: O(1) per unit.
 */
export class TenantTurns {
  readonly #parts: TenantTurnsParts;
  /** Tenants with work that waits, in the order of their turns. */
  readonly #lines = new Map<string, Line>();
  #isTurning = false;

  constructor(parts: TenantTurnsParts) {
    this.#parts = parts;
  }

  /** The pace of one work of a tenant; it ends with `Abandoned` once `isGone` says so. */
  pace(what: string, tenantId: string, isGone: () => boolean = () => false): Pace {
    let spent = 0;
    return {
      spend: (cost) => {
        if (isGone()) throw new Abandoned();
        spent += cost;
        if (spent < UNIT_CELLS) return undefined;
        spent = 0;
        return this.#turn(tenantId).then(() => {
          if (isGone()) throw new Abandoned();
          this.#parts.progress(what, tenantId);
        });
      },
    };
  }

  /** Does a tenant's work to its end, in units; it yields what it costs, in cells. */
  async done<Result>(
    what: string,
    tenantId: string,
    work: Generator<number, Result>,
  ): Promise<Result> {
    const pace = this.pace(what, tenantId);
    this.#parts.progress(what, tenantId);
    return paced(work, pace);
  }

  #turn(tenantId: string): Promise<void> {
    return new Promise((begin) => {
      const last: Waiting = { begin, next: undefined };
      const line = this.#lines.get(tenantId) ?? { head: undefined, tail: undefined };
      this.#lines.set(tenantId, line);
      if (line.tail === undefined) line.head = last;
      else line.tail.next = last;
      line.tail = last;
      this.#next();
    });
  }

  #next(): void {
    if (this.#isTurning || this.#lines.size === 0) return;
    this.#isTurning = true;
    this.#parts.later(() => {
      this.#isTurning = false;
      const [first] = this.#lines;
      if (first === undefined) return;
      const [tenantId, line] = first;
      const { begin, next } = line.head!;
      line.head = next;
      this.#lines.delete(tenantId);
      if (next === undefined) line.tail = undefined;
      // Its next work comes after one of every other tenant.
      else this.#lines.set(tenantId, line);
      begin();
      this.#next();
    });
  }
}
