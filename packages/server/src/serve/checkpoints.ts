import type { DurationMs } from "@foreshock/core/fold";
import type { PartitionPool } from "../dispatch/partition-pool.ts";
import type { FleetHost } from "../fleet/fleet-host.ts";
import type { Positions, SavedStates } from "../partition/protocol.ts";
import type { After } from "./after.ts";

/** Between two checkpoints at least this many times what the last one took. */
const REST = 20;
/** After a checkpoint that failed. */
const AGAIN_MS = 5000;

export interface CheckpointParts {
  readonly pool: PartitionPool;
  readonly fleet: FleetHost;
  readonly everyMs: DurationMs;
  readonly after: After;
  /** Folds what has been scored. */
  readonly advance: () => void;
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
  #stopped = false;
  #count = 0;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#in(this.#parts.everyMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** One now, or the one that is running. @throws what kept it from being saved. */
  now(): Promise<void> {
    this.#running ??= this.#save().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The larger the fleet, the rarer: saving must not take the time that detection needs. */
  #in(afterMs: DurationMs): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.after(afterMs, () => {
      const beganMs = performance.now();
      this.now().then(
        () => this.#in(Math.max(this.#parts.everyMs, REST * (performance.now() - beganMs))),
        (error: unknown) => {
          this.#parts.failed(error, AGAIN_MS);
          this.#in(AGAIN_MS);
        },
      );
    });
  }

  async #save(): Promise<void> {
    const { pool, fleet, advance } = this.#parts;
    const beganMs = performance.now();
    let saved = false;
    try {
      this.#count++;
      const beginning = { what: "begin-checkpoint", checkpoint: this.#count } as const;
      const positions = merged(await allOf(pool, beginning));
      advance();
      fleet.save(positions);
      saved = true;
    } finally {
      // Owners that paused go on folding, whatever happened to the others.
      const ending = allOf(pool, { what: "end-checkpoint", save: saved });
      // What kept it from being saved is the error to report, not what that did to an owner.
      const states = await (saved ? ending : ending.catch(() => []));
      if (saved) this.#parts.saved({ ...sumOf(states), tookMs: performance.now() - beganMs });
    }
  }
}

type Half =
  | { readonly what: "begin-checkpoint"; readonly checkpoint: number }
  | { readonly what: "end-checkpoint"; readonly save: boolean };

/** Asks every owner and waits for all of them, also when one fails. */
async function allOf<Q extends Half>(pool: PartitionPool, question: Q) {
  const owners = Array.from({ length: pool.ownerCount }, (_, owner) => owner);
  const results = await Promise.allSettled(owners.map((owner) => pool.askOwner(owner, question)));
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

function merged(all: readonly (Positions | undefined)[]): Positions {
  return Object.assign({}, ...all) as Positions;
}
