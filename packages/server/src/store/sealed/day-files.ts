import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS } from "@foreshock/core/fold";
import { privateFolder } from "../../config/private-files.ts";
import type { Damage } from "../sqlite/damage.ts";
import { SIDE_FILES, setAsideFile } from "../sqlite/salvage.ts";
import { guarded, StoreCorrupt } from "../sqlite/store-error.ts";
import { DayFile, salvageChunks } from "./day-file.ts";

const NAME = /^(\d{4}-\d{2}-\d{2})\.db$/;

/** Paths of the day files in a folder. */
export function dayFilesIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => NAME.test(name))
    .map((name) => join(dir, name));
}

export interface DayFilesOptions {
  readonly dir: string;
  /** Day files held open at once; 32 let a chart over four weeks stay warm. */
  readonly openMax: number;
  /** The highest seq that counts in the session a seq belongs to; Infinity for the running one. */
  readonly limitOf: (seq: number) => number;
  readonly onDamage: (damage: Damage) => void;
}

/** The day files of a partition: opened when needed, closed when others are needed more. */
export class DayFiles {
  readonly #options: DayFilesOptions;
  /** Open files; the one used last is last. */
  readonly #open = new Map<number, DayFile>();
  readonly #days: Set<number>;

  constructor(options: DayFilesOptions) {
    this.#options = options;
    privateFolder(options.dir);
    this.#days = new Set(
      readdirSync(options.dir).flatMap((name) => {
        const match = NAME.exec(name);
        return match === null ? [] : [Date.parse(match[1]!) / DAY_MS];
      }),
    );
  }

  /** Numbers of the days that have a file, ascending. */
  days(): number[] {
    return [...this.#days].sort((a, b) => a - b);
  }

  has(day: number): boolean {
    return this.#days.has(day);
  }

  /**
   * Runs `work` on the file of `day`, making it where it is new. A damaged file is quarantined under
   * another name and reported, and `work` runs again on what could be saved of it.
   */
  use<Result>(day: number, work: (file: DayFile) => Result): Result {
    try {
      return work(this.#fileOf(day));
    } catch (error) {
      if (!(error instanceof StoreCorrupt)) throw error;
      this.#setAside(day, error);
      return work(this.#fileOf(day));
    }
  }

  /** Deletes the files of all days before `day`, and returns those days. @throws StoreUnavailable. */
  dropBefore(day: number): number[] {
    const old = this.days().filter((d) => d < day);
    for (const d of old) {
      const path = this.#path(d);
      this.#close(d);
      for (const side of SIDE_FILES) guarded(path, () => rmSync(path + side, { force: true }));
      this.#days.delete(d);
    }
    return old;
  }

  /** Size of a day's file; 0 where there is none. */
  bytes(day: number): number {
    return statSync(this.#path(day), { throwIfNoEntry: false })?.size ?? 0;
  }

  close(): void {
    for (const day of [...this.#open.keys()]) this.#close(day);
  }

  #fileOf(day: number): DayFile {
    const known = this.#open.get(day);
    if (known !== undefined) {
      this.#open.delete(day);
      this.#open.set(day, known);
      return known;
    }
    while (this.#open.size >= this.#options.openMax) {
      this.#close(this.#open.keys().next().value!);
    }
    const file = new DayFile(this.#path(day));
    this.#open.set(day, file);
    this.#days.add(day);
    const newest = file.newestSeq();
    const limit = this.#options.limitOf(newest);
    if (newest > limit) file.dropAfter(limit);
    return file;
  }

  #close(day: number): void {
    const file = this.#open.get(day);
    this.#open.delete(day);
    file?.close();
  }

  /** Quarantines a damaged file and copies the chunks that still decode into a new one. */
  #setAside(day: number, error: StoreCorrupt): void {
    this.#close(day);
    const path = this.#path(day);
    const aside = setAsideFile(path);
    const chunks = salvageChunks(aside);
    if (chunks.length > 0) this.#fileOf(day).write(chunks);
    this.#options.onDamage({
      kind: "day-file",
      file: path,
      seriesId: undefined,
      startMs: day * DAY_MS,
      endMs: (day + 1) * DAY_MS,
      points: Number.NaN,
      reason: `${error.message}; ${chunks.length} chunks were saved from it`,
      keptAs: aside,
    });
  }

  #path(day: number): string {
    return join(this.#options.dir, `${new Date(day * DAY_MS).toISOString().slice(0, 10)}.db`);
  }
}
