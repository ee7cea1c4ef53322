/**
 * Which of several tenants goes first: whoever has been served least. One that asks for little is served at
 * once, whatever the others have waiting; one that asks for more than its share gets what is left.
 *
 * Start-time fair queueing (Goyal, Vin and Cheng 1996). Who had nothing to do for a while does not save
 * that up without end: it may be ahead of the others by `credit`, and nobody waits for longer than the
 * credits of the others. Costs are counted (points or cells), never timed.
 */
export class LeastServed {
  readonly #credit: number;
  /** What each tenant has been served, as a place on one line. */
  readonly #served = new Map<string, number>();
  /** Place of the one that was chosen last; it only goes forward. */
  #now = 0;

  constructor(credit: number) {
    this.#credit = credit;
  }

  /** Tenants that are not simply as far behind as may be; for tests of what is kept. */
  get rememberedCount(): number {
    return this.#served.size;
  }

  /** So much has been done for the tenant. */
  charge(tenantId: string, cost: number): void {
    this.#served.set(tenantId, this.placeOf(tenantId) + cost);
  }

  /** The lower, the sooner. */
  placeOf(tenantId: string): number {
    const soonest = this.#now - this.#credit;
    const served = this.#served.get(tenantId);
    return served === undefined || served < soonest ? soonest : served;
  }

  /** Who of those that have something to do is first; the first named among equals. Cost: O(n). */
  first(waiting: Iterable<string>): string | undefined {
    let first: string | undefined;
    let place = Number.POSITIVE_INFINITY;
    for (const tenantId of waiting) {
      const own = this.placeOf(tenantId);
      if (own >= place) continue;
      first = tenantId;
      place = own;
    }
    this.#reach(place);
    return first;
  }

  /** All of them with their places, first the first. Cost: O(n log n). */
  order(waiting: Iterable<string>): { readonly tenantId: string; readonly place: number }[] {
    const all = Array.from(new Set(waiting), (tenantId) => ({
      tenantId,
      place: this.placeOf(tenantId),
    }));
    all.sort((a, b) => a.place - b.place);
    this.#reach(all[0]?.place ?? this.#now);
    return all;
  }

  #reach(place: number): void {
    if (place === Number.POSITIVE_INFINITY || place <= this.#now) return;
    this.#now = place;
    // Those that are as far behind as one that was never served need not be remembered.
    if (this.#served.size < FORGET_FROM) return;
    for (const [tenantId, served] of this.#served) {
      if (served <= place - this.#credit) this.#served.delete(tenantId);
    }
  }
}

/** Tenants that are remembered before it is looked for those that need not be. */
const FORGET_FROM = 256;
