import { join } from "node:path";
import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import type { Failure } from "../platform/platform-errors.ts";
import type { Disk } from "../store/sqlite/disk.ts";
import { catchUpAfterStart, saveCheckpoint } from "./checkpoint.ts";
import { buffersOf, Emission } from "./emission.ts";
import { failureOf } from "./failure.ts";
import { GroupCommit, type PartitionCommit } from "./group-commit.ts";
import { PartitionRuntime } from "./partition-runtime.ts";
import type {
  AppendMessage,
  AskMessage,
  BehindTenant,
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
  /** In this time every sealed chunk is checked once; 0 turns the scrub off. */
  readonly scrubEveryMs: DurationMs;
  /** The machine's own where it is left out. */
  readonly disk?: Disk | undefined;
}

type Post = (message: FromWorker, columns?: ArrayBuffer[]) => void;

/**
 * What one worker thread does: owns some partitions, stores what comes (group commit, then the
 * acknowledgement), folds it in slices, and answers questions between two slices.
 */
export class PartitionOwner {
  readonly #post: Post;
  readonly #emission = new Emission();
  readonly #runtimes = new Map<number, PartitionRuntime>();
  readonly #commits: GroupCommit;
  readonly #drains: number[] = [];
  readonly #scrub: ScrubRounds | undefined;
  /** Between the two halves of a checkpoint nothing is folded. */
  #paused = false;

  constructor({ dataDir, partitions, scrubEveryMs, disk }: PartitionOwnerOptions, post: Post) {
    this.#post = post;
    this.#commits = new GroupCommit(post, (commit, tookMs) => this.#written(commit, tookMs));
    for (const partition of partitions) {
      const store = openWatchedStore(join(dataDir, `p${partition}`), partition, post, disk);
      this.#runtimes.set(partition, new PartitionRuntime(store, this.#emission));
    }
    const stores = [...this.#runtimes.values()].map(({ store }) => store);
    this.#scrub = scrubEveryMs > 0 ? new ScrubRounds(stores, scrubEveryMs) : undefined;
  }

  hear(message: ToWorker): void {
    if (message.type === "append") this.#append(message);
    else this.#answer(message);
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
      if (runtime === commit) this.#post({ type: "slow-commit", partition, tookMs });
    }
  }

  #append({ ticket, parts }: AppendMessage): void {
    this.#emission.expect(ticket, parts.length);
    const taken: PartitionRuntime[] = [];
    let failure: Failure | undefined;
    for (const part of parts) {
      try {
        const runtime = this.#runtime(part.partition);
        runtime.append(ticket, part);
        taken.push(runtime);
      } catch (error) {
        failure = failureOf(error);
        this.#emission.partDone(ticket);
      }
    }
    this.#commits.add(ticket, taken, failure);
  }

  #send(): void {
    if (this.#emission.isEmpty) return;
    const message = this.#emission.take();
    this.#post(message, buffersOf(message));
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
      this.#reply(id, this.#ask(question));
    } catch (error) {
      this.#post({ type: "refused", id, failure: failureOf(error) });
    }
  }

  #reply(id: number, value: unknown): void {
    this.#post({ type: "answer", id, value });
  }

  #ask(question: Question): unknown {
    switch (question.what) {
      case "open":
        return this.#open();
      case "announce":
        return this.#announce(question.series, question.behind);
      case "begin-checkpoint":
        return this.#beginCheckpoint();
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

  #open(): OpenAnswer {
    const series: StoredSeries[] = [];
    const detected: Record<number, number> = {};
    for (const [partition, { store }] of this.#runtimes) {
      for (const entry of store.entries()) series.push({ partition, ...entry });
      detected[partition] = store.detectedPosition;
    }
    return { series, detected };
  }

  /** Everything is committed and what was scored is sent; from here on nothing is folded. */
  #beginCheckpoint(): Positions {
    for (const runtime of this.#runtimes.values()) runtime.commit();
    this.#send();
    this.#paused = true;
    return Object.fromEntries(
      [...this.#runtimes].map(([partition, runtime]) => [partition, runtime.detectedPosition]),
    );
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

  /** After `open`: the main thread's numbers for what is stored; then what came after the saved states is folded. */
  #announce(
    series: Extract<Question, { what: "announce" }>["series"],
    behind: readonly BehindTenant[],
  ): undefined {
    for (const { partition, ...fresh } of series) this.#runtime(partition).announce(fresh);
    for (const [partition, runtime] of this.#runtimes) {
      const own = behind.filter((tenant) => tenant.partition === partition);
      catchUpAfterStart(runtime, new Map(own.map(({ tenantId, fromMs }) => [tenantId, fromMs])));
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
    else this.#post({ type: "refused", id, failure });
  }
}
