import type { DurationMs } from "@foreshock/core/fold";
import { LeastServed } from "../platform/least-served.ts";
import { LookAgain } from "../platform/look-again.ts";
import { Abandoned, type Pace, paced } from "../platform/pace.ts";

/** What work of one unit may cost, in cells of some 20 ns: 2 ms, or a few. */
const UNIT_CELLS = 100_000;
/** What a tenant that asked for little may be ahead of the others: about 0.3 s. */
const CREDIT_CELLS = 150 * UNIT_CELLS;
/** What work costs however small it is. */
const WORK_CELLS = 5000;

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
  /** Runs work after a while. */
  readonly after: (delayMs: DurationMs, work: () => void) => void;
  /** Whether work of a tenant may go on, or gives way to others for now; all may without it. */
  readonly mayGo?: ((tenantId: string) => boolean) | undefined;
  /** A unit of work begins. */
  readonly progress: (what: string, tenantId: string) => void;
}

/**
 * Turns between tenants for work that is cut into units: a unit of the tenant that was served least, whatever
 * number of works each of them has waiting. Cost: O(tenants that wait) per unit.
 */
export class TenantTurns {
  readonly #parts: TenantTurnsParts;
  readonly #share = new LeastServed(CREDIT_CELLS);
  /** Tenants with work that waits. */
  readonly #lines = new Map<string, Line>();
  #isTurning = false;
  readonly #again: LookAgain;

  constructor(parts: TenantTurnsParts) {
    this.#parts = parts;
    this.#again = new LookAgain(parts.after, () => this.#next());
  }

  /**
   * The pace of one work of a tenant; it ends with `Abandoned` once `isGone` says so. `end` is to be called when the
   * work is over, so that the last bit is charged too; it returns what the work has cost, in cells.
   */
  pace(
    what: string,
    tenantId: string,
    isGone: () => boolean = () => false,
  ): Pace & { end(): number } {
    let spent = 0;
    let all = WORK_CELLS;
    return {
      spend: (cost) => {
        if (isGone()) throw new Abandoned();
        spent += cost;
        all += cost;
        if (spent < UNIT_CELLS) return undefined;
        this.#share.charge(tenantId, spent);
        spent = 0;
        return this.begun(what, tenantId, isGone);
      },
      end: () => {
        this.#share.charge(tenantId, WORK_CELLS + spent);
        spent = 0;
        return all;
      },
    };
  }

  /** Resolves when it is the tenant's turn to begin or to go on with something. @throws Abandoned */
  async begun(what: string, tenantId: string, isGone: () => boolean = () => false): Promise<void> {
    await this.#turn(tenantId);
    if (isGone()) throw new Abandoned();
    this.#parts.progress(what, tenantId);
  }

  /** Does a tenant's work to its end, in units, when it is its turn; it yields what it costs, in cells. */
  async done<Result>(
    what: string,
    tenantId: string,
    work: Generator<number, Result>,
  ): Promise<Result> {
    await this.begun(what, tenantId);
    return this.goneOn(what, tenantId, work);
  }

  /** The same for work whose turn it is: its first unit is done at once. */
  async goneOn<Result>(
    what: string,
    tenantId: string,
    work: Generator<number, Result>,
  ): Promise<Result> {
    const pace = this.pace(what, tenantId);
    this.#parts.progress(what, tenantId);
    try {
      return await paced(work, pace);
    } finally {
      pace.end();
    }
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
      const { mayGo = () => true } = this.#parts;
      const tenantId = this.#share.first(this.#lines.keys().filter(mayGo));
      if (tenantId === undefined) {
        if (this.#lines.size > 0) this.#again.soon();
        return;
      }
      const line = this.#lines.get(tenantId)!;
      const { begin, next } = line.head!;
      line.head = next;
      // Among equals, its next work comes after one of every other tenant.
      this.#lines.delete(tenantId);
      if (next !== undefined) this.#lines.set(tenantId, line);
      begin();
      this.#next();
    });
  }
}
