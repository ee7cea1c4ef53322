import type { Disk } from "../src/store/sqlite/disk.ts";

/** Which files a fault hits. */
export type OfFile = (file: string) => boolean;

const ALL: OfFile = () => true;
const NONE: OfFile = () => false;

/** A disk that works until the test breaks it. It counts what failed, so that a test can prove its fault. */
export class FaultyDisk implements Disk {
  /** Writes that found no room. */
  refusedWrites = 0;
  failedSyncs = 0;
  /** Syncs that had to wait for `release`. */
  heldSyncs = 0;
  #isFull = NONE;
  #failsSync = NONE;
  #holds = NONE;
  #release: (() => void) | undefined;
  #held: Promise<void> | undefined;

  /** From now on there is no room for these files. */
  fill(files: OfFile = ALL): void {
    this.#isFull = files;
  }

  makeRoom(): void {
    this.#isFull = NONE;
  }

  /** From now on syncs of these files fail. */
  breakSyncs(files: OfFile = ALL): void {
    this.#failsSync = files;
  }

  mendSyncs(): void {
    this.#failsSync = NONE;
  }

  /** Syncs of these files take until `release`. */
  hold(files: OfFile = ALL): void {
    this.#holds = files;
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#held = undefined;
    this.#release?.();
  }

  /** A disk that fills between the question and the write: what is asked for is never refused beforehand. */
  room(): { freeBytes: number; totalBytes: number } {
    return { freeBytes: 2 ** 40, totalBytes: 2 ** 40 };
  }

  writing(file: string): void {
    if (!this.#isFull(file)) return;
    this.refusedWrites++;
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  }

  async sync(handle: number, file: string): Promise<void> {
    if (this.#held !== undefined && this.#holds(file)) {
      this.heldSyncs++;
      await this.#held;
    }
    this.syncNow(handle, file);
  }

  /** A test's folder outlives no loss of power: nothing is waited for. */
  syncNow(_handle: number, file: string): void {
    if (!this.#failsSync(file)) return;
    this.failedSyncs++;
    throw Object.assign(new Error("input/output error"), { code: "EIO" });
  }

  synced(): void {}
}
