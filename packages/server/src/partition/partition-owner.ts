import { join } from "node:path";
import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { Failure } from "../platform/platform-errors.ts";
import type { Disk } from "../store/sqlite/disk.ts";
import { catchUp, saveCheckpoint } from "./checkpoint.ts";
import { clientOf, hostOfTenant, MAIN_CLIENT } from "./clients.ts";
import { buffersOf, Emissions } from "./emission.ts";
import { failureOf } from "./failure.ts";
import { GroupCommit, type PartitionCommit } from "./group-commit.ts";
import type { LiveSeries } from "./live-series.ts";
import { PartitionRuntime } from "./partition-runtime.ts";
import type {
  AppendMessage,
  AskMessage,
  BehindTenant,
  DamageMessage,
  FromWorker,
  OpenAnswer,
  Positions,
  Question,
  SavedStates,
  StoredSeries,
  ToWorker,
} from "./protocol.ts";
import { answerRead } from "./read/answer-read.ts";
import { ScrubRounds } from "./scrub-rounds.ts";
import { openWatchedStore } from "./watched-store.ts";

/** A commit that takes longer is reported: senders wait for it. */
const SLOW_COMMIT_MS = 1000;
/** The scrub looks again after this long while there is detection to do. */
const BUSY_MS = 1000;

export interface PartitionOwnerOptions {
  readonly dataDir: string;
  readonly partitions: readonly number[];
  /** Main thread and hosts; their numbers are told apart by it. Default 1. */
  readonly clientCount?: number | undefined;
  /** In this time every sealed chunk is checked once; 0 turns the scrub off. */
  readonly scrubEveryMs: DurationMs;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
}

/** Sends to a client; what is for one that is not there is lost. */
export type PostTo = (client: number, message: FromWorker, columns?: ArrayBuffer[]) => void;

/**
 * What one worker thread does: owns some partitions, stores what comes (group commit, then the
 * acknowledgement), folds it in slices, and answers questions between two slices.
 */
export class PartitionOwner {
  readonly #post: PostTo;
  readonly #clientCount: number;
  readonly #emissions: Emissions;
  readonly #runtimes = new Map<number, PartitionRuntime>();
  readonly #commits: GroupCommit;
  readonly #drains: number[] = [];
  readonly #scrub: ScrubRounds | undefined;
  /** Between the two halves of a checkpoint nothing is folded. */
  #paused = false;

  constructor(options: PartitionOwnerOptions, post: PostTo) {
    const { dataDir, partitions, scrubEveryMs, disk, clientCount = 1 } = options;
    this.#post = post;
    this.#clientCount = clientCount;
    this.#emissions = new Emissions(clientCount);
    this.#commits = new GroupCommit(
      (message) => this.#answerTo(message.ticket, message),
      (commit, tookMs) => this.#written(commit, tookMs),
    );
    for (const partition of partitions) {
      const dir = join(dataDir, `p${partition}`);
      const tell = (damage: DamageMessage) => this.#post(MAIN_CLIENT, damage);
      const store = openWatchedStore(dir, partition, tell, disk);
      this.#runtimes.set(partition, new PartitionRuntime(store, this.#emissions));
    }
    const stores = [...this.#runtimes.values()].map(({ store }) => store);
    this.#scrub = scrubEveryMs > 0 ? new ScrubRounds(stores, scrubEveryMs) : undefined;
  }

  hear(message: ToWorker): void {
    if (message.type === "append") this.#append(message);
    else this.#answer(message);
  }

  /** A host is gone, or another one comes in its place: its numbers mean nothing any more. */
  forget(client: number): void {
    const isItsNumber = (number: number) => clientOf(number, this.#clientCount) === client;
    for (const runtime of this.#runtimes.values()) runtime.forget(isItsNumber);
    this.#emissions.drop(client);
  }

  /** One turn: commit, fold a slice, send what was scored. True while there is more to do. */
  turn(slicePoints: number): boolean {
    this.#commits.start();
    if (!this.#paused) {
      for (const runtime of this.#runtimes.values()) runtime.detect(slicePoints);
    }
    this.#send();
    const idle = this.#isIdle;
    if (idle) for (const id of this.#drains.splice(0)) this.#reply(id, undefined);
    return !idle && !this.#paused;
  }

  /**
   * Checks a small piece of the sealed days, unless there is detection to do.
   *
   * @returns how long to rest before the next call; undefined where the scrub is off.
   */
  scrub(): DurationMs | undefined {
    return this.#paused || !this.#isIdle ? BUSY_MS : this.#scrub?.step();
  }

  get #isIdle(): boolean {
    return this.#runtimes.values().every((runtime) => runtime.isIdle);
  }

  #written(commit: PartitionCommit, tookMs: DurationMs): void {
    if (tookMs < SLOW_COMMIT_MS) return;
    for (const [partition, runtime] of this.#runtimes) {
      if (runtime !== commit) continue;
      this.#post(MAIN_CLIENT, { type: "slow-commit", partition, tookMs });
    }
  }

  #append({ ticket, parts }: AppendMessage): void {
    const emission = this.#emissions.of(ticket);
    emission.expect(ticket, parts.length);
    const taken: PartitionRuntime[] = [];
    let failure: Failure | undefined;
    for (const part of parts) {
      try {
        const runtime = this.#runtime(part.partition);
        runtime.append(ticket, part);
        taken.push(runtime);
      } catch (error) {
        failure = failureOf(error);
        emission.partDone(ticket);
      }
    }
    this.#commits.add(ticket, taken, failure);
  }

  #send(): void {
    this.#emissions.all.forEach((emission, client) => {
      if (emission.isEmpty) return;
      const message = emission.take();
      this.#post(client, message, buffersOf(message));
    });
  }

  #answer({ id, question }: AskMessage): void {
    if (question.what === "drain") {
      this.#drains.push(id);
      return;
    }
    if (question.what === "close") {
      void this.#close(id);
      return;
    }
    try {
      this.#reply(id, this.#ask(id, question));
    } catch (error) {
      this.#answerTo(id, { type: "refused", id, failure: failureOf(error) });
    }
  }

  #reply(id: number, value: unknown): void {
    this.#answerTo(id, { type: "answer", id, value });
  }

  /** To the client that gave the number. */
  #answerTo(number: number, message: FromWorker): void {
    this.#post(clientOf(number, this.#clientCount), message);
  }

  #ask(id: number, question: Question): unknown {
    switch (question.what) {
      case "open":
        return this.#open(clientOf(id, this.#clientCount));
      case "announce":
        return this.#announce(question.series, question.behind);
      case "begin-checkpoint":
        return this.#beginCheckpoint(question.checkpoint);
      case "end-checkpoint":
        return this.#endCheckpoint(question.save);
      case "drop-before":
        return this.#dropBefore(question.atMs);
      case "close":
      case "drain":
        return undefined;
      default:
        return answerRead(this.#runtimes, question);
    }
  }

  /** What a host's tenants have here. A host that comes again begins anew. */
  #open(client: number): OpenAnswer {
    this.forget(client);
    const series: StoredSeries[] = [];
    const detected: Record<number, number> = {};
    for (const [partition, { store, hasFolded }] of this.#runtimes) {
      for (const entry of store.entries()) {
        if (hostOfTenant(entry.tenantId, this.#clientCount) !== client) continue;
        series.push({ partition, ...entry });
      }
      detected[partition] = hasFolded ? Number.MAX_SAFE_INTEGER : store.detectedPosition;
    }
    return { series, detected };
  }

  /** Everything is committed and what was scored is sent; from here on nothing is folded. */
  #beginCheckpoint(checkpoint: number): Positions {
    for (const runtime of this.#runtimes.values()) runtime.commit();
    this.#send();
    this.#paused = true;
    const positions: Positions = Object.fromEntries(
      [...this.#runtimes].map(([partition, runtime]) => [partition, runtime.detectedPosition]),
    );
    const hosts = this.#clientCount === 1 ? [MAIN_CLIENT] : this.#emissions.all.keys().drop(1);
    for (const host of hosts) this.#post(host, { type: "mark", checkpoint, positions });
    return positions;
  }

  /** Saves what has been folded, where the tenants' folds are saved; folding goes on in any case. */
  #endCheckpoint(save: boolean): SavedStates {
    this.#paused = false;
    let [seriesCount, bytes] = [0, 0];
    for (const runtime of save ? this.#runtimes.values() : []) {
      const saved = saveCheckpoint(runtime);
      seriesCount += saved.seriesCount;
      bytes += saved.bytes;
    }
    return { seriesCount, bytes };
  }

  #dropBefore(atMs: EpochMs): readonly number[] {
    const days = new Set<number>();
    for (const runtime of this.#runtimes.values()) {
      runtime.commit();
      for (const day of runtime.store.dropBefore(atMs)) days.add(day);
    }
    return [...days];
  }

  /** After `open`: a host's numbers for what is stored; then what came after the saved states is folded. */
  #announce(
    series: Extract<Question, { what: "announce" }>["series"],
    behind: readonly BehindTenant[],
  ): undefined {
    const announced = new Map<PartitionRuntime, LiveSeries[]>();
    for (const { partition, ...fresh } of series) {
      const runtime = this.#runtime(partition);
      const known = announced.get(runtime) ?? [];
      announced.set(runtime, known);
      known.push(runtime.announce(fresh));
    }
    for (const [partition, runtime] of this.#runtimes) {
      const own = behind.filter((tenant) => tenant.partition === partition);
      const from = new Map(own.map(({ tenantId, fromMs }) => [tenantId, fromMs]));
      catchUp(runtime, announced.get(runtime) ?? [], from);
    }
    this.#send();
    return undefined;
  }

  #runtime(partition: number): PartitionRuntime {
    const runtime = this.#runtimes.get(partition);
    if (runtime === undefined)
      throw new Error(`partition ${partition} is not owned by this worker`);
    return runtime;
  }

  /** Frees all files, also those of a store that cannot commit what waits. */
  async #close(id: number): Promise<void> {
    await this.#commits.finish();
    let failure: Failure | undefined;
    for (const { store } of this.#runtimes.values()) {
      try {
        store.close();
      } catch (error) {
        failure ??= failureOf(error);
      }
    }
    if (failure === undefined) this.#reply(id, undefined);
    else this.#answerTo(id, { type: "refused", id, failure });
  }
}
