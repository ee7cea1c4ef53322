/**
 * A bucket that fills at `perSecond` up to `burst` and is emptied by what is let through. A request
 * for more than the burst is let through when the bucket is full, and leaves it in debt: in any t
 * seconds at most `burst + perSecond * t` plus one request gets in.
 *
 * Times are monotonic milliseconds, handed in; a clock that goes back adds nothing.
 */
export class TokenBucket {
  #perSecond: number;
  #burst: number;
  #level: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, atMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst;
    this.#atMs = atMs;
  }

  /** Another rate from now on. Changing it fills nothing, and debts stay. */
  changeRate(perSecond: number, burst: number, atMs: number): void {
    this.#fill(atMs);
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = Math.min(this.#level, burst);
  }

  /** @returns 0 when `cost` was taken, else the milliseconds to wait; nothing is taken then. */
  take(cost: number, atMs: number): number {
    this.#fill(atMs);
    const needed = Math.min(cost, this.#burst);
    if (this.#level >= needed) {
      this.#level -= cost;
      return 0;
    }
    return ((needed - this.#level) / this.#perSecond) * 1000;
  }

  /** Takes `cost` of what has been let through already, into debt where it is not there. */
  charge(cost: number, atMs: number): void {
    this.#fill(atMs);
    this.#level -= cost;
  }

  /** Whole tokens left, never below 0. */
  left(atMs: number): number {
    this.#fill(atMs);
    return Math.max(0, Math.floor(this.#level));
  }

  /** Milliseconds until the bucket is full again. */
  fullInMs(atMs: number): number {
    this.#fill(atMs);
    return ((this.#burst - this.#level) / this.#perSecond) * 1000;
  }

  #fill(atMs: number): void {
    if (atMs <= this.#atMs) return;
    const gained = ((atMs - this.#atMs) / 1000) * this.#perSecond;
    this.#level = Math.min(this.#burst, this.#level + gained);
    this.#atMs = atMs;
  }
}
