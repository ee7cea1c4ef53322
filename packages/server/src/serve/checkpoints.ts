import type { DurationMs } from "@foreshock/core/fold";
import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { HostPool } from "../host/host-pool.ts";
import type { SavedStates } from "../partition/protocol.ts";
import type { After } from "./after.ts";

/** Between two checkpoints at least this many times what the last one took. */
const REST = 20;
/**
 * Points after which one is made before its time, so that a start has not more to score again: two to three seconds,
 * of several threads. A step of a tenant takes its fold about as long as so many points, however few are in it.
 */
const UNSAVED_MAX = 1_000_000;
const POINTS_PER_STEP = 6;
/** After a checkpoint that failed. */
const AGAIN_MS = 5000;
/**
 * During a start, which has points to score that were never saved: saving takes from the start what it saves
 * the next one.
 */
const UNSAVED_AT_START_MAX = 20 * UNSAVED_MAX;
/**
 * Partitions fold nothing from the beginning of a checkpoint until the tenants' folds are saved. They wait as long
 * as units are saved, however long that takes on a busy machine; not for a disk that does not answer, nor for
 * hosts of which none saved a unit in this time.
 */
const SAVE_STILL_MS = 10_000;

export interface CheckpointParts {
  readonly pool: PartitionPool;
  readonly hosts: HostPool;
  readonly everyMs: DurationMs;
  readonly after: After;
  readonly monotonicMs: () => number;
  readonly saved: (saved: SavedStates & { readonly tookMs: DurationMs }) => void;
  /** Nothing is lost: what was not saved is scored again after a start. */
  readonly failed: (error: unknown, againInMs: DurationMs) => void;
}

/**
 * Checkpoints: the tenants' folds first, each with the positions of the partitions it has seen, then
 * the partitions' models and positions. A crash between the two repeats points that the folds already
 * know, which changes nothing. No tenant holds up another, and no failure ends the process.
 */
export class Checkpoints {
  readonly #parts: CheckpointParts;
  #running: Promise<void> | undefined;
  #cancel = (): void => {};
  #isStarting = true;
  #isStopped = false;
  #unsavedPoints = 0;
  #count = 0;
  /** Units of folds that hosts have saved. */
  #savedUnits = 0;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** The start is over. */
  start(): void {
    this.#isStarting = false;
    this.#in(this.#parts.everyMs);
    this.scored(0);
  }

  /** A host has saved one more unit. */
  saving(): void {
    this.#savedUnits++;
  }

  /** So much has been scored and folded: what is not saved of it is done again after a start. */
  scored(points: number, steps = 0): void {
    this.#unsavedPoints += points + POINTS_PER_STEP * steps;
    const most = this.#isStarting ? UNSAVED_AT_START_MAX : UNSAVED_MAX;
    if (this.#unsavedPoints < most || this.#isStopped) return;
    this.#unsavedPoints = 0;
    this.now().catch((error: unknown) => this.#parts.failed(error, this.#parts.everyMs));
  }

  /** The last one: nothing comes after it, so that a start has nothing to score again. */
  async last(): Promise<void> {
    await this.#running?.catch(() => {});
    await this.#save(true);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** One now, or the one that is running. @throws what kept it from being saved. */
  now(): Promise<void> {
    this.#running ??= this.#save(false).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The larger the fleet, the rarer: saving must not take the time that detection needs. */
  #in(afterMs: DurationMs): void {
    if (this.#isStopped) return;
    const { everyMs, after, monotonicMs, failed } = this.#parts;
    this.#cancel = after(afterMs, () => {
      const beganMs = monotonicMs();
      this.now().then(
        () => this.#in(Math.max(everyMs, REST * (monotonicMs() - beganMs))),
        (error: unknown) => {
          failed(error, AGAIN_MS);
          this.#in(AGAIN_MS);
        },
      );
    });
  }

  async #save(isLast: boolean): Promise<void> {
    const { pool, monotonicMs } = this.#parts;
    const beganMs = monotonicMs();
    const checkpoint = ++this.#count;
    let saved = false;
    try {
      await this.#inTime(this.#saveFolds(checkpoint));
      saved = true;
    } finally {
      // Owners that paused go on folding, whatever happened to the others.
      const ending = everyOwner(pool, (owner) =>
        pool.askOwner(owner, { what: "end-checkpoint", save: saved, isLast }),
      );
      // What kept it from being saved is the error to report, not what that did to an owner, and who has not
      // begun may not answer that it has ended.
      if (!saved) ending.catch(() => {});
      const states = saved ? await ending : [];
      if (saved) this.#parts.saved({ ...sumOf(states), tookMs: monotonicMs() - beganMs });
    }
  }

  async #saveFolds(checkpoint: number): Promise<void> {
    const { pool, hosts } = this.#parts;
    await everyOwner(pool, (owner) =>
      pool.askOwner(owner, { what: "begin-checkpoint", checkpoint }),
    );
    await hosts.askAll({ what: "save", checkpoint });
  }

  /** Who stands still must not keep the partitions of everybody waiting. */
  #inTime(saving: Promise<void>): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    let cancel = (): void => {};
    const look = (unitsBefore: number): void => {
      cancel = this.#parts.after(SAVE_STILL_MS, () => {
        if (this.#savedUnits > unitsBefore) look(this.#savedUnits);
        else reject(new Error(`nothing of the tenants' folds was saved for ${SAVE_STILL_MS} ms`));
      });
    };
    look(this.#savedUnits);
    return Promise.race([saving, promise]).finally(() => cancel());
  }
}

/** Asks every owner and waits for all of them, also when one fails. */
async function everyOwner<Answer>(
  pool: PartitionPool,
  ask: (owner: number) => Promise<Answer>,
): Promise<Answer[]> {
  const owners = Array.from({ length: pool.ownerCount }, (_, owner) => owner);
  const results = await Promise.allSettled(owners.map(ask));
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function sumOf(states: readonly SavedStates[]): SavedStates {
  let [seriesCount, bytes] = [0, 0];
  for (const one of states) {
    seriesCount += one.seriesCount;
    bytes += one.bytes;
  }
  return { seriesCount, bytes };
}
