import type { LeastServed } from "../platform/least-served.ts";
import type { Jobs } from "./jobs.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { Progress } from "./progress.ts";

/** What is done for one tenant before others are looked at, in points: about 2 ms. */
const SHARE_POINTS = 2000;
/** What a tenant that asked for little may be ahead of the others, in points: about 0.3 s. */
export const CREDIT_POINTS = 250_000;

export interface OwnerTurnsParts {
  readonly share: LeastServed;
  readonly jobs: Jobs;
  readonly runtimes: ReadonlyMap<number, PartitionRuntime>;
  readonly progress: Progress;
  /** Nothing is folded at the moment. */
  readonly isPaused: () => boolean;
  /** Whether work of a tenant may go on, or gives way to others for now. */
  readonly mayGo: (tenantId: string) => boolean;
}

/** Whose answers and whose detection an owner works at: those of the tenant that was served least. */
export class OwnerTurns {
  readonly #parts: OwnerTurnsParts;
  /** The partition that folds first in this turn. */
  #first = 0;
  #isHeldBack = false;

  constructor(parts: OwnerTurnsParts) {
    this.#parts = parts;
  }

  /** Whether there is something to do. */
  get isReady(): boolean {
    for (const _ of this.#ready()) return true;
    return false;
  }

  /** Whether all that there was to do last time gave way to the work of others. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  /** Does about so many points of work, or all there is that does not give way. */
  spend(points: number): void {
    let left = points;
    while (left > 0) {
      const spent = this.#round(left);
      if (spent === 0) break;
      left -= spent;
    }
    this.#isHeldBack = left === points && this.isReady;
  }

  /** Tenants in the order of their turns, each until it is the next one's. Returns the cost. */
  #round(pointsMax: number): number {
    const { share, mayGo } = this.#parts;
    // What is about no tenant waits for nobody.
    const going = new Set(this.#ready()).values().filter((id) => id === "" || mayGo(id));
    const order = share.order(going);
    let spent = 0;
    for (const [k, { tenantId, place }] of order.entries()) {
      const ahead = (order[k + 1]?.place ?? place) - place;
      spent += this.#serve(tenantId, Math.min(pointsMax - spent, ahead + SHARE_POINTS));
      if (spent >= pointsMax) break;
    }
    return spent;
  }

  *#ready(): Iterable<string> {
    const { jobs, runtimes, isPaused } = this.#parts;
    yield* jobs.ready();
    if (isPaused()) return;
    for (const runtime of runtimes.values()) yield* runtime.ready();
  }

  /** A unit of the tenant's answers and one of its detection by turns. Returns what it cost, in points. */
  #serve(tenantId: string, pointsMax: number): number {
    const { jobs, isPaused, progress } = this.#parts;
    let spent = 0;
    for (let done = 1; done > 0 && spent < pointsMax; spent += done) {
      progress("answering", tenantId);
      done = jobs.turn(tenantId);
      if (!isPaused()) done += this.#detect(tenantId, SHARE_POINTS);
    }
    return spent;
  }

  /** Partitions begin in turn, so that none waits for the others for long. */
  #detect(tenantId: string, pointsMax: number): number {
    const { runtimes, share } = this.#parts;
    const all = [...runtimes.values()];
    this.#first = (this.#first + 1) % all.length;
    let spent = 0;
    for (let k = 0; k < all.length && spent < pointsMax; k++) {
      spent += all[(this.#first + k) % all.length]!.detect(tenantId, pointsMax - spent);
    }
    share.charge(tenantId, spent);
    return spent;
  }
}
