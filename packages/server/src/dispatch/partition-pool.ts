import type { ClientNumbers } from "../partition/clients.ts";
import type { OwnerEvents, OwnerLink } from "../partition/owner-link.ts";
import type {
  Answers,
  AppendPart,
  DamageMessage,
  DiskMessage,
  FromWorker,
  MarkMessage,
  Question,
  ScoredMessage,
  SlowCommitMessage,
} from "../partition/protocol.ts";
import type { QuarantineMessage, TenantFailedMessage } from "../partition/quarantine.ts";
import type { PutPoints } from "../platform/ingest-series.ts";
import { errorOf, type Failure, Unavailable } from "../platform/platform-errors.ts";

export interface PoolOptions {
  readonly partitionCount: number;
  /** Owners; partition p belongs to owner p % ownerCount. */
  readonly ownerCount: number;
  /** Tickets and questions of this client. */
  readonly numbers: ClientNumbers;
}

/** What the pool needs of a link to an owner. */
export type PoolLink = Pick<OwnerLink, "post" | "end" | "heartbeat">;

export interface PoolEvents {
  scored(message: ScoredMessage): void;
  damage(message: DamageMessage): void;
  slowCommit(message: SlowCommitMessage): void;
  /** A partition can write again, or cannot. */
  disk?(message: DiskMessage): void;
  /** A checkpoint begins: everything that was scored before has been heard of. */
  marked(owner: number, message: MarkMessage): void;
  /** A tenant's detection threw in this owner, which has set that tenant aside. */
  tenantFailed?(owner: number, message: TenantFailedMessage): void;
  /** An owner cannot go on: it has to be ended, and started again. */
  unusable(owner: number, failure: Failure): void;
  /** An owner ended. Its tickets, which will never be scored, are in `lost`; it can be revived. */
  ended(owner: number, lost: readonly number[], error: Error): void;
}

/** Hears what an answer has cost, in points. */
type HearsCost = (points: number) => void;

interface Waiting {
  readonly owner: number;
  readonly cost?: HearsCost | undefined;
  resolve(value: never): void;
  reject(error: Error): void;
}

interface Owner {
  readonly partitions: readonly number[];
  link: PoolLink | undefined;
  /** Its series are announced: it can take points and questions. */
  isOpen: boolean;
  /** Handed over and not reported as scored yet. */
  readonly tickets: Set<number>;
}

/** One client's end of all partition owners: persistent owners, no tasks per series. */
export class PartitionPool {
  readonly #owners: Owner[];
  readonly #events: PoolEvents;
  readonly #numbers: ClientNumbers;
  readonly #appends = new Map<number, Waiting>();
  readonly #asks = new Map<number, Waiting>();
  #closing = false;

  constructor({ partitionCount, ownerCount, numbers }: PoolOptions, events: PoolEvents) {
    this.#events = events;
    this.#numbers = numbers;
    this.#owners = Array.from({ length: ownerCount }, (_, index) => ({
      partitions: range(partitionCount).filter((p) => p % ownerCount === index),
      link: undefined,
      isOpen: false,
      tickets: new Set<number>(),
    }));
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

  /** Takes up an owner that runs again (or for the first time), in place of one before. */
  attach(index: number, connect: (events: OwnerEvents) => PoolLink): void {
    const owner = this.#owners[index]!;
    if (owner.link !== undefined) this.#ended(index, new Error("another owner took its place"));
    const link = connect({
      message: (message) => {
        if (owner.link === link) this.#hear(index, message);
      },
      ended: (error) => {
        if (owner.link === link) this.#ended(index, error);
      },
    });
    owner.link = link;
  }

  /** Tells an owner something that it does not answer; nobody where it does not run. */
  tell(index: number, message: QuarantineMessage): void {
    this.#owners[index]!.link?.post(message);
  }

  isAttached(index: number): boolean {
    return this.#owners[index]!.link !== undefined;
  }

  /** Whether the owner takes points and questions. */
  isOpen(index: number): boolean {
    return this.#owners[index]!.isOpen;
  }

  /** The owner knows its series: from here on it is asked like all others. */
  opened(index: number): void {
    const owner = this.#owners[index]!;
    owner.isOpen = owner.link !== undefined;
  }

  /**
   * Ends an owner that cannot go on, as if it had ended by itself. Whoever waits for it is told at once: a thread
   * that waits for the disk does not end before that answers. Safe to call twice.
   */
  async end(index: number, error: Error): Promise<void> {
    const owner = this.#owners[index]!;
    const { link } = owner;
    if (link === undefined) return;
    owner.isOpen = false;
    this.#refuseWaiting(index);
    await link.end();
    if (owner.link === link) this.#ended(index, error);
  }

  /**
   * Resolves when the points are durable, with what became of them. `onTicket` is called before anything is sent; the ticket
   * appears in a scored message later, or in the lost ones of `ended`. @throws Unavailable.
   */
  append(
    index: number,
    parts: readonly AppendPart[],
    onTicket: (ticket: number) => void,
  ): Promise<PutPoints> {
    const owner = this.#owners[index]!;
    const { link } = owner;
    if (link === undefined || !owner.isOpen) return Promise.reject(ended(owner.partitions));
    const ticket = this.#numbers.next();
    onTicket(ticket);
    owner.tickets.add(ticket);
    return new Promise<never>((resolve, reject) => {
      this.#appends.set(ticket, { owner: index, resolve, reject });
      const columns = parts[0]!.times.buffer as ArrayBuffer;
      link.post({ type: "append", ticket, parts }, [columns]);
    });
  }

  /** Asks the owner of a partition; `cost` hears what the answer has cost. @throws Unavailable. */
  ask<Q extends Question>(
    partition: number,
    question: Q,
    cost?: HearsCost,
  ): Promise<Answers[Q["what"]]> {
    return this.askOwner(partition % this.#owners.length, question, cost);
  }

  /** Asks every owner; answers in owner order. @throws Unavailable when one of them does not run. */
  askAll<Q extends Question>(question: Q, cost?: HearsCost): Promise<Answers[Q["what"]][]> {
    return Promise.all(this.#owners.map((_, index) => this.askOwner(index, question, cost)));
  }

  askOwner<Q extends Question>(
    index: number,
    question: Q,
    cost?: HearsCost,
  ): Promise<Answers[Q["what"]]> {
    const { isOpen, partitions } = this.#owners[index]!;
    return isOpen ? this.askStarting(index, question, cost) : Promise.reject(ended(partitions));
  }

  /** Asks an owner that is not open yet. */
  askStarting<Q extends Question>(
    index: number,
    question: Q,
    cost?: HearsCost,
  ): Promise<Answers[Q["what"]]> {
    const { link, partitions } = this.#owners[index]!;
    if (link === undefined) return Promise.reject(ended(partitions));
    const id = this.#numbers.next();
    return new Promise<never>((resolve, reject) => {
      this.#asks.set(id, { owner: index, resolve, reject, cost });
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
        this.#events.marked(index, message);
        return;
      case "tenant-failed":
        this.#events.tenantFailed?.(index, message);
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
        take(this.#appends, message.ticket)?.resolve(message.put as never);
        return;
      case "failed":
        take(this.#appends, message.ticket)?.reject(this.#failed(index, message.failure));
        return;
      case "answer": {
        const waiting = take(this.#asks, message.id);
        waiting?.cost?.(message.points);
        waiting?.resolve(message.value as never);
        return;
      }
      case "refused":
        take(this.#asks, message.id)?.reject(this.#failed(index, message.failure));
        return;
    }
  }

  /** A store that could not be synced takes nothing until it is opened again: its owner must end for that. */
  #failed(index: number, failure: Failure): Error {
    if (failure.code === "store/sync-failed" && !this.#closing) {
      this.#events.unusable(index, failure);
    }
    return errorOf(failure);
  }

  #refuseWaiting(index: number): void {
    for (const map of [this.#appends, this.#asks]) {
      for (const [id, waiting] of map) {
        if (waiting.owner !== index) continue;
        map.delete(id);
        waiting.reject(ended(this.partitionsOf(index)));
      }
    }
  }

  #ended(index: number, error: Error): void {
    const owner = this.#owners[index]!;
    owner.link = undefined;
    owner.isOpen = false;
    const lost = [...owner.tickets];
    owner.tickets.clear();
    this.#refuseWaiting(index);
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
