import type { Log } from "./log.ts";

const LINE_EVERY_MS = 60_000;
/** Actors and outcomes that are counted separately; further ones share the actor "other". */
const ENTRIES_MAX = 1000;

/** A request of somebody we know, turned away. */
export interface RefusedRequest {
  /** Id of the key, never its text; the address where no key was known. */
  readonly actor: string;
  readonly tenant: string | undefined;
  /** Why, as a problem's code. */
  readonly outcome: string;
}

interface Waiting extends RefusedRequest {
  requests: number;
  lineAtMs: number;
}

/** Logs refused requests: at most one line per actor, tenant and outcome per minute, with their number. */
export class RefusedRequests {
  readonly #log: Pick<Log, "info">;
  readonly #monotonicMs: () => number;
  readonly #entries = new Map<string, Waiting>();

  constructor(log: Pick<Log, "info">, monotonicMs: () => number) {
    this.#log = log;
    this.#monotonicMs = monotonicMs;
  }

  add(refused: RefusedRequest): void {
    const entry = this.#entry(refused);
    entry.requests++;
    if (this.#monotonicMs() - entry.lineAtMs >= LINE_EVERY_MS) this.#write(entry);
  }

  /** Logs what waits for its minute to end. To be called every minute, and at the end. */
  flush(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.requests > 0) this.#write(entry);
      else if (this.#monotonicMs() - entry.lineAtMs >= LINE_EVERY_MS) this.#entries.delete(key);
    }
  }

  #entry({ actor, tenant, outcome }: RefusedRequest): Waiting {
    const key = `${actor}\0${tenant ?? ""}\0${outcome}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= ENTRIES_MAX && actor !== "other") {
      return this.#entry({ actor: "other", tenant: undefined, outcome });
    }
    const made = { actor, tenant, outcome, requests: 0, lineAtMs: Number.NEGATIVE_INFINITY };
    this.#entries.set(key, made);
    return made;
  }

  #write(entry: Waiting): void {
    const { actor, tenant, outcome, requests } = entry;
    this.#log.info({ actor, tenant, outcome, requests }, "requests refused");
    entry.requests = 0;
    entry.lineAtMs = this.#monotonicMs();
  }
}
