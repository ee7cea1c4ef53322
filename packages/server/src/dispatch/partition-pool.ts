import type { LinkOwner, OwnerLink } from "../partition/owner-link.ts";
import type {
  Answers,
  AppendPart,
  DamageMessage,
  DiskMessage,
  FromWorker,
  Question,
  ScoredMessage,
  SlowCommitMessage,
} from "../partition/protocol.ts";
import { errorOf, type Failure, Unavailable } from "../platform/platform-errors.ts";

export interface PoolOptions {
  readonly partitionCount: number;
  /** Owners; partition p belongs to owner p % ownerCount. */
  readonly ownerCount: number;
  readonly link: LinkOwner;
}

export interface PoolEvents {
  scored(message: ScoredMessage): void;
  damage(message: DamageMessage): void;
  slowCommit(message: SlowCommitMessage): void;
  /** A partition can write again, or cannot. */
  disk?(message: DiskMessage): void;
  /** An owner ended. Its tickets, which will never be scored, are in `lost`; it can be revived. */
  ended(owner: number, lost: readonly number[], error: Error): void;
}

interface Waiting {
  readonly owner: number;
  resolve(value: never): void;
  reject(error: Error): void;
}

interface Owner {
  readonly partitions: readonly number[];
  link: OwnerLink | undefined;
  /** Its series are announced: it can take points and questions. */
  isOpen: boolean;
  /** Handed over and not reported as scored yet. */
  readonly tickets: Set<number>;
}

/** The main thread's end of the partition owners: one persistent owner each, no per-series tasks. */
export class PartitionPool {
  readonly #owners: Owner[];
  readonly #events: PoolEvents;
  readonly #link: LinkOwner;
  readonly #appends = new Map<number, Waiting>();
  readonly #asks = new Map<number, Waiting>();
  #nextTicket = 1;
  #nextId = 1;
  #closing = false;

  constructor({ partitionCount, ownerCount, link }: PoolOptions, events: PoolEvents) {
    this.#events = events;
    this.#link = link;
    this.#owners = Array.from({ length: ownerCount }, (_, index) => ({
      partitions: range(partitionCount).filter((p) => p % ownerCount === index),
      link: undefined,
      isOpen: false,
      tickets: new Set<number>(),
    }));
    for (let owner = 0; owner < ownerCount; owner++) this.start(owner);
  }

  get ownerCount(): number {
    return this.#owners.length;
  }

  /** Whether every owner takes points and questions. */
  get isWhole(): boolean {
    return this.#owners.every(({ isOpen }) => isOpen);
  }

  partitionsOf(owner: number): readonly number[] {
    return this.#owners[owner]!.partitions;
  }

  /** Starts an owner that has ended (or never ran); it has to be opened and told its series. */
  start(index: number): void {
    const owner = this.#owners[index]!;
    if (owner.link !== undefined) return;
    const link = this.#link(owner.partitions, {
      message: (message) => {
        if (owner.link === link) this.#hear(index, message);
      },
      ended: (error) => {
        if (owner.link === link) this.#ended(index, error);
      },
    });
    owner.link = link;
  }

  /** The owner knows its series: from here on it is asked like all others. */
  opened(index: number): void {
    const owner = this.#owners[index]!;
    owner.isOpen = owner.link !== undefined;
  }

  /** Ends an owner that cannot go on, as if it had ended by itself. Safe to call twice. */
  async end(index: number, error: Error): Promise<void> {
    const owner = this.#owners[index]!;
    const { link } = owner;
    if (link === undefined) return;
    owner.isOpen = false;
    await link.end();
    if (owner.link === link) this.#ended(index, error);
  }

  /**
   * Resolves when the points are durable. `onTicket` is called before anything is sent; the ticket
   * appears in a scored message later, or in the lost ones of `ended`. @throws Unavailable.
   */
  append(
    index: number,
    parts: readonly AppendPart[],
    onTicket: (ticket: number) => void,
  ): Promise<void> {
    const owner = this.#owners[index]!;
    const { link } = owner;
    if (link === undefined || !owner.isOpen) return Promise.reject(ended(owner.partitions));
    const ticket = this.#nextTicket++;
    onTicket(ticket);
    owner.tickets.add(ticket);
    return new Promise<never>((resolve, reject) => {
      this.#appends.set(ticket, { owner: index, resolve, reject });
      const columns = parts[0]!.times.buffer as ArrayBuffer;
      link.post({ type: "append", ticket, parts }, [columns]);
    });
  }

  /** Asks the owner of a partition. @throws Unavailable. */
  ask<Q extends Question>(partition: number, question: Q): Promise<Answers[Q["what"]]> {
    return this.askOwner(partition % this.#owners.length, question);
  }

  /** Asks every owner; answers in owner order. @throws Unavailable when one of them does not run. */
  askAll<Q extends Question>(question: Q): Promise<Answers[Q["what"]][]> {
    return Promise.all(this.#owners.map((_, index) => this.askOwner(index, question)));
  }

  askOwner<Q extends Question>(index: number, question: Q): Promise<Answers[Q["what"]]> {
    const { isOpen, partitions } = this.#owners[index]!;
    return isOpen ? this.askStarting(index, question) : Promise.reject(ended(partitions));
  }

  /** Asks an owner that is not open yet. */
  askStarting<Q extends Question>(index: number, question: Q): Promise<Answers[Q["what"]]> {
    const { link, partitions } = this.#owners[index]!;
    if (link === undefined) return Promise.reject(ended(partitions));
    const id = this.#nextId++;
    return new Promise<never>((resolve, reject) => {
      this.#asks.set(id, { owner: index, resolve, reject });
      link.post({ type: "ask", id, question });
    });
  }

  /** Commits what waits and frees the files. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const running = this.#owners.flatMap(({ link }, index) => (link === undefined ? [] : [index]));
    await Promise.allSettled(running.map((index) => this.askStarting(index, { what: "close" })));
    await Promise.all(this.#owners.flatMap(({ link }) => (link === undefined ? [] : [link.end()])));
  }

  #hear(index: number, message: FromWorker): void {
    switch (message.type) {
      case "scored":
        for (const ticket of message.tickets) this.#owners[index]!.tickets.delete(ticket);
        this.#events.scored(message);
        return;
      case "mark":
        return;
      case "disk":
        this.#events.disk?.(message);
        return;
      case "damage":
        this.#events.damage(message);
        return;
      case "slow-commit":
        this.#events.slowCommit(message);
        return;
      case "durable":
        take(this.#appends, message.ticket)?.resolve(undefined as never);
        return;
      case "failed":
        take(this.#appends, message.ticket)?.reject(this.#failed(index, message.failure));
        return;
      case "answer":
        take(this.#asks, message.id)?.resolve(message.value as never);
        return;
      case "refused":
        take(this.#asks, message.id)?.reject(this.#failed(index, message.failure));
        return;
    }
  }

  /** A store that could not be synced takes nothing until it is opened again: its owner is ended for that. */
  #failed(index: number, failure: Failure): Error {
    const error = errorOf(failure);
    if (failure.code === "store/sync-failed" && !this.#closing) void this.end(index, error);
    return error;
  }

  #ended(index: number, error: Error): void {
    const owner = this.#owners[index]!;
    owner.link = undefined;
    owner.isOpen = false;
    const lost = [...owner.tickets];
    owner.tickets.clear();
    for (const map of [this.#appends, this.#asks]) {
      for (const [id, waiting] of map) {
        if (waiting.owner !== index) continue;
        map.delete(id);
        waiting.reject(ended(owner.partitions));
      }
    }
    if (!this.#closing) this.#events.ended(index, lost, error);
  }
}

function ended(partitions: readonly number[]): Unavailable {
  return new Unavailable(
    "owner/ended",
    `partitions ${partitions.join(", ")} are being started again`,
  );
}

function take(waiting: Map<number, Waiting>, id: number): Waiting | undefined {
  const found = waiting.get(id);
  waiting.delete(id);
  return found;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
