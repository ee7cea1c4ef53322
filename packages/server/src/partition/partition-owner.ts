import type { DurationMs, EpochMs } from "@foreshock/core/fold";
import { NOTHING_PUT, sumOfPut } from "../platform/ingest-series.ts";
import { LeastServed } from "../platform/least-served.ts";
import type { Failure } from "../platform/platform-errors.ts";
import { announcing, naming, opening } from "./announcing.ts";
import { askedTenant } from "./asked-tenant.ts";
import { clientOf, hostOfTenant, MAIN_CLIENT } from "./clients.ts";
import { DiskWatch } from "./disk-watch.ts";
import { buffersOf, Emissions } from "./emission.ts";
import { failureOf } from "./failure.ts";
import { GroupCommit, type PartitionCommit } from "./group-commit.ts";
import { type Job, Jobs } from "./jobs.ts";
import { openedRuntime } from "./opened-runtime.ts";
import { OwnerCheckpoints } from "./owner-checkpoints.ts";
import type { PartitionOwnerOptions, PostTo } from "./owner-options.ts";
import { CREDIT_POINTS, OwnerTurns } from "./owner-turns.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { Progress } from "./progress.ts";
import type {
  AppendMessage,
  AskMessage,
  FromWorker,
  Positions,
  Question,
  ToWorker,
} from "./protocol.ts";
import { Quarantine, type QuarantineMessage } from "./quarantine.ts";
import { answerRead } from "./read/answer-read.ts";
import { ScrubRounds } from "./scrub-rounds.ts";

/** A commit that takes longer is reported: senders wait for it. The scrub waits as long for detection. */
const SLOW_MS = 1000;

/**
 * What one worker thread does: owns some partitions, stores what comes (group commit, then the
 * acknowledgement), folds it in slices, and answers questions between two slices.
 */
export class PartitionOwner {
  readonly #post: PostTo;
  readonly #progress: Progress;
  readonly #clientCount: number;
  readonly #emissions: Emissions;
  readonly #runtimes = new Map<number, PartitionRuntime>();
  readonly #commits: GroupCommit;
  readonly #jobs: Jobs;
  readonly turns: OwnerTurns;
  readonly #wake: () => void;
  readonly #drains: number[] = [];
  readonly #quarantine = new Quarantine();
  readonly #scrub: ScrubRounds | undefined;
  readonly #checkpoints = new OwnerCheckpoints(this.#runtimes, {
    send: () => this.#send(),
    mark: (checkpoint, positions) => this.#mark(checkpoint, positions),
  });
  readonly #disk = new DiskWatch(this.#runtimes, (message) => this.#post(MAIN_CLIENT, message));

  /** @param wake called when there is work for a turn though no message came. */
  constructor(options: PartitionOwnerOptions, post: PostTo, wake: () => void = () => {}) {
    const { partitions, scrubEveryMs, clientCount = 1 } = options;
    const progress = options.progress ?? (() => {});
    this.#progress = progress;
    this.#post = post;
    this.#wake = wake;
    const share = new LeastServed(CREDIT_POINTS);
    this.#jobs = new Jobs(wake, (tenantId, points) => share.charge(tenantId, points));
    this.turns = new OwnerTurns({
      ...{ share, jobs: this.#jobs, runtimes: this.#runtimes, progress },
      isPaused: () => this.#checkpoints.isPaused,
      mayGo: options.mayGo ?? (() => true),
    });
    this.#clientCount = clientCount;
    this.#emissions = new Emissions(clientCount);
    this.#commits = new GroupCommit(
      (message) => this.#answerTo(message.ticket, message),
      (commit, tookMs) => this.#written(commit, tookMs),
    );
    for (const partition of partitions) {
      this.#runtimes.set(partition, this.#opened(partition, options));
    }
    const stores = Array.from(this.#runtimes.values(), ({ store }) => store);
    if (scrubEveryMs > 0) this.#scrub = new ScrubRounds(stores, scrubEveryMs);
  }

  #opened(partition: number, options: PartitionOwnerOptions): PartitionRuntime {
    const shared = { progress: this.#progress, quarantine: this.#quarantine };
    const runtime = openedRuntime(partition, options, this.#emissions, shared, (damage) =>
      this.#post(MAIN_CLIENT, damage),
    );
    runtime.failed = (tenantId, error) => this.#tenantFailed(tenantId, error);
    return runtime;
  }

  hear(message: ToWorker): void {
    for (const runtime of this.#runtimes.values()) runtime.rested();
    if (message.type === "append") this.#append(message);
    else if (message.type === "ask") this.#answer(message);
    else this.#obey(message);
  }

  #obey({ tenantIds }: QuarantineMessage): void {
    this.#quarantine.set(tenantIds);
    for (const runtime of this.#runtimes.values()) runtime.obeyQuarantine();
    this.#wake();
  }

  /** All others go on. Its host hears of it before anything of it counts as scored. */
  #tenantFailed(tenantId: string, error: unknown): void {
    for (const runtime of this.#runtimes.values()) runtime.leaveTenant(tenantId, error);
    const host = hostOfTenant(tenantId, this.#clientCount);
    this.#post(host, { type: "tenant-failed", tenantId, failure: failureOf(error) });
  }

  /** A host is gone, or another one comes in its place: its numbers mean nothing any more. */
  forget(client: number): void {
    const isItsNumber = (number: number) => clientOf(number, this.#clientCount) === client;
    for (const runtime of this.#runtimes.values()) runtime.forget(isItsNumber);
    this.#emissions.drop(client);
    this.#jobs.cancel(client);
  }

  /**
   * One turn: write what came, at the latest once nothing else is left, and about `slicePoints` points of answers and
   * detection for the tenants whose turn it is; what was scored is sent when it is much, all there is, or waits for some
   * turns. True while there is more to do at once; what waits for the disk wakes the owner when that has answered.
   */
  turn(slicePoints: number): boolean {
    this.#progress("writing", "");
    this.#commits.start(this.turns.isReady);
    this.turns.spend(slicePoints);
    if (!this.turns.isReady) this.#commits.start();
    if (this.#emissions.isDue() || this.#isIdle || !this.turns.isReady) this.#send();
    if (this.#isIdle) for (const id of this.#drains.splice(0)) this.#reply(id, undefined);
    return this.turns.isReady;
  }

  /**
   * To be called every second: what waits too long for the disk is refused, what found no room is tried again.
   *
   * @param nowMs of a clock that only goes forward; that of `performance.now`.
   */
  tick(nowMs: number): void {
    const silent = new Set(this.#commits.giveUp(nowMs));
    this.#disk.look((runtime) => silent.has(runtime));
    for (const runtime of this.#runtimes.values()) runtime.rested();
    if (this.turns.isReady) this.#wake();
  }

  /**
   * Checks a small piece of the sealed days, unless there is detection to do.
   *
   * @returns how long to rest before the next call; undefined where the scrub is off.
   */
  scrub(): DurationMs | undefined {
    return this.#checkpoints.isPaused || !this.#isIdle ? SLOW_MS : this.#scrub?.step();
  }

  /** Points folded since the start, those that were folded again among them. */
  get foldedPoints(): number {
    let points = 0;
    for (const runtime of this.#runtimes.values()) points += runtime.foldedPoints;
    return points;
  }

  get #isIdle(): boolean {
    return this.#runtimes.values().every((runtime) => runtime.isIdle);
  }

  #written(commit: PartitionCommit, tookMs: DurationMs): void {
    // What came meanwhile is written next, and can be folded then.
    this.#wake();
    if (tookMs < SLOW_MS) return;
    for (const [partition, runtime] of this.#runtimes) {
      if (runtime !== commit) continue;
      this.#post(MAIN_CLIENT, { type: "slow-commit", partition, tookMs });
    }
  }

  #append({ ticket, parts }: AppendMessage): void {
    const emission = this.#emissions.of(ticket);
    emission.expect(ticket, parts.length, parts[0]?.times.buffer);
    const taken: PartitionRuntime[] = [];
    let failure: Failure | undefined;
    let put = NOTHING_PUT;
    for (const part of parts) {
      try {
        const runtime = this.#runtime(part.partition);
        // Their host counts them as known, whatever becomes of their points.
        for (const fresh of part.fresh) runtime.tell(runtime.name(fresh));
        this.#commits.demandAnswer(runtime);
        put = sumOfPut(put, runtime.append(ticket, part));
        taken.push(runtime);
      } catch (error) {
        failure = failureOf(error);
        this.#disk.refused(this.#runtime(part.partition), error);
        emission.partDone(ticket);
      }
    }
    this.#commits.add(ticket, taken, failure, put);
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
    const tenantId = askedTenant(this.#runtimes, question);
    this.#jobs.add(clientOf(id, this.#clientCount), tenantId, this.#ask(id, question), {
      done: (value, points) => this.#reply(id, value, points),
      failed: (error) => this.#answerTo(id, { type: "refused", id, failure: failureOf(error) }),
    });
  }

  #reply(id: number, value: unknown, points = 0): void {
    this.#answerTo(id, { type: "answer", id, value, points });
  }

  #answerTo(number: number, message: FromWorker): void {
    this.#post(clientOf(number, this.#clientCount), message);
  }

  *#ask(id: number, question: Question): Job {
    switch (question.what) {
      case "open":
        // A host that comes again begins anew.
        this.forget(clientOf(id, this.#clientCount));
        return yield* opening(this.#runtimes, clientOf(id, this.#clientCount), this.#clientCount);
      case "name":
        return yield* naming(this.#runtimes, question.stored);
      case "announce":
        return yield* announcing(this.#runtimes, question, () => this.#send());
      case "begin-checkpoint":
        return yield* this.#checkpoints.begin(question.checkpoint);
      case "end-checkpoint":
        return yield* this.#checkpoints.end(question);
      case "drop-before":
        return this.#dropBefore(question.atMs);
      case "close":
      case "drain":
        return undefined;
      default:
        return yield* answerRead(this.#runtimes, question);
    }
  }

  /** Where a checkpoint begins in the mail of every host. */
  #mark(checkpoint: number, positions: Positions): void {
    const hosts = this.#clientCount === 1 ? [MAIN_CLIENT] : this.#emissions.all.keys().drop(1);
    for (const host of hosts) this.#post(host, { type: "mark", checkpoint, positions });
  }

  #dropBefore(atMs: EpochMs): readonly number[] {
    const days = new Set<number>();
    for (const runtime of this.#runtimes.values()) {
      runtime.commit();
      for (const day of runtime.store.dropBefore(atMs)) days.add(day);
      runtime.histories.forget();
    }
    return [...days];
  }

  #runtime(partition: number): PartitionRuntime {
    const runtime = this.#runtimes.get(partition);
    if (runtime !== undefined) return runtime;
    throw new Error(`partition ${partition} is not owned by this worker`);
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
