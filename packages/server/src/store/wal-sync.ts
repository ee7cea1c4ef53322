import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import { promisify } from "node:util";
import { StoreUnavailable } from "./store-error.ts";

const syncFile = promisify(fdatasync);

/**
 * Makes durable what a database in WAL mode has committed with `synchronous = NORMAL`: syncs its
 * write-ahead log, which is what `FULL` does inside COMMIT. Here it can be waited for without
 * holding up the thread. Source: sqlite.org/wal.html; SQLite itself syncs the log before it moves
 * pages out of it.
 */
export class WalSync {
  readonly #file: string;
  #handle: number | undefined;
  #running: Promise<void> | undefined;

  constructor(databaseFile: string) {
    this.#file = `${databaseFile}-wal`;
  }

  /** Resolves when all that was committed before the call is on disk. @throws StoreUnavailable. */
  async wait(): Promise<void> {
    const handle = this.#opened();
    const running = syncFile(handle).catch((error: unknown) => {
      throw this.#failure(error);
    });
    this.#running = running;
    await running;
  }

  /** The same at once. */
  now(): void {
    try {
      fdatasyncSync(this.#opened());
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** The file is freed behind the sync that still runs. */
  close(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    const free = (): void => closeSync(handle);
    if (this.#running === undefined) free();
    else this.#running.then(free, free);
  }

  #opened(): number {
    this.#handle ??= openSync(this.#file, "r+");
    return this.#handle;
  }

  /** After a failed sync the kernel may have dropped the pages: a second try proves nothing. */
  #failure(error: unknown): StoreUnavailable {
    return new StoreUnavailable(
      "sync-failed",
      `${this.#file} could not be synced; restart needed`,
      error,
    );
  }
}
