import type { RateState, WhenOver } from "../platform/admission.ts";
import { OverRate, Unavailable } from "../platform/platform-errors.ts";
import { FairShare } from "../tenant/fair-share.ts";
import type { Limits } from "../tenant/limits.ts";
import { Pass, type Turn, TurnQueue } from "./turn-queue.ts";

export interface DoorOptions {
  /** Rates of points. */
  readonly limits: Limits;
  /** Points of all tenants that may wait for detection: 24 bytes each. */
  readonly unscoredPointsMax?: number | undefined;
  /** Calls back after a while. */
  readonly after: (delayMs: number, wake: () => void) => void;
}

const UNSCORED_POINTS_MAX = 3_000_000;
/** A tenant may always have this share of them: one whole body (200,000 points) by default. */
const UNSCORED_MINIMUM = 1 / 15;
/**
 * Points of one tenant that workers may have and not have acknowledged: what a neighbour's push finds
 * before it. One body of the largest size, or several smaller ones, so that they share a sync.
 */
const UNACKNOWLEDGED_MAX = 200_000;
/** Points of one tenant that may wait here for HTTP senders; beyond it they are told to retry. */
const WAITING_POINTS_MAX = 1_000_000;
/** A turn that waits for its rate is looked at again after at most this long: limits change. */
const RATE_WAIT_MAX_MS = 1000;

/**
 * The way in for points, whoever brings them: rates, shares and turns. Each tenant has a queue of its
 * own, first come, first served; nothing that one tenant sends makes another wait for its turn.
 */
export class Door {
  readonly #limits: Limits;
  readonly #after: (delayMs: number, wake: () => void) => void;
  /** Points that were let in and are not scored yet. */
  readonly #unscored: FairShare;
  readonly #queues = new Map<string, TurnQueue>();
  #isClosed = false;

  constructor({ limits, unscoredPointsMax = UNSCORED_POINTS_MAX, after }: DoorOptions) {
    this.#limits = limits;
    this.#after = after;
    this.#unscored = new FairShare(unscoredPointsMax, UNSCORED_MINIMUM * unscoredPointsMax);
  }

  /**
   * Resolves when it is the points' turn. The pass must be left again, whatever happens.
   *
   * @throws OverRate where they are over the tenant's rate and would rather not wait.
   * @throws Unavailable where the tenant's queue is full, or the server stops.
   */
  async enter(tenantId: string, points: number, whenOver: WhenOver, cost = points): Promise<Pass> {
    if (this.#isClosed) throw stopping();
    const queue = this.#queue(tenantId);
    const rate = whenOver === "refuse" ? this.#demand(queue, points, cost) : undefined;
    return new Promise((resolve, reject) => {
      queue.add({ points, cost, rate, resolve, reject });
      this.#pump(queue);
    });
  }

  /** Points that were sent on have been scored, or could not be stored: there is room for others. */
  scored(tenantId: string, points: number): void {
    this.#unscored.give(tenantId, points);
    let moved = true;
    while (moved) {
      moved = false;
      for (const queue of this.#queues.values()) moved = this.#admitHead(queue) || moved;
    }
  }

  /** Whoever waits is refused, and so is everybody from now on. */
  close(): void {
    this.#isClosed = true;
    for (const queue of this.#queues.values()) queue.refuseAll(stopping());
    this.#queues.clear();
  }

  get waitingPoints(): number {
    let points = 0;
    for (const queue of this.#queues.values()) points += queue.waitingPoints;
    return points;
  }

  #demand(queue: TurnQueue, points: number, cost: number): RateState {
    if (queue.waitingPoints > 0 && queue.waitingPoints + points > WAITING_POINTS_MAX) {
      throw new Unavailable(
        "tenant/queue-full",
        "the tenant's queue is full: its points are still being scored",
      );
    }
    const rate = this.#limits.take(queue.tenantId, "points", cost);
    if (!rate.granted) throw new OverRate(rate);
    return rate;
  }

  #pump(queue: TurnQueue): void {
    while (this.#admitHead(queue));
  }

  /** Lets the first of a queue in, if it is its turn. */
  #admitHead(queue: TurnQueue): boolean {
    const { head, tenantId } = queue;
    if (head === undefined || !queue.mayGo(head.points, UNACKNOWLEDGED_MAX)) return false;
    if (!this.#takeShare(tenantId, head.points)) return false;
    const rate = head.rate ?? this.#rateOf(queue, head);
    if (!rate.granted) {
      this.#unscored.give(tenantId, head.points);
      return false;
    }
    queue.admitHead(new Pass(head.points, rate, (kept) => this.#left(queue, head.points, kept)));
    return true;
  }

  /** A tenant of which nothing is on its way is let in whatever the size: else large ones never were. */
  #takeShare(tenantId: string, points: number): boolean {
    if (this.#unscored.take(tenantId, points)) return true;
    if (this.#unscored.held(tenantId) > 0) return false;
    this.#unscored.add(tenantId, points);
    return true;
  }

  #rateOf(queue: TurnQueue, { cost }: Turn): RateState {
    const rate = this.#limits.take(queue.tenantId, "points", cost);
    if (rate.granted || queue.isWaitingForRate) return rate;
    queue.isWaitingForRate = true;
    this.#after(Math.min(rate.retryAfterMs, RATE_WAIT_MAX_MS), () => {
      queue.isWaitingForRate = false;
      this.#pump(queue);
    });
    return rate;
  }

  #left(queue: TurnQueue, points: number, kept: number): void {
    queue.unacknowledged -= points;
    this.scored(queue.tenantId, points - kept);
    if (queue.isIdle) this.#queues.delete(queue.tenantId);
  }

  #queue(tenantId: string): TurnQueue {
    const known = this.#queues.get(tenantId);
    if (known !== undefined) return known;
    const made = new TurnQueue(tenantId);
    this.#queues.set(tenantId, made);
    return made;
  }
}

function stopping(): Unavailable {
  return new Unavailable("platform/stopping", "the server is stopping");
}
