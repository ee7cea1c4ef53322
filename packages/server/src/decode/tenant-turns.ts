/** Something of a tenant that waits for its turn. */
export interface Waiting {
  readonly tenantId: string;
  /** What its turn costs. */
  readonly cost: number;
}

/** What a tenant is given each time its turn comes round. */
const COST_PER_TURN = 64 * 1024;

/** A tenant's queue: a chain, so that taking its head costs the same however long it is. */
interface Queue<Job> {
  head: Link<Job>;
  tail: Link<Job>;
  count: number;
  /** Below 0 after a large body, which is paid for by the turns that follow it. */
  balance: number;
}

interface Link<Job> {
  readonly job: Job;
  next: Link<Job> | undefined;
}

/**
 * Turns between tenants, one body each in a round, deficit round robin by cost: whoever sent a large
 * one lets the others go first until they have had as much. What is not used is not saved up.
 */
export class TenantTurns<Job extends Waiting> {
  readonly #queues = new Map<string, Queue<Job>>();
  /** Debts of tenants that have nothing waiting. */
  readonly #debts = new Map<string, number>();
  #jobCount = 0;

  /** Tenants of which something waits. */
  get tenantCount(): number {
    return this.#queues.size;
  }

  get jobCount(): number {
    return this.#jobCount;
  }

  countOf(tenantId: string): number {
    return this.#queues.get(tenantId)?.count ?? 0;
  }

  add(job: Job): void {
    this.#jobCount++;
    const last: Link<Job> = { job, next: undefined };
    const queue = this.#queues.get(job.tenantId);
    if (queue === undefined) {
      const balance = this.#debts.get(job.tenantId) ?? 0;
      this.#debts.delete(job.tenantId);
      this.#queues.set(job.tenantId, { head: last, tail: last, count: 1, balance });
      return;
    }
    queue.tail.next = last;
    queue.tail = last;
    queue.count++;
  }

  /**
   * Takes out the next whose tenant may go now; undefined where none may. A tenant that may not keeps
   * its place.
   *
   * Cost: the tenants that wait, and a round of them for each 64 KiB that the next one owes.
   */
  next(mayGo: (job: Job) => boolean): Job | undefined {
    // A queue that is put back at the end of a map is met once more in the same loop.
    for (const [tenantId, queue] of this.#queues) {
      const { job } = queue.head;
      if (!mayGo(job)) continue;
      this.#queues.delete(tenantId);
      if (queue.balance < 0) queue.balance += COST_PER_TURN;
      if (queue.balance >= 0) {
        this.#take(tenantId, queue);
        return job;
      }
      this.#queues.set(tenantId, queue);
    }
    return undefined;
  }

  /** Nothing is at work any more: nobody has had more than others. */
  forgetDebts(): void {
    this.#debts.clear();
  }

  /** Takes out everything that waits. */
  takeAll(): Job[] {
    const all: Job[] = [];
    for (const queue of this.#queues.values()) {
      for (let link: Link<Job> | undefined = queue.head; link !== undefined; link = link.next) {
        all.push(link.job);
      }
    }
    this.#queues.clear();
    this.#debts.clear();
    this.#jobCount = 0;
    return all;
  }

  #take(tenantId: string, queue: Queue<Job>): void {
    queue.balance -= queue.head.job.cost;
    queue.count--;
    this.#jobCount--;
    const { next } = queue.head;
    if (next === undefined) this.#debts.set(tenantId, Math.min(0, queue.balance));
    else {
      queue.head = next;
      this.#queues.set(tenantId, queue);
      this.#debts.delete(tenantId);
    }
  }
}
