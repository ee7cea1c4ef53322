import { StoreUnavailable } from "../store/sqlite/store-error.ts";
import type { PartitionRuntime } from "./partition-runtime.ts";
import type { DiskMessage } from "./protocol.ts";

/** What is known of each partition's disk; says so when it changes. */
export class DiskWatch {
  readonly #runtimes: ReadonlyMap<number, PartitionRuntime>;
  readonly #tell: (message: DiskMessage) => void;
  readonly #states = new Map<number, DiskMessage["state"]>();

  constructor(
    runtimes: ReadonlyMap<number, PartitionRuntime>,
    tell: (message: DiskMessage) => void,
  ) {
    this.#runtimes = runtimes;
    this.#tell = tell;
  }

  /** Asks the disk for room. `isSilent` says that a partition waits for it for too long. */
  look(isSilent: (runtime: PartitionRuntime) => boolean): void {
    for (const [partition, runtime] of this.#runtimes) {
      this.#note(partition, isSilent(runtime) ? "silent" : hasRoom(runtime) ? "writes" : "full");
    }
  }

  /** A part of a batch, or a write of it, was refused. */
  refused(runtime: PartitionRuntime, error: unknown): void {
    if (!(error instanceof StoreUnavailable) || error.reason !== "disk-full") return;
    for (const [partition, one] of this.#runtimes) {
      if (one === runtime) this.#note(partition, "full");
    }
  }

  #note(partition: number, state: DiskMessage["state"]): void {
    if ((this.#states.get(partition) ?? "writes") === state) return;
    this.#states.set(partition, state);
    this.#tell({ type: "disk", partition, state });
  }
}

function hasRoom({ store }: PartitionRuntime): boolean {
  try {
    store.demandRoom();
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailable) return error.reason !== "disk-full";
    throw error;
  }
}
