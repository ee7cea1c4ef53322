/**
 * One pot shared by all tenants: each may hold as much as is left free. Alone that is half of the pot,
 * beside one other a third each, beside two a quarter; so there is always something left for whoever
 * comes next, and nobody has to be counted or configured. Whoever holds more than that, because others
 * came later, gets nothing more until its share has sunk. `minimum` is granted in any case.
 *
 * Cost: O(1) per call, one number per tenant that holds something.
 * Source: Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches"
 * (IEEE/ACM Transactions on Networking, 1998), with alpha = 1.
 */
export class FairShare {
  readonly #total: number;
  readonly #minimum: number;
  readonly #held = new Map<string, number>();
  #used = 0;

  constructor(total: number, minimum: number) {
    this.#total = total;
    this.#minimum = minimum;
  }

  /** Takes an amount for a tenant. False when it is more than its share; nothing is taken then. */
  take(tenantId: string, amount: number): boolean {
    const free = this.#total - this.#used - amount;
    if (this.held(tenantId) + amount > Math.max(this.#minimum, free)) return false;
    this.add(tenantId, amount);
    return true;
  }

  /** Takes an amount whatever the share is. */
  add(tenantId: string, amount: number): void {
    this.#set(tenantId, this.held(tenantId) + amount);
    this.#used += amount;
  }

  give(tenantId: string, amount: number): void {
    this.#set(tenantId, this.held(tenantId) - amount);
    this.#used -= amount;
  }

  /** What one request will hold, given back as a whole. */
  open(tenantId: string): Holding {
    return new Holding(this, tenantId);
  }

  held(tenantId: string): number {
    return this.#held.get(tenantId) ?? 0;
  }

  get used(): number {
    return this.#used;
  }

  #set(tenantId: string, held: number): void {
    if (held > 0) this.#held.set(tenantId, held);
    else this.#held.delete(tenantId);
  }
}

/** What one request holds of a tenant's share. */
export class Holding {
  readonly #share: FairShare;
  readonly #tenantId: string;
  #held = 0;

  constructor(share: FairShare, tenantId: string) {
    this.#share = share;
    this.#tenantId = tenantId;
  }

  /** False when the tenant's share is used up; nothing is taken then. */
  take(amount: number): boolean {
    if (!this.#share.take(this.#tenantId, amount)) return false;
    this.#held += amount;
    return true;
  }

  /** Gives everything back. Safe to call twice. */
  release(): void {
    this.#share.give(this.#tenantId, this.#held);
    this.#held = 0;
  }
}
