import type { RateState } from "../platform/admission.ts";

/** Points that wait for their turn. */
export interface Turn {
  readonly points: number;
  /** What they cost of the rate: more than their number where a body holds much else. */
  readonly cost: number;
  /** Undefined where the rate is taken when it is their turn. */
  readonly rate: RateState | undefined;
  resolve(pass: Pass): void;
  reject(error: Error): void;
}

/** A turn in its queue: a chain, so that taking the first costs the same however long it is. */
interface Link {
  readonly turn: Turn;
  next: Link | undefined;
}

/** One tenant's points before the door, first come, first served. */
export class TurnQueue {
  readonly tenantId: string;
  /** Points that were let in and are neither stored nor refused yet. */
  unacknowledged = 0;
  waitingPoints = 0;
  isWaitingForRate = false;
  #head: Link | undefined;
  #tail: Link | undefined;

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  get head(): Turn | undefined {
    return this.#head?.turn;
  }

  get isIdle(): boolean {
    return this.#head === undefined && this.unacknowledged === 0;
  }

  /** Whether this many points may go to the workers now; the only batch may, whatever its size. */
  mayGo(points: number, unacknowledgedMax: number): boolean {
    return this.unacknowledged === 0 || this.unacknowledged + points <= unacknowledgedMax;
  }

  add(turn: Turn): void {
    const last: Link = { turn, next: undefined };
    if (this.#tail === undefined) this.#head = last;
    else this.#tail.next = last;
    this.#tail = last;
    this.waitingPoints += turn.points;
  }

  admitHead(pass: Pass): void {
    const { turn, next } = this.#head!;
    this.#head = next;
    if (next === undefined) this.#tail = undefined;
    this.waitingPoints -= turn.points;
    this.unacknowledged += turn.points;
    turn.resolve(pass);
  }

  refuseAll(error: Error): void {
    for (let link = this.#head; link !== undefined; link = link.next) link.turn.reject(error);
    this.#head = undefined;
    this.#tail = undefined;
    this.waitingPoints = 0;
  }
}

/** For points that were let in. */
export class Pass {
  /** Where the tenant's rate of points stood when they were let in. */
  readonly rate: RateState;
  readonly #points: number;
  readonly #left: (kept: number) => void;
  #kept = 0;
  #isLeft = false;

  constructor(points: number, rate: RateState, left: (kept: number) => void) {
    this.#points = points;
    this.rate = rate;
    this.#left = left;
  }

  /** This many go on to detection: they hold their share until they are scored. */
  keep(points: number): void {
    this.#kept = Math.min(this.#points, this.#kept + points);
  }

  /** The points are stored or refused: the tenant's next may come. Safe to call twice. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#left(this.#kept);
  }
}
