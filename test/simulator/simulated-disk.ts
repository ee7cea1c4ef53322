import { cpSync, existsSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Disk } from "../../packages/server/src/store/sqlite/disk.ts";
import type { Later } from "../../packages/server/testing/in-process-owners.ts";

/**
 * A disk that can be full and slow, and that knows what it has made durable: of each write-ahead file
 * the length up to which it was synced. What lies beyond that is gone when the power goes.
 */
export class SimulatedDisk implements Disk {
  isFull = false;
  isSlow = false;
  /** How often a write was refused: a fault that never fires proves nothing. */
  refusals = 0;
  readonly #later: Later;
  readonly #durableBytes = new Map<string, number>();
  #waiting: (() => void)[] = [];

  constructor(dir: string, later: Later) {
    this.#later = later;
    for (const file of writeAheadFiles(dir)) this.#note(file);
  }

  /** Every other time the disk fills between the question and the write. */
  room(): { freeBytes: number; totalBytes: number } {
    const isKnown = this.isFull && this.refusals % 2 === 1;
    if (isKnown) this.refusals++;
    return { freeBytes: isKnown ? 0 : 2 ** 40, totalBytes: 2 ** 40 };
  }

  writing(file: string): void {
    if (!this.isFull) return;
    this.refusals++;
    throw Object.assign(new Error(`no space left on device: ${file}`), { code: "ENOSPC" });
  }

  sync(_handle: number, file: string): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void =>
        this.#later("disk", () => {
          this.#note(file);
          resolve();
        });
      if (this.isSlow) this.#waiting.push(finish);
      else finish();
    });
  }

  syncNow(_handle: number, file: string): void {
    this.#note(file);
  }

  synced(file: string): void {
    this.#note(`${file}-wal`);
  }

  /** The disk answers what it was asked while it was slow. */
  hurry(): void {
    this.isSlow = false;
    for (const finish of this.#waiting.splice(0)) finish();
  }

  /** Copies a data folder as a killed process leaves it; without what was not synced, as a power cut does. */
  copy(from: string, to: string, cut: "kill" | "power"): void {
    cpSync(from, to, { recursive: true });
    if (cut === "kill") return;
    for (const file of writeAheadFiles(to)) {
      const durable = this.#durableBytes.get(join(from, file.slice(to.length + 1))) ?? 0;
      if (statSync(file).size > durable) truncateSync(file, durable);
    }
  }

  #note(file: string): void {
    if (existsSync(file)) this.#durableBytes.set(file, statSync(file).size);
  }
}

/** Write-ahead files of the databases whose syncs the disk is told of. */
function writeAheadFiles(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => /(^|\/)(partition|fleet(-\d+)?)\.db-wal$/.test(name))
    .map((name) => join(dir, name));
}
