import { CHECKPOINT_UNIT_POINTS, PartitionCheckpoint } from "./checkpoint.ts";
import type { Job } from "./jobs.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { EndCheckpointQuestion, Positions } from "./protocol.ts";

export interface CheckpointHooks {
  /** Sends what was scored. */
  send(): void;
  mark(checkpoint: number, positions: Positions): void;
}

/**
 * The two halves of a checkpoint over all partitions of an owner. Between them the tenants' folds are saved, and
 * nothing is folded; points are taken and acknowledged all the time.
 */
export class OwnerCheckpoints {
  readonly #runtimes: ReadonlyMap<number, PartitionRuntime>;
  readonly #hooks: CheckpointHooks;
  /** Of the checkpoint that has begun. */
  #positions: Positions = {};
  #isPaused = false;
  /** Its number; undefined once it has ended. */
  #begun: number | undefined;

  constructor(runtimes: ReadonlyMap<number, PartitionRuntime>, hooks: CheckpointHooks) {
    this.#runtimes = runtimes;
    this.#hooks = hooks;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** From here on nothing is folded. All that was folded is durable and sent when it is answered. */
  *begin(checkpoint: number): Job {
    this.#isPaused = true;
    this.#begun = checkpoint;
    try {
      yield this.#synced();
    } catch (error) {
      this.#isPaused = false;
      throw error;
    }
    // It waited for the disk for so long that it has been given up.
    if (this.#begun !== checkpoint) throw new Error(`checkpoint ${checkpoint} has ended`);
    this.#hooks.send();
    this.#positions = Object.fromEntries(
      [...this.#runtimes].map(([partition, runtime]) => [partition, runtime.detectedPosition]),
    );
    this.#hooks.mark(checkpoint, this.#positions);
    return this.#positions;
  }

  /** Saves what had been folded, where the tenants' folds are saved; folding goes on in any case. */
  *end({ save, isLast = false }: EndCheckpointQuestion): Job {
    this.#isPaused = false;
    this.#begun = undefined;
    const saved = { seriesCount: 0, bytes: 0 };
    if (!save) return saved;
    for (const runtime of this.#runtimes.values()) runtime.writeResults();
    const checkpoints = [...this.#runtimes].map(([partition, runtime]) => {
      const position = this.#positions[partition] ?? runtime.detectedPosition;
      return new PartitionCheckpoint(runtime, position, isLast);
    });
    try {
      for (const checkpoint of checkpoints) {
        while (checkpoint.step()) yield CHECKPOINT_UNIT_POINTS;
        saved.seriesCount += checkpoint.saved.seriesCount;
        saved.bytes += checkpoint.saved.bytes;
      }
      yield this.#synced();
    } finally {
      for (const checkpoint of checkpoints) checkpoint.end();
    }
    return saved;
  }

  /** Resolves when all that came so far is durable. @throws StoreUnavailable. */
  async #synced(): Promise<void> {
    const all = [...this.#runtimes.values()].map(async (runtime) => {
      runtime.stage();
      await runtime.store.synced();
    });
    await Promise.all(all);
  }
}
