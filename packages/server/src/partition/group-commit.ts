import type { DurationMs } from "@foreshock/core/fold";
import { NOTHING_PUT, type PutPoints } from "../platform/ingest-series.ts";
import type { Failure } from "../platform/platform-errors.ts";
import type { PartitionStore } from "../store/partition/partition-store.ts";
import { StoreUnavailable } from "../store/sqlite/store-error.ts";
import { failureOf } from "./failure.ts";
import type { FromWorker } from "./protocol.ts";

/** What becomes of a ticket. */
export type CommitMessage = Extract<FromWorker, { readonly type: "durable" | "failed" }>;

/** Senders do not wait for a disk longer than this. */
const SILENT_MS = 5000;
/**
 * Turns for which what was appended may wait for more to be written with it, some milliseconds each: a write and its
 * sync cost as much as some 100 points do, however few they hold.
 */
const TURNS_MAX = 2;

/** What was appended to a partition since its last write. */
interface Unwritten {
  readonly tickets: number[];
  turns: number;
}

interface Asked {
  readonly tickets: readonly number[];
  readonly sinceMs: number;
  isSilent: boolean;
}

interface Ticket {
  /** Partitions that have not said yet that its points are durable. */
  open: number;
  failure: Failure | undefined;
  readonly put: PutPoints;
}

/**
 * Acknowledges batches once all of their partitions have them on disk. While the disk is waited for
 * the thread goes on: what arrives meanwhile is written, and made durable by the next sync.
 */
export class GroupCommit {
  readonly #post: (message: CommitMessage) => void;
  readonly #written: (partition: PartitionCommit, tookMs: DurationMs) => void;
  readonly #tickets = new Map<number, Ticket>();
  /** Tickets by partition: appended, and not written or not synced yet. */
  readonly #unwritten = new Map<PartitionCommit, Unwritten>();
  /** Writes that the disk has not answered yet, and since when it was asked. */
  readonly #syncing = new Map<PartitionCommit, Asked>();
  readonly #underWay = new Set<Promise<void>>();
  /** Another turn comes, whatever the disk does. */
  #isBusy = false;

  /** @param written called after each write of a partition, successful or not. */
  constructor(
    post: (message: CommitMessage) => void,
    written: (partition: PartitionCommit, tookMs: DurationMs) => void,
  ) {
    this.#post = post;
    this.#written = written;
  }

  /** A batch was appended to these partitions; `failure`: others could not take their part. */
  add(
    ticket: number,
    partitions: readonly PartitionCommit[],
    failure: Failure | undefined,
    put: PutPoints = NOTHING_PUT,
  ): void {
    this.#tickets.set(ticket, { open: partitions.length, failure, put });
    for (const partition of partitions) {
      const waiting = this.#unwritten.get(partition);
      if (waiting === undefined) this.#unwritten.set(partition, { tickets: [ticket], turns: 0 });
      else waiting.tickets.push(ticket);
    }
    if (partitions.length === 0) this.#settle(ticket);
  }

  /**
   * Writes what was appended, and lets the disk work on it. One sync at a time for a partition. To be called once a
   * turn. @param isBusy the thread has other work meanwhile, so that little may wait for more, for a turn or two.
   */
  start(isBusy = false): void {
    this.#isBusy = isBusy;
    for (const partition of [...this.#unwritten.keys()]) {
      // A write that failed at once has started the rest already.
      const waiting = this.#unwritten.get(partition);
      if (waiting === undefined || this.#syncing.has(partition)) continue;
      waiting.turns++;
      if (isBusy && waiting.turns < TURNS_MAX) continue;
      this.#unwritten.delete(partition);
      const run = this.#write(partition, waiting.tickets).finally(() => this.#underWay.delete(run));
      this.#underWay.add(run);
    }
  }

  /** Everything appended so far is durable and acknowledged, or refused, when this resolves. */
  async finish(): Promise<void> {
    while (this.#unwritten.size > 0 || this.#underWay.size > 0) {
      this.start();
      await Promise.all(this.#underWay);
    }
  }

  /**
   * Refuses what has waited too long for a disk that does not answer. It may become durable all the same when
   * the disk comes back; whoever sends it again changes nothing. Returns the partitions that are silent.
   */
  giveUp(nowMs: number): PartitionCommit[] {
    const silent: PartitionCommit[] = [];
    for (const [partition, asked] of this.#syncing) {
      if (nowMs - asked.sinceMs < SILENT_MS) continue;
      asked.isSilent = true;
      silent.push(partition);
      for (const ticket of asked.tickets) this.#refuse(ticket);
      for (const ticket of this.#unwritten.get(partition)?.tickets ?? []) this.#refuse(ticket);
    }
    return silent;
  }

  /** @throws StoreUnavailable "disk-silent" for a partition whose disk has not answered for long. */
  demandAnswer(partition: PartitionCommit): void {
    if (this.#syncing.get(partition)?.isSilent) throw silent();
  }

  #refuse(ticket: number): void {
    const entry = this.#tickets.get(ticket);
    if (entry === undefined) return;
    entry.failure ??= failureOf(silent());
    this.#settle(ticket);
  }

  async #write(partition: PartitionCommit, tickets: readonly number[]): Promise<void> {
    let failure: Failure | undefined;
    const beganMs = performance.now();
    this.#syncing.set(partition, { tickets, sinceMs: beganMs, isSilent: false });
    try {
      this.#stage(partition);
      await partition.store.synced();
    } catch (error) {
      failure = failureOf(error);
    }
    this.#written(partition, performance.now() - beganMs);
    this.#syncing.delete(partition);
    for (const ticket of tickets) this.#done(ticket, failure);
    if (!this.#isBusy) this.start();
  }

  /** Points that could not be written are refused: nothing of them stays. */
  #stage(partition: PartitionCommit): void {
    try {
      partition.stage();
    } catch (error) {
      partition.forgetUnwritten();
      throw error;
    }
  }

  #done(ticket: number, failure: Failure | undefined): void {
    const entry = this.#tickets.get(ticket);
    // Refused before, because the disk did not answer.
    if (entry === undefined) return;
    entry.open--;
    entry.failure ??= failure;
    if (entry.open === 0) this.#settle(ticket);
  }

  #settle(ticket: number): void {
    const { failure, put } = this.#tickets.get(ticket)!;
    this.#tickets.delete(ticket);
    if (failure === undefined) this.#post({ type: "durable", ticket, put });
    else this.#post({ type: "failed", ticket, failure });
  }
}

function silent(): StoreUnavailable {
  return new StoreUnavailable("disk-silent", "the disk does not answer");
}

/** A partition as far as its commits go. */
export interface PartitionCommit {
  readonly store: Pick<PartitionStore, "synced">;
  /** Writes what was appended, without waiting for the disk. @throws StoreUnavailable. */
  stage(): void;
  /** Forgets what was appended and is not written. @throws StoreUnavailable "sync-failed". */
  forgetUnwritten(): void;
}
