import type { Log } from "./log.ts";

const LINE_EVERY_MS = 60_000;
/** Pairs of tenant and reason that are counted separately; further ones share the tenant "other". */
const PAIRS_MAX = 1000;

interface Waiting {
  readonly tenant: string;
  readonly reason: string;
  points: number;
  batches: number;
  lineAtMs: number;
}

/** Logs refused points: at most one line per tenant and reason per minute, with the sums since the last. */
export class RefusedPoints {
  readonly #log: Pick<Log, "warn">;
  readonly #monotonicMs: () => number;
  readonly #pairs = new Map<string, Waiting>();

  constructor(log: Pick<Log, "warn">, monotonicMs: () => number) {
    this.#log = log;
    this.#monotonicMs = monotonicMs;
  }

  add(tenant: string, reason: string, points: number): void {
    const pair = this.#pair(tenant, reason);
    pair.points += points;
    pair.batches++;
    if (this.#monotonicMs() - pair.lineAtMs >= LINE_EVERY_MS) this.#write(pair);
  }

  /** Logs what waits for its minute to end. To be called every minute, and at the end. */
  flush(): void {
    for (const [key, pair] of this.#pairs) {
      if (pair.batches > 0) this.#write(pair);
      else if (this.#monotonicMs() - pair.lineAtMs >= LINE_EVERY_MS) this.#pairs.delete(key);
    }
  }

  #pair(tenant: string, reason: string): Waiting {
    const key = `${tenant}\0${reason}`;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.size >= PAIRS_MAX && tenant !== "other") return this.#pair("other", reason);
    const lineAtMs = Number.NEGATIVE_INFINITY;
    const made: Waiting = { tenant, reason, points: 0, batches: 0, lineAtMs };
    this.#pairs.set(key, made);
    return made;
  }

  #write(pair: Waiting): void {
    const { tenant, reason, points, batches } = pair;
    this.#log.warn({ tenant, reason, points, batches }, "points refused");
    pair.points = 0;
    pair.batches = 0;
    pair.lineAtMs = this.#monotonicMs();
  }
}
