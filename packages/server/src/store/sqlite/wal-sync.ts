import { closeSync, openSync } from "node:fs";
import { type Disk, REAL_DISK } from "./disk.ts";
import { StoreUnavailable } from "./store-error.ts";

export interface WalSyncOptions {
  /** The machine's own where it is left out. */
  readonly disk?: Disk;
  /** Called when everything up to a position is on disk. */
  readonly durable?: (position: number) => void;
}

/**
 * Makes durable what a database in WAL mode has committed with `synchronous = NORMAL`: syncs its
 * write-ahead log, which is what `FULL` does inside COMMIT. Here a caller can wait for it without
 * blocking the thread. Source: sqlite.org/wal.html; SQLite itself syncs the log before it moves
 * pages out of it.
 *
 * Once a sync has failed, all later ones fail: the kernel may have dropped the pages, so that a
 * second try would prove nothing.
 */
export class WalSync {
  readonly #file: string;
  readonly #disk: Disk;
  readonly #durable: (position: number) => void;
  #handle: number | undefined;
  #running: Promise<void> | undefined;
  /** Positions up to here are on disk. */
  #position: number;
  failure: StoreUnavailable | undefined;

  constructor(databaseFile: string, position: number, options: WalSyncOptions = {}) {
    this.#file = `${databaseFile}-wal`;
    this.#disk = options.disk ?? REAL_DISK;
    this.#durable = options.durable ?? (() => {});
    this.#position = position;
  }

  /** Positions up to `position` were made durable by other means. */
  reached(position: number): void {
    if (position <= this.#position) return;
    this.#position = position;
    this.#durable(position);
  }

  /** Resolves when `position`, which is committed, is on disk. @throws StoreUnavailable. */
  async wait(position: number): Promise<void> {
    if (position <= this.#position) return;
    this.#running = this.#sync();
    await this.#running;
    this.reached(position);
  }

  /** The same, synchronously. */
  now(position: number): void {
    if (position <= this.#position) return;
    try {
      this.#disk.syncNow(this.#opened(), this.#file);
    } catch (error) {
      throw this.#failed(error);
    }
    this.reached(position);
  }

  /** The file is freed after the sync that is still running. */
  close(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    const free = (): void => closeSync(handle);
    if (this.#running === undefined) free();
    else this.#running.then(free, free);
  }

  async #sync(): Promise<void> {
    try {
      await this.#disk.sync(this.#opened(), this.#file);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #opened(): number {
    if (this.failure !== undefined) throw this.failure;
    this.#handle ??= openSync(this.#file, "r+");
    return this.#handle;
  }

  #failed(error: unknown): StoreUnavailable {
    this.failure ??= new StoreUnavailable(
      "sync-failed",
      `${this.#file} could not be synced; restart needed`,
      error,
    );
    return this.failure;
  }
}
