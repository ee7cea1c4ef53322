import { QUIET_STEPS } from "../aggregate/alert-budget.ts";
import { DAY_MS } from "../model/time.ts";

/** The promises that are checked, in days: once a day, once a week, once a month. */
export const CHECKED_PROMISES_DAYS: readonly number[] = [1, 7, 30];

/** One promise and what became of it. */
export interface PromiseRow {
  readonly onceInDays: number;
  /** Alarms promised over everything that was watched, and alarms that came. */
  readonly promised: number;
  readonly realised: number;
  /** Realised over promised; NaN where nothing was watched. */
  readonly ratio: number;
  /** 95 % range of the ratio if alarms came independently of each other. */
  readonly ratioLow: number;
  readonly ratioHigh: number;
}

/**
 * Counts alarms of many entities of one level against what their return periods promise. An alarm is
 * a run of steps at or above the promise; one more than ten steps after the last of them is the next.
 *
 * Cost: O(promises) per step; 16 bytes per entity and promise.
 * Source: spec/detection.md section 14, "promised against realised".
 */
export class PromiseTally {
  readonly #promises: readonly number[];
  readonly #alarms: number[];
  /** Step at which the entity last reached the promise; index entity * promises + promise. */
  readonly #raised: number[] = [];
  readonly #entities = new Set<number>();
  #watchedMs = 0;

  constructor(promises: readonly number[] = CHECKED_PROMISES_DAYS) {
    this.#promises = promises;
    this.#alarms = promises.map(() => 0);
  }

  /**
   * One step of one entity: its return period in days, NaN where it had no value. Steps of an entity
   * come in order; `step` counts on a grid of `intervalMs`.
   */
  push(entity: number, step: number, days: number, intervalMs: number): void {
    if (Number.isNaN(days)) return;
    this.#entities.add(entity);
    this.#watchedMs += intervalMs;
    const promises = this.#promises;
    for (let k = 0; k < promises.length; k++) {
      if (days < promises[k]!) continue;
      const at = entity * promises.length + k;
      const before = this.#raised[at] ?? Number.NEGATIVE_INFINITY;
      if (step - before > QUIET_STEPS) this.#alarms[k]!++;
      this.#raised[at] = step;
    }
  }

  /** Alarms that were counted elsewhere: `alarms[k]` at the k-th promise over `watchedDays`. */
  add(entity: number, watchedDays: number, alarms: readonly number[]): void {
    this.#entities.add(entity);
    this.#watchedMs += watchedDays * DAY_MS;
    alarms.forEach((count, k) => {
      this.#alarms[k]! += count;
    });
  }

  get entityCount(): number {
    return this.#entities.size;
  }

  get watchedDays(): number {
    return this.#watchedMs / DAY_MS;
  }

  rows(): PromiseRow[] {
    return this.#promises.map((onceInDays, k) => {
      return promiseRow(onceInDays, this.watchedDays, this.#alarms[k]!);
    });
  }
}

/** A promise of one alarm in this many days, kept or not over `watchedDays`. */
export function promiseRow(onceInDays: number, watchedDays: number, realised: number): PromiseRow {
  const promised = watchedDays / onceInDays;
  const [low, high] = poissonRange(realised);
  return {
    onceInDays,
    promised,
    realised,
    ratio: realised / promised,
    ratioLow: low / promised,
    ratioHigh: high / promised,
  };
}

/** Normal quantile of a two-sided 95 %. */
const Z_95 = 1.96;

/**
 * 95 % range of a Poisson mean from one count.
 * Source: Byar's approximation (Breslow and Day, "Statistical Methods in Cancer Research" II, 1987).
 */
function poissonRange(count: number): readonly [low: number, high: number] {
  const cube = (n: number, z: number) => n * (1 - 1 / (9 * n) + z / (3 * Math.sqrt(n))) ** 3;
  return [count === 0 ? 0 : cube(count, -Z_95), cube(count + 1, Z_95)];
}
