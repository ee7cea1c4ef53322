import type { PartitionTables } from "./partition-tables.ts";

export interface Session {
  readonly id: number;
  /** The highest number of the session that counts. */
  readonly confirmedSeq: number;
}

/** Numbers per session: at 1,000 chunks per second they last for 200 days. */
const SPAN = 2 ** 34;

/**
 * Numbers for chunks in the order of writing, such that a crash leaves no doubt: every opening is
 * a session with its own span of numbers, and a chunk counts only when its number does not exceed
 * what its session has confirmed. Day files are written first, the confirmation follows in the
 * partition's own file, so that both take effect at one instant.
 */
export class Sessions {
  readonly #id: number;
  readonly #limits: ReadonlyMap<number, number>;
  #seq: number;
  #confirmedSeq = -1;

  /** The session after all known ones; whoever writes chunks confirms it first, durably. */
  constructor(known: readonly Session[]) {
    this.#id = known.reduce((highest, session) => Math.max(highest, session.id), 0) + 1;
    this.#limits = new Map(known.map((session) => [session.id, session.confirmedSeq]));
    this.#seq = this.#id * SPAN;
  }

  /** The session of a chunk about which nothing else is known: all its chunks count. */
  static ofLost(seq: number): Session {
    const id = Math.floor(seq / SPAN);
    return { id, confirmedSeq: (id + 1) * SPAN - 1 };
  }

  /** Number of this session: how often the partition has been opened. */
  get id(): number {
    return this.#id;
  }

  nextSeq(): number {
    return ++this.#seq;
  }

  /** The highest number that counts in the session of `seq`; Infinity for the running one. */
  limitOf(seq: number): number {
    const session = Math.floor(seq / SPAN);
    if (session === this.#id) return Number.POSITIVE_INFINITY;
    return this.#limits.get(session) ?? session * SPAN;
  }

  /** Writes the confirmation of all numbers assigned so far, inside the caller's transaction. */
  confirm(tables: PartitionTables): void {
    tables.putSession(this.#id, this.#seq);
  }

  /** Whether it was confirmed since the opening. An opening writes nothing: there may be no room. */
  get isKnown(): boolean {
    return this.#confirmedSeq >= 0;
  }

  /** Whether numbers were assigned since `confirmed` was called. */
  get hasUnconfirmed(): boolean {
    return this.#seq !== this.#confirmedSeq;
  }

  /** The transaction of the last `confirm` went through. */
  confirmed(): void {
    this.#confirmedSeq = this.#seq;
  }
}
